/**
 * Time as an argument. Durations are milliseconds. `monotonic` never jumps and means nothing outside this process:
 * leases and back-off use it. `now` is wall time, for texts and for the comparison with times that Teleport wrote.
 */
export interface Clock {
  /** Milliseconds on a clock that never jumps. */
  monotonic(): number;
  /** Wall time. */
  now(): Date;
  /** Calls back once after `ms`; the returned function cancels. Cancelling twice is harmless. */
  after(ms: number, callback: () => void): () => void;
}

/**
 * The clock of this machine. A timer keeps the process alive, or a process that waits between two tries to connect would
 * simply end: whoever sets one cancels it when it stops.
 */
export const systemClock: Clock = {
  monotonic: () => performance.now(),
  now: () => new Date(),
  after(ms, callback) {
    // Node turns anything above 2^31-1 into 1 ms.
    const timer = setTimeout(callback, Math.min(Math.max(0, ms), 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};

/** Waits `ms`, or rejects with the signal's reason as soon as it aborts. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
