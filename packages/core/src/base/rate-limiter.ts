import type { Call } from "./call.ts";
import type { Clock } from "./clock.ts";
import { createLaneQueue } from "./lane-queue.ts";
import { type ErrorCode, PluginError } from "./plugin-error.ts";
import { createRateBucket, type Permit, type RateBucket } from "./rate-bucket.ts";

/**
 * Admits every HTTP call of a messenger. Reactive: nothing is slowed down until the platform itself says so, and then
 * only the bucket it names. Waiting calls are served lane by lane, so one requester's flood delays nobody else's.
 */
export interface RateLimiter {
  /**
   * Runs `request` once all `buckets` admit it. A `rate_limited` error that it throws pauses the bucket it names (else
   * the first of `buckets`) for `retryAfterMs`. Throws `aborted` when the call's signal aborts while waiting (or the
   * signal's reason, if that is one of our errors) and `conflict` when `call.mayStart()` says no at its turn: no request
   * was made then.
   */
  run<T>(buckets: readonly string[], call: Call, request: () => Promise<T>): Promise<T>;
}

export interface RateLimiterOptions {
  readonly clock: Clock;
  /** Calls in flight at once over all buckets. */
  readonly concurrency?: number;
  /** The wait after a `rate_limited` answer that does not say how long, if it is the first in a row. */
  readonly defaultPauseMs?: number;
}

const defaultConcurrency = 256;
const defaultPause = 1_000;
/** So many buckets are kept before those that mean nothing any more are looked for. */
const bucketsToSweep = 1_000;
/** Ends of a call that are not the platform's word. */
const noAnswer: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["unavailable", "timeout", "aborted"]);

/** A call that may be made, until it ends. */
interface Leave {
  readonly names: readonly string[];
  readonly held: readonly Held[];
}

interface Waiting extends Leave {
  readonly call: Call;
  /** The bucket it waits for; none when only a slot is missing. */
  bucket: RateBucket<Waiting> | undefined;
  leave: () => boolean;
  held: readonly Held[];
  admit(): void;
  reject(error: PluginError): void;
}

/** Leave of one bucket. */
interface Held {
  readonly bucket: RateBucket<Waiting>;
  readonly permit: Permit;
}

export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { clock } = options;
  const concurrency = options.concurrency ?? defaultConcurrency;
  const pauseMs = options.defaultPauseMs ?? defaultPause;
  /** A bucket exists only while it is throttled; an unknown bucket is a free one. */
  const buckets = new Map<string, RateBucket<Waiting>>();
  /** Their buckets have let them go; what is missing is one of the slots that all share. */
  const ready = createLaneQueue<Waiting>();
  /** Buckets that may have room for what waits for them. */
  const freed = new Set<RateBucket<Waiting>>();
  const wakes = new Map<RateBucket<Waiting>, () => void>();
  let inFlight = 0;
  let sweepAt = bucketsToSweep;

  const known = (names: readonly string[]) => names.flatMap((name) => buckets.get(name) ?? []);

  /** The bucket that holds a call up the longest. */
  function findBlocker(names: readonly string[]): RateBucket<Waiting> | undefined {
    const now = clock.monotonic();
    return known(names)
      .filter((bucket) => !bucket.isFree(now))
      .reduce<RateBucket<Waiting> | undefined>(
        (longest, next) => (longest && longest.pausedUntil() >= next.pausedUntil() ? longest : next),
        undefined,
      );
  }

  function place(waiting: Waiting): void {
    const blocker = findBlocker(waiting.names);
    if (blocker !== undefined) waitFor(blocker, waiting);
    else if (inFlight >= concurrency) {
      waiting.bucket = undefined;
      waiting.held = hold(waiting.names);
      waiting.leave = ready.add(waiting, waiting.call.lane);
    } else if (waiting.call.mayStart()) {
      inFlight += 1;
      waiting.held = hold(waiting.names);
      waiting.admit();
    } else waiting.reject(leaseLost());
  }

  function waitFor(bucket: RateBucket<Waiting>, waiting: Waiting): void {
    waiting.bucket = bucket;
    waiting.leave = bucket.waiting.add(waiting, waiting.call.lane);
    wakeLater(bucket);
  }

  function hold(names: readonly string[]): Held[] {
    return known(names).map((bucket) => ({ bucket, permit: bucket.begin() }));
  }

  function giveBack(waiting: Waiting): void {
    for (const { bucket, permit } of waiting.held) {
      permit.end(false);
      freed.add(bucket);
    }
    waiting.held = [];
  }

  /** A bucket at its limit is woken by the end of a call, a paused one only by time. */
  function wakeLater(bucket: RateBucket<Waiting>): void {
    const now = clock.monotonic();
    const ms = bucket.pausedUntil() - now;
    // A pause that ended since it was looked at is over for nobody unless we say so.
    if (wakes.has(bucket) || (ms <= 0 && !bucket.isFree(now))) return;
    const cancel = clock.after(Math.max(0, Math.ceil(ms)), () => {
      wakes.delete(bucket);
      freed.add(bucket);
      pump();
    });
    wakes.set(bucket, cancel);
  }

  /** Lets go whatever may go now. */
  function pump(): void {
    do {
      while (inFlight < concurrency) {
        const next = ready.take();
        if (next === undefined) break;
        giveBack(next);
        place(next);
      }
      for (const bucket of freed) {
        freed.delete(bucket);
        release(bucket);
      }
    } while (freed.size > 0 || (ready.size() > 0 && inFlight < concurrency));
  }

  function release(bucket: RateBucket<Waiting>): void {
    while (bucket.isFree(clock.monotonic())) {
      const next = bucket.waiting.take();
      if (next === undefined) return;
      place(next);
    }
    if (bucket.waiting.size() > 0) wakeLater(bucket);
  }

  function abandon(waiting: Waiting): void {
    waiting.leave();
    giveBack(waiting);
    const { bucket } = waiting;
    if (bucket?.waiting.size() === 0) {
      wakes.get(bucket)?.();
      wakes.delete(bucket);
    }
    pump();
  }

  /** Leave for a call, at once where nothing at all is throttled: that is most of the time. */
  function acquire(names: readonly string[], call: Call): Leave | Promise<Leave> {
    if (buckets.size === 0 && inFlight < concurrency && !call.signal.aborted) {
      if (!call.mayStart()) throw leaseLost();
      inFlight += 1;
      return { names, held: [] };
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        abandon(waiting);
        reject(stopped(call.signal));
      };
      const settled = () => call.signal.removeEventListener("abort", onAbort);
      const waiting: Waiting = {
        names,
        call,
        bucket: undefined,
        leave: () => false,
        held: [],
        admit() {
          settled();
          resolve(waiting);
        },
        reject(error) {
          settled();
          reject(error);
        },
      };
      if (call.signal.aborted) {
        reject(stopped(call.signal));
        return;
      }
      call.signal.addEventListener("abort", onAbort, { once: true });
      // Whoever waits already goes first, also in the moment between the end of a pause and its timer.
      const queued = known(names).find((bucket) => bucket.waiting.size() > 0);
      if (queued === undefined) place(waiting);
      else waitFor(queued, waiting);
    });
  }

  function end(leave: Leave, failure: PluginError | undefined): void {
    inFlight -= 1;
    const refused = failure?.code === "rate_limited" ? failure : undefined;
    const answered = failure === undefined || (refused === undefined && !noAnswer.has(failure.code));
    for (const { bucket, permit } of leave.held) {
      permit.end(answered);
      freed.add(bucket);
    }
    const blamed = refused === undefined ? undefined : (refused.bucket ?? leave.names[0]);
    if (blamed !== undefined) refuse(blamed, refused?.retryAfterMs);
    for (const name of leave.names) forgetRecovered(name);
    pump();
  }

  function refuse(name: string, ms: number | undefined): void {
    const bucket = buckets.get(name) ?? createRateBucket<Waiting>();
    buckets.set(name, bucket);
    bucket.refuse(clock.monotonic(), ms, pauseMs);
    freed.add(bucket);
    if (buckets.size > sweepAt) sweep();
  }

  function forgetRecovered(name: string): void {
    const bucket = buckets.get(name);
    if (bucket?.isRecovered() && bucket.waiting.size() === 0) buckets.delete(name);
  }

  /** Names come and go with channels and people: what was learnt about them must not pile up. */
  function sweep(): void {
    const now = clock.monotonic();
    for (const [name, bucket] of buckets) if (bucket.isStale(now)) buckets.delete(name);
    sweepAt = Math.max(bucketsToSweep, 2 * buckets.size);
  }

  return {
    async run(names, call, request) {
      const leave = await acquire(names, call);
      let failure: PluginError | undefined;
      try {
        return await request();
      } catch (thrown) {
        failure = PluginError.from(thrown);
        throw thrown;
      } finally {
        end(leave, failure);
      }
    },
  };
}

function leaseLost(): PluginError {
  return new PluginError("conflict", "The lease on this request ended before the call could start.");
}

function stopped(signal: AbortSignal): PluginError {
  if (signal.reason instanceof PluginError) return signal.reason;
  return new PluginError("aborted", "The call was stopped while it waited for its turn.", { cause: signal.reason });
}
