import { type BackoffOptions, backoffMs, deliveryBackoff } from "../base/backoff.ts";
import type { PluginError } from "../base/plugin-error.ts";
import type { Random } from "../base/random.ts";
import type { SentMessage } from "../messenger.ts";
import type { Delivery, Shown } from "./delivery.ts";
import { blockedRetryMs, toVerdict, type Verdict } from "./failure-table.ts";
import type { Progress, Step } from "./plan.ts";

/** A step that makes a call. */
export type CallStep = Exclude<Step, { do: "become" }>;

/** The memory of one delivery within this process: never stored. */
export interface Attempts extends Progress {
  readonly attempts?: number;
  readonly replyAttempts?: number;
}

/** What a call that went well changes. */
export function afterPost(delivery: Delivery, address: SentMessage, shows: Shown | undefined): Delivery {
  const { code: _code, shows: _shows, unsure: _unsure, ...rest } = delivery;
  return { ...rest, state: "sent", address, ...(shows === undefined ? {} : { shows }) };
}

/** Where the platform has no replies, the edit has shown the reviews. */
export function afterEdit(
  delivery: Delivery,
  address: SentMessage,
  shows: Shown,
  reviews: number | undefined,
): Delivery {
  return {
    ...delivery,
    address,
    shows,
    ...(reviews === undefined ? {} : { replies: Math.max(delivery.replies, reviews) }),
  };
}

export interface Failed {
  readonly verdict: Verdict;
  readonly delivery: Delivery;
  readonly progress: Attempts;
}

/** What a failed call changes: by the failure table, and by what kind of call it was. */
export function afterFailure(
  step: CallStep,
  delivery: Delivery,
  progress: Attempts,
  error: PluginError,
  now: number,
  random: Random,
): Failed {
  const verdict = toVerdict(error.code);
  const failed = step.do === "post" && mayHaveHappened(error) ? { ...delivery, unsure: true } : delivery;
  if (step.do === "reply") return afterReplyFailure(step.review, failed, progress, error, verdict, now, random);
  switch (verdict) {
    case "retry": {
      const attempts = (progress.attempts ?? 0) + 1;
      return {
        verdict,
        delivery: failed,
        progress: { ...progress, attempts, notBefore: now + pause(attempts, error, random) },
      };
    }
    case "content":
      return failed.plain
        ? block(failed, progress, error, now)
        : { verdict, delivery: { ...failed, plain: true }, progress };
    case "blocked":
      return block(failed, progress, error, now);
    case "gone":
      return { verdict, delivery: { ...failed, state: "gone", code: error.code }, progress };
    case "locked":
      return { verdict, delivery: { ...failed, locked: true }, progress };
    default:
      return { verdict, delivery: failed, progress };
  }
}

/** A fault of ours says nothing about what the platform did: it may have come after the post. */
function mayHaveHappened(error: PluginError): boolean {
  return error.ambiguous || error.code === "internal";
}

/** A reply that cannot be posted is given up, except where waiting helps: the message itself must not suffer. */
function afterReplyFailure(
  review: number,
  delivery: Delivery,
  progress: Attempts,
  error: PluginError,
  verdict: Verdict,
  now: number,
  random: Random,
): Failed {
  if (verdict === "retry") {
    const replyAttempts = (progress.replyAttempts ?? 0) + 1;
    const replyNotBefore = now + pause(replyAttempts, error, random);
    return { verdict, delivery, progress: { ...progress, replyAttempts, replyNotBefore } };
  }
  if (verdict === "gone") return { verdict, delivery: { ...delivery, state: "gone", code: error.code }, progress };
  if (verdict === "client" || verdict === "again" || verdict === "stopped") return { verdict, delivery, progress };
  return { verdict, delivery: { ...delivery, replies: Math.max(delivery.replies, review + 1) }, progress };
}

/** A live message stays live: only its next edit waits. */
function block(delivery: Delivery, progress: Attempts, error: PluginError, now: number): Failed {
  const waiting = { ...progress, notBefore: now + blockedRetryMs };
  const known = delivery.state === "blocked" && delivery.code === error.code;
  if (delivery.state === "sent" || known) return { verdict: "blocked", delivery, progress: waiting };
  return { verdict: "blocked", delivery: { ...delivery, state: "blocked", code: error.code }, progress: waiting };
}

/** As long as the platform asks; one that asks for no wait at all must not be called in a loop. */
function pause(
  attempts: number,
  error: PluginError,
  random: Random,
  options: BackoffOptions = deliveryBackoff,
): number {
  const asked = error.retryAfterMs ?? 0;
  return asked > 0 ? asked : backoffMs(attempts - 1, options, random);
}
