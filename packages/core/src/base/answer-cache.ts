import { abortable } from "./abortable.ts";
import type { Call } from "./call.ts";
import type { Clock } from "./clock.ts";
import { PluginError } from "./plugin-error.ts";

/** Asks once: answers are kept for a while, and callers that ask for the same thing share the look-up. */
export interface AnswerCache<T> {
  /**
   * `call` is the caller's own: one that stops does not stop the look-up of others, and nobody waits for more than a
   * second for a look-up that another requester has asked for. Throws what `lookUp` throws.
   */
  find(key: string, call: Call, lookUp: () => Promise<T>): Promise<T>;
  /** Forgets the failures that were kept: somebody may have mended them. */
  forgetFailures(): void;
}

export interface AnswerCacheOptions {
  readonly clock: Clock;
  /** How long an answer is believed, in milliseconds. */
  readonly foundMs: number;
  /** How long a failure is believed, in milliseconds; 0 for one that is no answer. */
  failedMs(error: PluginError): number;
  /** The most answers kept; those nobody has asked for the longest go first. */
  readonly capacity?: number;
}

/** After this a look-up of our own, in our own turn: theirs may wait behind everything they asked before. */
const patienceMs = 1_000;
const late = Symbol("late");

interface Answer<T> {
  readonly result: Promise<T>;
  /** Whose look-up it is. */
  readonly lane: string;
  until: number;
  failed: boolean;
}

export function createAnswerCache<T>(options: AnswerCacheOptions): AnswerCache<T> {
  const { clock, foundMs, failedMs, capacity = 10_000 } = options;
  const known = new Map<string, Answer<T>>();

  /** What was asked for last goes last: a flood of strangers must not drive out what everybody needs. */
  function keep(key: string, answer: Answer<T>): void {
    known.delete(key);
    known.set(key, answer);
    const oldest = known.keys().next();
    if (known.size > capacity && !oldest.done) known.delete(oldest.value);
  }

  function ask(key: string, { lane }: Call, lookUp: () => Promise<T>): Promise<T> {
    const result = lookUp();
    const answer: Answer<T> = { result, lane, until: Number.POSITIVE_INFINITY, failed: false };
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

  /** The look-up we share belongs to another caller: if that one gave up, or keeps us waiting, the answer is not ours. */
  async function share(key: string, call: Call, lookUp: () => Promise<T>, answer: Answer<T>): Promise<T> {
    const shared = abortable(answer.result, call.signal);
    try {
      return await (isWorthWaiting(answer, call) ? shared : untilLate(shared));
    } catch (thrown) {
      // Whoever else waits for the same thing waits for ours from now on.
      if (thrown === late && known.get(key) === answer) return ask(key, call, lookUp);
      const theirs = thrown instanceof PluginError && (thrown.code === "aborted" || thrown.code === "conflict");
      if (thrown !== late && (!theirs || call.signal.aborted)) throw thrown;
      return find(key, call, lookUp);
    }
  }

  /** It is there already, or it is the requester's own. */
  function isWorthWaiting({ until, lane }: Answer<T>, call: Call): boolean {
    return until !== Number.POSITIVE_INFINITY || lane === call.lane;
  }

  async function untilLate(shared: Promise<T>): Promise<T> {
    const patience = Promise.withResolvers<never>();
    const cancel = clock.after(patienceMs, () => patience.reject(late));
    try {
      return await Promise.race([shared, patience.promise]);
    } finally {
      cancel();
    }
  }

  async function find(key: string, call: Call, lookUp: () => Promise<T>): Promise<T> {
    const answer = known.get(key);
    if (answer === undefined || answer.until <= clock.monotonic()) return ask(key, call, lookUp);
    keep(key, answer);
    return share(key, call, lookUp, answer);
  }

  return {
    find,
    forgetFailures() {
      for (const [key, answer] of known) if (answer.failed) known.delete(key);
    },
  };
}
