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

/** A timer that is so late tells that this process stood still: stopped, throttled, or out of breath. */
const stoodStillMs = 250;
/** Timers come before sockets: so long an answer that arrived meanwhile may take to be read. */
const graceMs = 100;

/**
 * Opens a deadline of `ms` from now on. An aborted `signal` ends it at once. A process that stood still gets a moment to
 * read what has arrived meanwhile: a post that was answered must not count as one whose end nobody knows.
 */
export function openDeadline(ms: number, signal: AbortSignal, clock: Clock): Deadline {
  const controller = new AbortController();
  let ended: Deadline["ended"];
  const end = (why: "deadline" | "abort", reason: unknown) => {
    ended ??= why;
    controller.abort(reason);
  };
  const onAbort = () => end("abort", signal.reason);
  const pass = () => end("deadline", new DOMException("The deadline passed", "TimeoutError"));
  const dueAt = clock.monotonic() + ms;
  let cancel = clock.after(ms, () => {
    if (clock.monotonic() - dueAt < stoodStillMs) pass();
    else cancel = clock.after(graceMs, pass);
  });
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
