import { createFakeClock, type FakeClock } from "@access-plugins/testing/fake-clock";
import { describe, expect, it } from "vitest";
import type { Call } from "./call.ts";
import type { Clock } from "./clock.ts";
import { sleep } from "./clock.ts";
import { PluginError } from "./plugin-error.ts";
import { createRateLimiter, type RateLimiter } from "./rate-limiter.ts";

function callOf(lane = "alice", signal: AbortSignal = new AbortController().signal): Call {
  return { signal, lane, mayStart: () => true };
}

function refusal(retryAfterMs: number, bucket?: string): PluginError {
  return new PluginError("rate_limited", "slow down", { retryAfterMs, ...(bucket === undefined ? {} : { bucket }) });
}

/** A request that stays under way until it is told how it ends. */
function createHeld(limiter: RateLimiter, buckets: readonly string[], call = callOf()) {
  const end = Promise.withResolvers<string>();
  const state = { started: false };
  const result = limiter.run(buckets, call, () => {
    state.started = true;
    return end.promise;
  });
  result.catch(() => {});
  return { state, result, succeed: () => end.resolve("done"), fail: end.reject };
}

/** Refuses the bucket once, so that it is throttled from now on. */
async function throttle(limiter: RateLimiter, bucket: string, ms: number): Promise<void> {
  await expect(limiter.run([bucket], callOf(), () => Promise.reject(refusal(ms)))).rejects.toThrow("slow down");
}

describe("a limiter nobody has refused", () => {
  it("lets every call go at once, up to the calls in flight it was given", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock, concurrency: 3 });
    const calls = Array.from({ length: 5 }, () => createHeld(limiter, ["post"]));
    await clock.settle();
    expect(calls.map(({ state }) => state.started)).toEqual([true, true, true, false, false]);
    calls[1]?.succeed();
    await clock.settle();
    expect(calls.map(({ state }) => state.started)).toEqual([true, true, true, true, false]);
    expect(await calls[1]?.result).toBe("done");
  });

  it("hands on what the request returns and what it throws", async () => {
    const limiter = createRateLimiter({ clock: createFakeClock() });
    const failure = new Error("no such channel");
    await expect(limiter.run(["post"], callOf(), async () => 7)).resolves.toBe(7);
    await expect(limiter.run(["post"], callOf(), () => Promise.reject(failure))).rejects.toBe(failure);
  });

  it("gives its slots to the lanes in turn", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock, concurrency: 1 });
    const order: string[] = [];
    const request = (lane: string) => async () => void order.push(lane);
    const flood = Array.from({ length: 10_000 }, () => limiter.run([], callOf("flood"), request("flood")));
    const other = limiter.run([], callOf("other"), request("other"));
    await other;
    expect(order.indexOf("other")).toBeLessThanOrEqual(2);
    await Promise.all(flood);
    expect(order).toHaveLength(10_001);
  });
});

describe("a refused bucket", () => {
  it("pauses for as long as the platform said, and no other bucket with it", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    await throttle(limiter, "channel C1", 3_000);
    const same = createHeld(limiter, ["method", "channel C1"]);
    const other = createHeld(limiter, ["method", "channel C2"]);
    await clock.advance(2_999);
    expect([same.state.started, other.state.started]).toEqual([false, true]);
    await clock.advance(1);
    expect(same.state.started).toBe(true);
  });

  it("is the one the platform named, else the first of the call", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    const refuse = (error: PluginError) => () => Promise.reject(error);
    await expect(limiter.run(["method", "channel"], callOf(), refuse(refusal(500, "channel")))).rejects.toThrow();
    await expect(limiter.run(["lookup", "app"], callOf(), refuse(refusal(700)))).rejects.toThrow();
    const next = ["method", "channel", "lookup", "app"].map((name) => createHeld(limiter, [name]));
    const started = () => next.map(({ state }) => state.started);
    await clock.advance(499);
    expect(started()).toEqual([true, false, false, true]);
    await clock.advance(1);
    expect(started()).toEqual([true, true, false, true]);
    await clock.advance(199);
    expect(started()).toEqual([true, true, false, true]);
    await clock.advance(1);
    expect(started()).toEqual([true, true, true, true]);
  });

  it("pauses for the default when the platform does not say how long", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock, defaultPauseMs: 250 });
    const refuse = () => Promise.reject(new PluginError("rate_limited", "slow down"));
    await expect(limiter.run(["method"], callOf(), refuse)).rejects.toThrow("slow down");
    const { state } = createHeld(limiter, ["method"]);
    await clock.advance(249);
    expect(state.started).toBe(false);
    await clock.advance(1);
    expect(state.started).toBe(true);
  });

  it("forgets nobody whose pause ends in the moment between two looks at the clock", async () => {
    for (let step = 1; step <= 12; step += 1) {
      const fake = createFakeClock();
      let thought = 0;
      const monotonic = () => {
        thought += step;
        return fake.monotonic() + thought;
      };
      const limiter = createRateLimiter({ clock: { ...fake, monotonic } });
      await throttle(limiter, "post", 12);
      const held = createHeld(limiter, ["post"]);
      await fake.advance(100);
      expect(held.state.started, `${step} ms from look to look`).toBe(true);
    }
  });

  it("counts calls that were refused together as one refusal", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    const burst = Array.from({ length: 20 }, () => createHeld(limiter, ["method"]));
    await clock.settle();
    for (const call of burst) call.fail(new PluginError("rate_limited", "slow down"));
    await clock.settle();
    const late = createHeld(limiter, ["method"]);
    await clock.advance(1_000);
    expect(late.state.started).toBe(true);
  });

  it("doubles that pause while it proves too short, up to half a minute, and begins anew after an answer", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    const waits: number[] = [];
    const call = async (request: () => Promise<unknown>) => {
      const start = clock.monotonic();
      const done = limiter.run(["method"], callOf(), () => {
        waits.push(clock.monotonic() - start);
        return request();
      });
      done.catch(() => {});
      await clock.advanceUntil(() => waits.length > 0, 60_000);
      await clock.settle();
      return waits.pop();
    };
    const refuse = () => Promise.reject(new PluginError("rate_limited", "slow down"));
    const refused: unknown[] = [];
    for (let tries = 0; tries < 8; tries += 1) refused.push(await call(refuse));
    expect(refused).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(await call(async () => "taken")).toBe(30_000);
    expect(await call(refuse)).toBe(0);
    expect(await call(refuse)).toBe(1_000);
  });

  it("keeps its pause although calls that left before the refusal succeed after it", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    const early = Array.from({ length: 200 }, () => createHeld(limiter, ["method"]));
    await throttle(limiter, "method", 10_000);
    for (const call of early) call.succeed();
    await clock.settle();
    const late = createHeld(limiter, ["method"]);
    await clock.advance(9_999);
    expect(late.state.started).toBe(false);
    await clock.advance(1);
    expect(late.state.started).toBe(true);
  });

  it("is not held up after its pause by a call from before that hangs", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    const hanging = createHeld(limiter, ["method"]);
    await throttle(limiter, "method", 1_000);
    const next = createHeld(limiter, ["method"]);
    await clock.advance(1_000);
    expect([hanging.state.started, next.state.started]).toEqual([true, true]);
  });

  it("waits for the longest of several refusals of one burst", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    const burst = [4_000, 1_000, 2_000].map((ms) => ({ ms, call: createHeld(limiter, ["method"]) }));
    for (const { ms, call } of burst) call.fail(refusal(ms));
    await clock.settle();
    const { state } = createHeld(limiter, ["method"]);
    await clock.advance(3_999);
    expect(state.started).toBe(false);
    await clock.advance(1);
    expect(state.started).toBe(true);
  });

  it("admits one call at a time after its pause and twice as many after every four answers", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    await throttle(limiter, "method", 1_000);
    const calls = Array.from({ length: 40 }, () => createHeld(limiter, ["method"]));
    const underWay = () => calls.filter(({ state }) => state.started).length - answered;
    let answered = 0;
    const answer = async (count: number) => {
      for (let n = 0; n < count; n += 1) calls[answered++]?.succeed();
      await clock.settle();
    };
    await clock.advance(1_000);
    const seen = [underWay()];
    for (const count of [3, 1, 4, 4]) {
      for (let n = 0; n < count; n += 1) await answer(1);
      seen.push(underWay());
    }
    expect(seen).toEqual([1, 1, 2, 4, 8]);
  });

  it("does not count ends that are no answer as a reason to send more", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    await throttle(limiter, "method", 1_000);
    await clock.advance(1_000);
    for (let n = 0; n < 8; n += 1) {
      const failing = () => Promise.reject(new PluginError("unavailable", "connection reset"));
      await expect(limiter.run(["method"], callOf(), failing)).rejects.toThrow("connection reset");
    }
    const calls = [createHeld(limiter, ["method"]), createHeld(limiter, ["method"])];
    await clock.settle();
    expect(calls.map(({ state }) => state.started)).toEqual([true, false]);
  });

  it("forgets the refusal when all went well for long enough", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    await throttle(limiter, "method", 1_000);
    await clock.advance(1_000);
    for (let n = 0; n < 36; n += 1) await limiter.run(["method"], callOf(), async () => {});
    const calls = Array.from({ length: 200 }, () => createHeld(limiter, ["method"]));
    await clock.settle();
    expect(calls.every(({ state }) => state.started)).toBe(true);
  });

  it("serves the lanes in turn: a flood of one requester delays nobody else", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    await throttle(limiter, "method", 1_000);
    const order: string[] = [];
    const request = (lane: string) => async () => {
      await sleep(clock, 1);
      order.push(lane);
    };
    const flood = Array.from({ length: 10_000 }, () => limiter.run(["method"], callOf("flood"), request("flood")));
    const other = limiter.run(["method"], callOf("other"), request("other"));
    await clock.advance(1_002);
    expect(order).toEqual(["flood", "other"]);
    await other;
    await clock.advance(2_000);
    await Promise.all(flood);
  });

  it("lets whoever waits go first, also when a new call comes at the very end of the pause", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    await throttle(limiter, "method", 1_000);
    const order: string[] = [];
    let newcomer: Promise<unknown> = Promise.resolve();
    // Set before the limiter's own timer for the same moment.
    clock.after(1_000, () => {
      newcomer = limiter.run(["method"], callOf("new"), async () => order.push("new"));
    });
    const waiting = limiter.run(["method"], callOf("old"), async () => order.push("old"));
    await clock.advance(1_000);
    await Promise.all([waiting, newcomer]);
    expect(order).toEqual(["old", "new"]);
  });
});

describe("a call with several buckets", () => {
  it("leaves when all of them admit it, and holds nobody up while one does not", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    await throttle(limiter, "method", 1_000);
    await throttle(limiter, "channel C1", 5_000);
    const both = createHeld(limiter, ["method", "channel C1"]);
    const one = createHeld(limiter, ["method", "channel C2"]);
    await clock.advance(1_000);
    expect([both.state.started, one.state.started]).toEqual([false, true]);
    one.succeed();
    await clock.advance(3_999);
    expect(both.state.started).toBe(false);
    await clock.advance(1);
    expect(both.state.started).toBe(true);
  });

  it("goes back to waiting when a bucket is refused while it waits for a slot", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock, concurrency: 1 });
    const running = createHeld(limiter, ["method"]);
    const waiting = createHeld(limiter, ["method"]);
    running.fail(refusal(2_000));
    await clock.advance(1_999);
    expect(waiting.state.started).toBe(false);
    await clock.advance(1);
    expect(waiting.state.started).toBe(true);
  });

  it("is served in time although both its buckets are throttled and others use either", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock, concurrency: 8 });
    await throttle(limiter, "a", 1_000);
    await throttle(limiter, "b", 1_500);
    const request = () => sleep(clock, 10);
    const all = Array.from({ length: 300 }, (_, n) => {
      const names = [["a"], ["b"], ["a", "b"]][n % 3] ?? [];
      return limiter.run(names, callOf(`lane ${n % 7}`), request);
    });
    await clock.advance(10_000);
    await Promise.all(all);
    expect(clock.pendingTimers()).toBe(0);
  });
});

describe("a call that waits", () => {
  it("is stopped by its signal, is not made, and leaves no timer behind", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    await throttle(limiter, "method", 60_000);
    const abort = new AbortController();
    const call = createHeld(limiter, ["method"], callOf("alice", abort.signal));
    abort.abort();
    await expect(call.result).rejects.toMatchObject({ code: "aborted" });
    expect(clock.pendingTimers()).toBe(0);
    await clock.advance(60_000);
    expect(call.state.started).toBe(false);
  });

  it("is stopped by a signal that was aborted before", async () => {
    const limiter = createRateLimiter({ clock: createFakeClock() });
    const call = createHeld(limiter, ["method"], callOf("alice", AbortSignal.abort(new Error("too late"))));
    await expect(call.result).rejects.toMatchObject({ code: "aborted" });
    expect(call.state.started).toBe(false);
  });

  it("says why, when the signal carries one of our errors, and never calls a deadline a fault of ours", async () => {
    const limiter = createRateLimiter({ clock: createFakeClock() });
    const reason = new PluginError("timeout", "out of time");
    await expect(createHeld(limiter, [], callOf("alice", AbortSignal.abort(reason))).result).rejects.toBe(reason);
    const deadline = AbortSignal.abort(new DOMException("The operation timed out.", "TimeoutError"));
    const { result } = createHeld(limiter, [], callOf("alice", deadline));
    await expect(result).rejects.toMatchObject({ code: "aborted" });
  });

  it("gives its slot to the next one when it is stopped while it waits for one", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock, concurrency: 1 });
    const running = createHeld(limiter, ["method"]);
    const abort = new AbortController();
    const stopped = createHeld(limiter, ["method"], callOf("alice", abort.signal));
    const next = createHeld(limiter, ["method"]);
    abort.abort();
    running.succeed();
    await clock.settle();
    expect([stopped.state.started, next.state.started]).toEqual([false, true]);
  });

  it("is refused at its turn when its lease is gone, and the next one goes instead", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    await throttle(limiter, "method", 1_000);
    const lapsed = createHeld(limiter, ["method"], { ...callOf(), mayStart: () => false });
    const next = createHeld(limiter, ["method"]);
    await clock.advance(1_000);
    await expect(lapsed.result).rejects.toMatchObject({ code: "conflict" });
    expect([lapsed.state.started, next.state.started]).toEqual([false, true]);
  });

  it("is asked for its lease once, at the moment it leaves", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    await throttle(limiter, "method", 1_000);
    const start = clock.monotonic();
    const asked: number[] = [];
    const mayStart = () => asked.push(clock.monotonic() - start) > 0;
    const call = createHeld(limiter, ["method"], { ...callOf(), mayStart });
    await clock.advance(5_000);
    expect(call.state.started).toBe(true);
    expect(asked).toEqual([1_000]);
  });

  it("lets ten thousand calls whose lease is gone pass away at once", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    await throttle(limiter, "method", 1_000);
    const all = Array.from(
      { length: 10_000 },
      () => createHeld(limiter, ["method"], { ...callOf(), mayStart: () => false }).result,
    );
    await clock.advance(1_000);
    const results = await Promise.allSettled(all);
    expect(results.every(({ status }) => status === "rejected")).toBe(true);
  });
});

/** A platform that takes one call a second per place and says exactly when the next one is welcome. */
function createStrictPlatform(clock: Clock) {
  const nextAt = new Map<string, number>();
  const log = { refused: 0 };
  return {
    log,
    async post(place: string): Promise<void> {
      await sleep(clock, 20);
      const now = clock.monotonic();
      const free = nextAt.get(place) ?? 0;
      if (free > now) {
        log.refused += 1;
        throw refusal(free - now, place);
      }
      nextAt.set(place, now + 1_000);
    },
  };
}

async function untilDelivered(limiter: RateLimiter, place: string, post: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await limiter.run([place], callOf(), post);
      return;
    } catch (thrown) {
      if (PluginError.from(thrown).code !== "rate_limited") throw thrown;
    }
  }
}

describe("against a platform with one call a second and place", () => {
  async function deliver(clock: FakeClock, places: number, each: number): Promise<{ ms: number; refused: number }> {
    const limiter = createRateLimiter({ clock });
    const platform = createStrictPlatform(clock);
    const start = clock.monotonic();
    let left = places * each;
    for (let n = 0; n < places * each; n += 1) {
      const place = `place ${n % places}`;
      void untilDelivered(limiter, place, () => platform.post(place)).then(() => {
        left -= 1;
      });
    }
    await clock.advanceUntil(() => left === 0, 10 * each * 1_000);
    return { ms: clock.monotonic() - start, refused: platform.log.refused };
  }

  it("needs hardly longer than the platform's own minimum", async () => {
    const { ms, refused } = await deliver(createFakeClock(), 1, 60);
    expect(ms).toBeGreaterThanOrEqual(59_000);
    expect(ms).toBeLessThan(59_000 * 1.05);
    // The first burst, and then one refusal for every call that went through.
    expect(refused).toBeLessThanOrEqual(2 * 60);
  });

  it("serves all places at the same time", async () => {
    const { ms } = await deliver(createFakeClock(), 20, 10);
    expect(ms).toBeLessThan(9_000 * 1.1);
  });
});

describe("many waiting calls", { timeout: 30_000 }, () => {
  /** Looking at the clock is what every decision begins with: it counts the work without measuring time. */
  function countReads(clock: FakeClock): Clock & { reads: number } {
    const counted = {
      reads: 0,
      now: () => clock.now(),
      after: (ms: number, callback: () => void) => clock.after(ms, callback),
      monotonic() {
        counted.reads += 1;
        return clock.monotonic();
      },
    };
    return counted;
  }

  it.each([
    { what: "in one bucket", bucketOf: () => "method" },
    { what: "in a thousand buckets", bucketOf: (n: number) => `place ${n % 1_000}` },
  ])("cost the same each, however many wait: 25,000 $what", async ({ bucketOf }) => {
    const clock = createFakeClock();
    const counted = countReads(clock);
    const limiter = createRateLimiter({ clock: counted, concurrency: 64 });
    const names = new Set(Array.from({ length: 25_000 }, (_, n) => bucketOf(n)));
    for (const name of names) await throttle(limiter, name, 1_000);
    counted.reads = 0;
    const all = Array.from({ length: 25_000 }, (_, n) =>
      limiter.run([bucketOf(n)], callOf(`lane ${n % 100}`), async () => {}),
    );
    await clock.advance(1_000);
    await Promise.all(all);
    expect(counted.reads / 25_000).toBeLessThan(20);
  });

  it("are stopped all at once as fast", async () => {
    const clock = createFakeClock();
    const counted = countReads(clock);
    const limiter = createRateLimiter({ clock: counted });
    await throttle(limiter, "method", 60_000);
    counted.reads = 0;
    const aborts = Array.from({ length: 25_000 }, () => new AbortController());
    const all = aborts.map(
      ({ signal }, n) => createHeld(limiter, ["method"], callOf(`lane ${n % 100}`, signal)).result,
    );
    for (const abort of aborts) abort.abort();
    const results = await Promise.allSettled(all);
    expect(results.every(({ status }) => status === "rejected")).toBe(true);
    expect(counted.reads / 25_000).toBeLessThan(20);
    expect(clock.pendingTimers()).toBe(0);
  });

  it("never make a pause forgotten, however many places are throttled", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    for (let n = 0; n < 1_100; n += 1) await throttle(limiter, `place ${n}`, 90_000 + n);
    const next = ["place 0", "place 1099"].map((place) => createHeld(limiter, [place]));
    const started = () => next.map(({ state }) => state.started);
    await clock.advance(89_999);
    expect(started()).toEqual([false, false]);
    await clock.advance(1);
    expect(started()).toEqual([true, false]);
    await clock.advance(1_099);
    expect(started()).toEqual([true, true]);
  });

  it("wipe out what was learnt about places that nobody has used for long", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    await throttle(limiter, "old place", 1_000);
    await clock.advance(61_000);
    for (let n = 0; n < 1_001; n += 1) await throttle(limiter, `place ${n}`, 1_000);
    const calls = Array.from({ length: 5 }, () => createHeld(limiter, ["old place"]));
    await clock.settle();
    expect(calls.map(({ state }) => state.started)).toEqual([true, true, true, true, true]);
  });
});
