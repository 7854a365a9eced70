import type { PluginError } from "../base/plugin-error.ts";
import type { Random } from "../base/random.ts";
import type { SentMessage } from "../messenger.ts";
import type { Delivery, Shown } from "./delivery.ts";
import { blockedRetryMs, toPause, toVerdict, type Verdict } from "./failure-table.ts";
import type { Progress, Step } from "./plan.ts";
import { afterSignFailure } from "./sign-progress.ts";

/** A step that makes a call. */
export type CallStep = Exclude<Step, { do: "become" }>;

/** A call about one delivery. */
export type DeliveryStep = Exclude<CallStep, { do: "notify" }>;

/** The memory of one delivery within this process: never stored. */
export interface Attempts extends Progress {
  readonly attempts?: number;
  readonly replyAttempts?: number;
  readonly signAttempts?: number;
}

/** What a call that went well changes. */
export function afterPost(delivery: Delivery, address: SentMessage, shows: Shown | undefined): Delivery {
  const { code: _code, shows: _shows, unsure: _unsure, cutOff: _cutOff, ...rest } = delivery;
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

/** A reply and a sign count their tries by themselves: what a call that went well leaves. */
export function freshAttempts(step: DeliveryStep): Attempts {
  if (step.do === "reply") return { replyAttempts: 0, replyNotBefore: 0 };
  return step.do === "react" ? { signAttempts: 0, signNotBefore: 0 } : { attempts: 0, notBefore: 0 };
}

export interface Failed {
  readonly verdict: Verdict;
  readonly delivery: Delivery;
  readonly progress: Attempts;
}

/** What a failed call changes: by the failure table, and by what kind of call it was. */
export function afterFailure(
  step: DeliveryStep,
  delivery: Delivery,
  progress: Attempts,
  error: PluginError,
  now: number,
  random: Random,
): Failed {
  if (step.do === "react") return afterSignFailure(delivery, progress, error, now, random);
  const verdict = toVerdict(error.code);
  const failed = step.do === "post" && mayHaveHappened(error) ? { ...delivery, unsure: true } : delivery;
  if (step.do === "reply") return afterReplyFailure(step.review, failed, progress, error, verdict, now, random);
  switch (verdict) {
    case "retry": {
      const attempts = (progress.attempts ?? 0) + 1;
      return {
        verdict,
        delivery: failed,
        progress: { ...progress, attempts, notBefore: now + toPause(attempts, error, random) },
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
export function mayHaveHappened(error: PluginError): boolean {
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
    const replyNotBefore = now + toPause(replyAttempts, error, random);
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
