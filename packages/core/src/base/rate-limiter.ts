import type { Call } from "./call.ts";
import type { Clock } from "./clock.ts";
import { LaneQueue } from "./lane-queue.ts";
import { PluginError } from "./plugin-error.ts";

/**
 * Admits every HTTP call of a messenger. Reactive: nothing is slowed down until the platform itself says so, and then
 * only the bucket it names. Waiting calls are served lane by lane, so one requester's flood delays nobody else's.
 */
export interface RateLimiter {
  /**
   * Runs `request` once all `buckets` admit it. A `rate_limited` error that it throws pauses the bucket it names (else
   * the first of `buckets`) for `retryAfterMs`. Throws `aborted` when the call's signal aborts while waiting and
   * `conflict` when `call.mayStart()` says no at its turn: no request was made then.
   */
  run<T>(buckets: readonly string[], call: Call, request: () => Promise<T>): Promise<T>;
  /** How long a call to these buckets would have to wait at the least, in milliseconds; 0 when free. */
  waitOf(buckets: readonly string[]): number;
}

export interface RateLimiterOptions {
  readonly clock: Clock;
  /** Calls in flight at once over all buckets. */
  readonly concurrency?: number;
  /** The wait after a `rate_limited` answer that does not say how long. */
  readonly defaultPauseMs?: number;
}

const defaultConcurrency = 256;
const defaultPause = 1_000;
/** After this many answers in a row without a refusal a throttled bucket may double what it has in flight. */
const successesToDouble = 4;

/** A bucket exists only while it is throttled; an unknown bucket is a free one. */
interface Bucket {
  pausedUntil: number;
  /** How many calls may be in flight; grows back after a refusal. */
  limit: number;
  inFlight: number;
  successes: number;
  refusals: number;
}

interface Waiting {
  readonly buckets: readonly string[];
  readonly call: Call;
  readonly admit: () => void;
  readonly reject: (error: unknown) => void;
}

export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { clock } = options;
  const concurrency = options.concurrency ?? defaultConcurrency;
  const pauseMs = options.defaultPauseMs ?? defaultPause;
  const buckets = new Map<string, Bucket>();
  const queue = new LaneQueue<Waiting>();
  let inFlight = 0;
  let cancelWake: (() => void) | undefined;

  const free = (names: readonly string[]) => names.every((name) => isFree(buckets.get(name), clock.monotonic()));

  function admitWaiting(): void {
    if (queue.size === 0) return;
    while (inFlight < concurrency) {
      const next = queue.takeFirst((waiting) => free(waiting.buckets));
      if (next === undefined) break;
      admitOne(next);
    }
    scheduleWake();
  }

  function admitOne(next: Waiting): void {
    if (!next.call.mayStart()) {
      next.reject(leaseLost());
      return;
    }
    begin(next.buckets);
    next.admit();
  }

  function scheduleWake(): void {
    cancelWake?.();
    cancelWake = undefined;
    if (queue.size === 0) return;
    const now = clock.monotonic();
    const times = [...buckets.values()].map((bucket) => bucket.pausedUntil).filter((time) => time > now);
    if (times.length > 0) cancelWake = clock.after(Math.min(...times) - now, admitWaiting);
  }

  function begin(names: readonly string[]): void {
    inFlight += 1;
    for (const name of names) {
      const bucket = buckets.get(name);
      if (bucket) bucket.inFlight += 1;
    }
  }

  function end(names: readonly string[], refused: PluginError | undefined): void {
    inFlight -= 1;
    const blamed = refused === undefined ? undefined : (refused.bucket ?? names[0]);
    for (const name of names) {
      const bucket = buckets.get(name);
      if (bucket === undefined) continue;
      bucket.inFlight = Math.max(0, bucket.inFlight - 1);
      if (name !== blamed && recover(bucket)) buckets.delete(name);
    }
    if (blamed !== undefined) throttle(blamed, refused?.retryAfterMs ?? pauseMs);
    admitWaiting();
  }

  function throttle(name: string, ms: number): void {
    const bucket = buckets.get(name) ?? { pausedUntil: 0, limit: 1, inFlight: 0, successes: 0, refusals: 0 };
    bucket.pausedUntil = Math.max(bucket.pausedUntil, clock.monotonic() + ms);
    bucket.limit = 1;
    bucket.successes = 0;
    bucket.refusals += 1;
    buckets.set(name, bucket);
  }

  function waitForTurn(names: readonly string[], call: Call): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        queue.remove(waiting, call.lane);
        reject(PluginError.from(call.signal.reason ?? abortError()));
      };
      const settle = (then: () => void) => () => {
        call.signal.removeEventListener("abort", onAbort);
        then();
      };
      const waiting: Waiting = {
        buckets: names,
        call,
        admit: settle(resolve),
        reject: (error) => settle(() => reject(error))(),
      };
      call.signal.addEventListener("abort", onAbort, { once: true });
      queue.add(waiting, call.lane);
      scheduleWake();
    });
  }

  async function acquire(names: readonly string[], call: Call): Promise<void> {
    if (call.signal.aborted) throw PluginError.from(call.signal.reason ?? abortError());
    if (inFlight >= concurrency || !free(names)) {
      await waitForTurn(names, call);
      return;
    }
    if (!call.mayStart()) throw leaseLost();
    begin(names);
  }

  return {
    async run(names, call, request) {
      await acquire(names, call);
      let refused: PluginError | undefined;
      try {
        return await request();
      } catch (thrown) {
        if (thrown instanceof PluginError && thrown.code === "rate_limited") refused = thrown;
        throw thrown;
      } finally {
        end(names, refused);
      }
    },
    waitOf(names) {
      const now = clock.monotonic();
      return names.reduce((wait, name) => Math.max(wait, (buckets.get(name)?.pausedUntil ?? 0) - now), 0);
    },
  };
}

function isFree(bucket: Bucket | undefined, now: number): boolean {
  return bucket === undefined || (bucket.pausedUntil <= now && bucket.inFlight < bucket.limit);
}

/** Counts an answer that was no refusal; true when the bucket has fully recovered and can be forgotten. */
function recover(bucket: Bucket): boolean {
  bucket.successes += 1;
  if (bucket.successes < successesToDouble) return false;
  bucket.successes = 0;
  bucket.limit *= 2;
  return bucket.limit > defaultConcurrency;
}

function leaseLost(): PluginError {
  return new PluginError("conflict", "The lease on this request ended before the call could start.");
}

function abortError(): DOMException {
  return new DOMException("This operation was aborted", "AbortError");
}
