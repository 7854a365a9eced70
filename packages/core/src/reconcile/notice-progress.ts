import type { PluginError } from "../base/plugin-error.ts";
import type { Random } from "../base/random.ts";
import type { RequesterNotice } from "./delivery.ts";
import { toPause, toVerdict, type Verdict } from "./failure-table.ts";
import { type Attempts, mayHaveHappened } from "./progress.ts";

interface FailedNotice {
  readonly verdict: Verdict;
  readonly notice: RequesterNotice;
  readonly progress: Attempts;
}

/**
 * What a notice that could not be sent becomes: tried again where waiting helps, once more as plain text where the body
 * was refused, given up for good else. A requester who cannot be reached is not tried for ever.
 */
export function afterNoticeFailure(
  notice: RequesterNotice,
  progress: Attempts,
  error: PluginError,
  now: number,
  random: Random,
): FailedNotice {
  const verdict = toVerdict(error.code);
  const failed = mayHaveHappened(error) ? { ...notice, unsure: true } : notice;
  if (verdict === "retry") {
    const attempts = (progress.attempts ?? 0) + 1;
    const notBefore = now + toPause(attempts, error, random);
    return { verdict, notice: failed, progress: { ...progress, attempts, notBefore } };
  }
  const waits = verdict === "again" || verdict === "stopped" || error.code === "unauthenticated";
  if (waits) return { verdict, notice: failed, progress };
  if (verdict === "content" && !notice.plain) return { verdict, notice: { ...failed, plain: true }, progress };
  return { verdict, notice: { ...failed, state: "unreachable", code: error.code }, progress };
}
