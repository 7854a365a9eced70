/** One access list of the cluster, as far as the review of its members is concerned. */
export interface AccessList {
  /** A UUID in real clusters. */
  readonly name: string;
  /** What people call it; may be empty. */
  readonly title: string;
  /** Empty or `dynamic`; lists of other types (`static`, `scim`) are kept by machines and never reviewed. */
  readonly type: string;
  /** Users named as owners by the list itself; those who own it through another list are not among them. */
  readonly owners: readonly string[];
  /** Until when its members have to be reviewed; absent when that is not planned. */
  readonly nextAudit?: Date;
  /** How long before the audit owners are reminded, in milliseconds. */
  readonly noticeMs: number;
}
