import type { ErrorCode } from "../base/plugin-error.ts";
import type { MessageStatus } from "../domain/request-message.ts";
import type { Recipient, SentMessage } from "../messenger.ts";
import type { RoutingTier } from "../routing/recipient-router.ts";

/**
 * One recipient of one request. `waiting`: not told yet. `sent`: told, the message is kept true. `blocked`: an operator
 * has to change something first. The rest is final: `gone` (the place or the message no longer exists), `skipped`
 * (nothing to tell: a duplicate, or closed before any call began), `orphan` (closed while the platform left the outcome of
 * a post open: there may be a message that nobody can edit), `omitted` (no space in the record; only counted there).
 */
export type DeliveryState = "waiting" | "sent" | "blocked" | "gone" | "skipped" | "orphan" | "omitted";

export interface Delivery {
  /** The recipient as configured or suggested; empty for a message adopted from the official plugin. */
  readonly raw: string;
  readonly state: DeliveryState;
  /** Why it is blocked or gone. */
  readonly code?: ErrorCode;
  /** The resolved recipient. */
  readonly to?: Recipient;
  readonly address?: SentMessage;
  /** What the message shows; absent means unknown, so it has to be edited. */
  readonly shows?: Shown;
  /** Review replies posted below the message, or given up. */
  readonly replies: number;
  /** A post may have happened whose address nobody knows. */
  readonly unsure?: boolean;
  /** So it is because whoever was telling them died or stood still meanwhile. */
  readonly cutOff?: boolean;
  /** The platform no longer lets us edit this message: the outcome goes below it as a reply, once. */
  readonly locked?: boolean;
  /** The platform refused the rich body: plain text from now on. */
  readonly plain?: boolean;
  /** The status whose sign was put on the message, or given up. */
  readonly sign?: MessageStatus;
}

/** What a message shows. */
export interface Shown {
  readonly status: MessageStatus;
  /** Digest of everything else it shows; absent when the official plugin wrote it. */
  readonly digest?: string;
  /** Reviews it shows; only where there is no digest. */
  readonly reviews?: number;
}

/**
 * What the requester is told of the outcome, in a message of their own that is never edited. It is due from the moment
 * the outcome is stored: an outcome stored by somebody else, or while notices were switched off, is none of ours to tell.
 */
export interface RequesterNotice {
  /** The outcome it is about. */
  readonly status: MessageStatus;
  /** `unreachable` is final: the platform knows nobody of that name, or we may not write to them. */
  readonly state: "waiting" | "told" | "unreachable";
  /** Why they cannot be reached. */
  readonly code?: ErrorCode;
  /** It may have been sent already. */
  readonly unsure?: boolean;
  /** The platform refused the rich body. */
  readonly plain?: boolean;
}

/** What we remember of one request besides the official keys. */
export interface OwnState {
  /** Random, unguessable: part of every delivery's idempotency key. */
  readonly nonce: string;
  readonly tier: RoutingTier;
  /** The final status that was decided; absent while the request is open. */
  readonly status?: MessageStatus;
  /** Suggested reviewers left out by the cap. */
  readonly cut: number;
  /** Recipients left out because the record would have outgrown its budget. */
  readonly omitted: number;
  readonly deliveries: readonly Delivery[];
  readonly notice?: RequesterNotice;
  /** The outcome whose sign every live message has to carry; absent when it is none of ours to put there. */
  readonly sign?: MessageStatus;
}

/** Recipients left out for want of space: those stored as a number and those of this session. */
export function countOmitted(own: OwnState): number {
  return own.omitted + own.deliveries.filter((delivery) => delivery.state === "omitted").length;
}

/** A live message: it exists and is kept true. */
export function isLive(delivery: Delivery): boolean {
  return delivery.state === "sent" && delivery.address !== undefined;
}
