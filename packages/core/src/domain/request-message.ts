import type { PromotedAccessList, RequestKind, RequestState } from "./access-request.ts";

/**
 * What a message shows as its status. Beyond Teleport's states: `expired` (deleted after its expiry), `removed`
 * (deleted before it) and `closed` (gone, and nobody of us saw how it ended).
 */
export type MessageStatus = RequestState | "expired" | "removed" | "closed";

/** Statuses that never change again, but for `approved`, which Teleport lets an admin override by `denied`. */
export function isFinal(status: MessageStatus): boolean {
  return status !== "pending";
}

/**
 * What one message has to say, free of any platform. Every text comes from people or from the cluster and is
 * untrusted: the adapter neutralises it. Empty texts and lists mean "nothing to show".
 */
export interface RequestMessage {
  /** Reviewers get everything; the requester's own copy never holds review commands. */
  readonly audience: "reviewer" | "requester";
  /** `plain` is the second try after the platform refused the body of the first: text only, no structure. */
  readonly form: "rich" | "plain";
  readonly requestId: string;
  readonly cluster: string;
  readonly user: string;
  readonly kind: RequestKind;
  readonly roles: readonly RoleView[];
  readonly resources: readonly string[];
  readonly reason: string;
  readonly status: MessageStatus;
  readonly resolveReason: string;
  readonly reviews: readonly ReviewView[];
  readonly promotedTo?: PromotedAccessList;
  /** How to act on it: a link into Teleport's web UI, else commands. Absent when there is nothing left to do. */
  readonly action?: { readonly link: string } | { readonly approve: string; readonly deny: string };
  readonly times: RequestTimes;
  /** Approvals counted so far and needed in all; absent when the thresholds are not known. */
  readonly approvals?: { readonly given: number; readonly needed: number };
  /** Facts about the notification itself that a reader must know: reviewers cut, recipients that did not fit. */
  readonly notes: readonly string[];
}

export interface RoleView {
  readonly name: string;
  /** Logins the role gives; absent when they could not be read, empty when the role has none. */
  readonly logins?: readonly string[];
}

export interface ReviewView {
  readonly author: string;
  readonly state: RequestState;
  readonly reason: string;
  readonly created?: Date;
}

export interface RequestTimes {
  readonly created?: Date;
  /** When the request itself lapses if nobody reviews it. */
  readonly requestExpiry?: Date;
  readonly accessExpiry?: Date;
  readonly sessionExpiry?: Date;
  readonly assumeStart?: Date;
}

/** What the requester is told about the outcome, in a message of their own. Texts are as untrusted as a request's. */
export interface Notice {
  /** `plain` is the second try after the platform refused the body of the first: text only, no structure. */
  readonly form: "rich" | "plain";
  readonly requestId: string;
  readonly cluster: string;
  readonly kind: RequestKind;
  readonly status: MessageStatus;
  readonly roles: readonly string[];
  readonly resources: readonly string[];
  readonly resolveReason: string;
  readonly promotedTo?: PromotedAccessList;
  readonly times: Pick<RequestTimes, "assumeStart" | "accessExpiry" | "sessionExpiry">;
  /** The command that uses the granted access: `tsh login --request-id=…`; absent when nothing was granted. */
  readonly loginCommand?: string;
  /** The request in Teleport's web UI; absent where it has no page for requests. */
  readonly link?: string;
}

/** The outcome as a reply, for a message that the platform no longer lets us edit. */
export interface Outcome {
  readonly kind: "outcome";
  readonly status: MessageStatus;
  readonly resolveReason: string;
}

/** One thread reply. */
export type Reply = ({ readonly kind: "review" } & ReviewView) | Outcome;
