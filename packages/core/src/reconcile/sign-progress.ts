import type { PluginError } from "../base/plugin-error.ts";
import type { Random } from "../base/random.ts";
import type { Delivery } from "./delivery.ts";
import { toPause, toVerdict } from "./failure-table.ts";
import type { Attempts, Failed } from "./progress.ts";

/** A sign is an ornament: after so many tries the message does without. */
const mostTries = 5;

/** What a sign that could not be put on a message changes: never what the message shows or what is tried with it. */
export function afterSignFailure(
  delivery: Delivery,
  progress: Attempts,
  error: PluginError,
  now: number,
  random: Random,
): Failed {
  const verdict = toVerdict(error.code);
  const signAttempts = (progress.signAttempts ?? 0) + 1;
  if (verdict === "retry" && signAttempts < mostTries) {
    const signNotBefore = now + toPause(signAttempts, error, random);
    return { verdict, delivery, progress: { ...progress, signAttempts, signNotBefore } };
  }
  if (verdict === "again" || verdict === "stopped" || error.code === "unauthenticated") {
    return { verdict, delivery, progress };
  }
  if (verdict === "gone") return { verdict, delivery: { ...delivery, state: "gone", code: error.code }, progress };
  const { shows } = delivery;
  return { verdict, delivery: { ...delivery, ...(shows === undefined ? {} : { sign: shows.status }) }, progress };
}
