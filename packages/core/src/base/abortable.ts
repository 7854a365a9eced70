import { PluginError } from "./plugin-error.ts";

/** The promise, for a caller who may leave before it settles: throws `aborted` as soon as the signal does. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new PluginError("aborted", "The wait was stopped.", { cause: signal.reason }));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
