/** An access list whose review is due or past due. */
export interface DueAccessList {
  readonly name: string;
  /** What people call it; may be empty. */
  readonly title: string;
  /** Until when it has to be reviewed. */
  readonly auditDate: Date;
}

/**
 * Reminds one owner of the access lists they have to review, free of any platform. Names and titles come from people
 * and are untrusted: the adapter neutralises them.
 */
export interface Reminder {
  /** `plain` is the second try after the platform refused the body of the first: text only, no structure. */
  readonly form: "rich" | "plain";
  /** The most urgent first, each once. */
  readonly lists: readonly [DueAccessList, ...DueAccessList[]];
  /** When it is said: days past due are counted to here. */
  readonly at: Date;
  /** Address of the cluster's web UI, without a slash at its end; absent when there is none to link to. */
  readonly webUrl?: string;
}
