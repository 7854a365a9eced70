import type { Clock } from "./clock.ts";

/** Lets one loop wait for "something happened" or a moment, whichever comes first; nothing that happens is lost. */
export interface WakeUp {
  /** Something happened: the current or the next wait ends. */
  ring(): void;
  /** Waits for a ring or until `at` (monotonic milliseconds). Rings of one turn of the event loop come as one. */
  wait(at: number | undefined): Promise<void>;
}

export function createWakeUp(clock: Clock): WakeUp {
  let rung = false;
  let wake: (() => void) | undefined;

  return {
    ring() {
      rung = true;
      wake?.();
    },
    async wait(at) {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const cancel =
            at === undefined ? () => {} : clock.after(Math.max(0, Math.ceil(at - clock.monotonic())), resolve);
          wake = () => {
            cancel();
            resolve();
          };
        });
        wake = undefined;
      }
      // What else arrives in this turn (results of equally fast recipients) is looked at together.
      await new Promise((resolve) => setImmediate(resolve));
      rung = false;
    },
  };
}
