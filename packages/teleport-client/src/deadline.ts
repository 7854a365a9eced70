import { type Clock, PluginError } from "@access-plugins/core";

/** When work has to end, and what to say when it has not. */
export interface Deadline {
  readonly clock: Clock;
  readonly ms: number;
  onTimeout(): PluginError;
}

/**
 * Runs `work` until it ends, `signal` aborts or the time is over, whichever is first; in the latter cases the signal
 * that `work` got aborts and the call rejects at once, whether `work` listens or not.
 */
export async function withDeadline<T>(
  deadline: Deadline,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw toAbortError(signal.reason);
  const controller = new AbortController();
  const stopped = Promise.withResolvers<never>();
  const stop = (error: PluginError) => {
    controller.abort(error);
    stopped.reject(error);
  };
  const onAbort = () => stop(toAbortError(signal.reason));
  signal.addEventListener("abort", onAbort, { once: true });
  const cancel = deadline.clock.after(deadline.ms, () => stop(deadline.onTimeout()));
  try {
    return await Promise.race([work(controller.signal), stopped.promise]);
  } finally {
    cancel();
    signal.removeEventListener("abort", onAbort);
  }
}

/** The error for an aborted signal: its reason when that is one of ours, else `aborted`. */
export function toAbortError(reason: unknown): PluginError {
  if (reason instanceof PluginError) return reason;
  return new PluginError("aborted", "The operation was stopped.", { cause: reason });
}
