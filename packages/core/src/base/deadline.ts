import type { Clock } from "./clock.ts";

/** One HTTP exchange's two ways to end early. */
export interface Deadline {
  /** Aborts with the caller's signal or when the time is over, whichever comes first. */
  readonly signal: AbortSignal;
  /** Which of the two it was; undefined while neither has happened. */
  readonly ended: "deadline" | "abort" | undefined;
  /** The exchange is over: nothing aborts any more. Closing twice is harmless. */
  close(): void;
}

/** Opens a deadline of `ms` from now on. An aborted `signal` ends it at once. */
export function openDeadline(ms: number, signal: AbortSignal, clock: Clock): Deadline {
  const controller = new AbortController();
  let ended: Deadline["ended"];
  const end = (why: "deadline" | "abort", reason: unknown) => {
    ended ??= why;
    controller.abort(reason);
  };
  const onAbort = () => end("abort", signal.reason);
  const cancel = clock.after(ms, () => end("deadline", new DOMException("The deadline passed", "TimeoutError")));
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  return {
    signal: controller.signal,
    get ended() {
      return ended;
    },
    close() {
      cancel();
      signal.removeEventListener("abort", onAbort);
    },
  };
}
