import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { PluginError } from "../base/plugin-error.ts";
import type { Random } from "../base/random.ts";
import { createWakeUp } from "../base/wake-up.ts";
import type { ReminderRound } from "./reminder-round.ts";
import { createRoundTally } from "./round-tally.ts";
import { firstRoundMs, roundMs, withJitter } from "./windows.ts";

/** Reminds the owners of access lists of the reviews they owe, for as long as it runs. */
export interface Reminders {
  /** Resolves soon after `signal` aborts, when what was under way has ended or was cut. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Looks at once, and says again what was said. */
  runNow(): void;
}

export interface RemindersOptions {
  readonly round: ReminderRound;
  /** How long what is under way may take after the stop, in milliseconds. */
  readonly graceMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export function createReminders({ round, graceMs, clock, random, log }: RemindersOptions): Reminders {
  const wake = createWakeUp(clock);
  let failedRounds = 0;

  /** One round; tells after how many milliseconds the next one comes. */
  async function runRound(stop: AbortSignal, cut: AbortSignal): Promise<number> {
    const tally = createRoundTally(failedRounds, random);
    try {
      log.debug("Looking for access list reviews");
      await round.run(tally, stop, cut);
    } catch (thrown) {
      const error = PluginError.from(thrown);
      if (!stop.aborted) tell(error);
      tally.mayGoOnAfter(error);
    }
    failedRounds = tally.hasFailed() ? failedRounds + 1 : 0;
    return Math.min(tally.retryMs() ?? Number.POSITIVE_INFINITY, withJitter(roundMs, random));
  }

  function tell(error: PluginError): void {
    const level = failedRounds === 0 ? "warn" : "debug";
    log[level]("Looking for access list reviews failed; trying again", {
      code: error.code,
      reason: error.message,
      ...(error.fix === undefined ? {} : { fix: error.fix }),
      ...(error.code === "internal" ? { error } : {}),
    });
  }

  return {
    runNow() {
      round.forget();
      wake.ring();
    },
    async run(signal) {
      const cut = new AbortController();
      let cancelCut = () => {};
      const onAbort = () => {
        cancelCut = clock.after(graceMs, () => cut.abort());
        wake.ring();
      };
      signal.addEventListener("abort", onAbort, { once: true });
      try {
        let next = clock.monotonic() + withJitter(firstRoundMs, random);
        while (!signal.aborted) {
          await wake.wait(next);
          if (!signal.aborted) next = clock.monotonic() + (await runRound(signal, cut.signal));
        }
      } finally {
        signal.removeEventListener("abort", onAbort);
        cancelCut();
      }
    },
  };
}
