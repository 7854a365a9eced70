import { type BackoffOptions, backoffMs } from "../base/backoff.ts";
import type { PluginError } from "../base/plugin-error.ts";
import type { Random } from "../base/random.ts";
import { blockedRetryMs, toVerdict } from "../reconcile/failure-table.ts";

/** How one round went: whether it is worth going on, and when to come back. */
export interface RoundTally {
  /** Counts a call to the platform, or to Teleport, that failed. False: stop here, the next one would fail as well. */
  mayGoOnAfter(error: PluginError): boolean;
  /** Counts a call that went well. */
  succeeded(): void;
  /** Come back after so many milliseconds at the latest. */
  comeBackAfter(ms: number): void;
  hasFailed(): boolean;
  /** In how many milliseconds to try again; undefined when nothing is left to be tried before the next regular round. */
  retryMs(): number | undefined;
}

/** Reminders are never urgent: half a minute, doubling, at the most ten minutes. */
const roundBackoff: BackoffOptions = { baseMs: 30_000, capMs: 10 * 60_000 };
/** So many failures in a row are the platform's, not the recipients'. */
const failuresInARow = 3;

/** `failedRounds`: how many rounds before this one had to be tried again. */
export function createRoundTally(failedRounds: number, random: Random): RoundTally {
  let row = 0;
  let retry: number | undefined;
  let failed = false;

  const comeBackAfter = (ms: number) => {
    retry = Math.min(retry ?? Number.POSITIVE_INFINITY, ms);
  };

  function retryAfter(error: PluginError): boolean {
    row += 1;
    const pause = 1_000 + backoffMs(failedRounds, roundBackoff, random);
    const asked = error.retryAfterMs ?? 0;
    if (error.code === "rate_limited") retry = Math.max(pause, asked);
    else comeBackAfter(pause);
    return error.code !== "rate_limited" && row < failuresInARow;
  }

  return {
    comeBackAfter,
    succeeded() {
      row = 0;
    },
    mayGoOnAfter(error) {
      failed = true;
      const verdict = toVerdict(error.code);
      if (verdict === "retry" || verdict === "again" || verdict === "stopped") return retryAfter(error);
      if (verdict === "client") comeBackAfter(blockedRetryMs);
      else row = 0;
      return verdict !== "client";
    },
    hasFailed: () => failed,
    retryMs: () => retry,
  };
}
