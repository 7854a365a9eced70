import type { Clock } from "./clock.ts";
import { PluginError } from "./plugin-error.ts";

/** Asks once: answers are kept for a while, and callers that ask for the same thing share the look-up. */
export interface AnswerCache<T> {
  /** `signal` is the caller's own: one that stops does not stop the look-up of others. Throws what `lookUp` throws. */
  find(key: string, signal: AbortSignal, lookUp: () => Promise<T>): Promise<T>;
  /** Forgets the failures that were kept: somebody may have mended them. */
  forgetFailures(): void;
}

export interface AnswerCacheOptions {
  readonly clock: Clock;
  /** How long an answer is believed, in milliseconds. */
  readonly foundMs: number;
  /** How long a failure is believed, in milliseconds; 0 for one that is no answer. */
  failedMs(error: PluginError): number;
  /** The most answers kept; the oldest go first. */
  readonly capacity?: number;
}

interface Answer<T> {
  readonly result: Promise<T>;
  until: number;
  failed: boolean;
}

export function createAnswerCache<T>(options: AnswerCacheOptions): AnswerCache<T> {
  const { clock, foundMs, failedMs, capacity = 10_000 } = options;
  const known = new Map<string, Answer<T>>();

  function keep(key: string, answer: Answer<T>): void {
    known.delete(key);
    known.set(key, answer);
    const oldest = known.keys().next();
    if (known.size > capacity && !oldest.done) known.delete(oldest.value);
  }

  function ask(key: string, lookUp: () => Promise<T>): Promise<T> {
    const result = lookUp();
    const answer: Answer<T> = { result, until: Number.POSITIVE_INFINITY, failed: false };
    keep(key, answer);
    result.then(
      () => {
        answer.until = clock.monotonic() + foundMs;
      },
      (thrown: unknown) => {
        const ms = failedMs(PluginError.from(thrown));
        answer.failed = true;
        if (ms > 0) answer.until = clock.monotonic() + ms;
        else if (known.get(key) === answer) known.delete(key);
      },
    );
    return result;
  }

  /** The look-up we share belongs to another caller: if that one gave up, the answer is not ours. */
  async function share(key: string, signal: AbortSignal, lookUp: () => Promise<T>, answer: Answer<T>): Promise<T> {
    try {
      return await untilAborted(answer.result, signal);
    } catch (thrown) {
      const theirs = thrown instanceof PluginError && (thrown.code === "aborted" || thrown.code === "conflict");
      if (!theirs || signal.aborted) throw thrown;
      return find(key, signal, lookUp);
    }
  }

  async function find(key: string, signal: AbortSignal, lookUp: () => Promise<T>): Promise<T> {
    const answer = known.get(key);
    if (answer !== undefined && answer.until > clock.monotonic()) return share(key, signal, lookUp, answer);
    return ask(key, lookUp);
  }

  return {
    find,
    forgetFailures() {
      for (const [key, answer] of known) if (answer.failed) known.delete(key);
    },
  };
}

/** A caller that shares somebody else's look-up may leave before it ends. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new PluginError("aborted", "The look-up was stopped.", { cause: signal.reason }));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
