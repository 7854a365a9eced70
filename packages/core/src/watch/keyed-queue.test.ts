import { describe, expect, it } from "vitest";
import { createKeyedQueue, type KeyedQueue } from "./keyed-queue.ts";

/** Work that goes on until it is told to end. */
function start(concurrency = 10) {
  const started: string[] = [];
  const woken: string[] = [];
  const drained: string[] = [];
  const ends = new Map<string, () => void>();
  const queue: KeyedQueue = createKeyedQueue({
    concurrency,
    create(key) {
      const end = Promise.withResolvers<void>();
      return {
        wake: () => woken.push(key),
        drain: () => drained.push(key),
        run() {
          started.push(key);
          ends.set(key, end.resolve);
          return end.promise;
        },
      };
    },
  });
  async function end(key: string): Promise<void> {
    ends.get(key)?.();
    ends.delete(key);
    for (let turn = 0; turn < 3; turn += 1) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { queue, started, woken, drained, end };
}

describe("createKeyedQueue", () => {
  it("starts work for a mark, one piece for marks of a key that come while it waits", async () => {
    const { queue, started, end } = start(1);
    for (const key of ["a", "b", "b", "c", "b"]) queue.mark(key, "lane");
    expect(started).toEqual(["a"]);
    expect(queue.size()).toBe(3);
    for (const key of ["a", "b", "c"]) await end(key);
    expect(started).toEqual(["a", "b", "c"]);
    expect(queue.size()).toBe(0);
  });

  it("wakes the work of a key that is marked while it runs, and looks once more after its end", async () => {
    const { queue, started, woken, end } = start();
    queue.mark("a", "lane");
    queue.mark("a", "lane");
    queue.mark("a", "lane");
    expect([started, woken]).toEqual([["a"], ["a", "a"]]);
    await end("a");
    expect(started).toEqual(["a", "a"]);
    await end("a");
    expect(started).toEqual(["a", "a"]);
  });

  it("works on as many keys at once as it may", async () => {
    const { queue, started, end } = start(2);
    for (const key of ["a", "b", "c", "d"]) queue.mark(key, "lane");
    expect(started).toEqual(["a", "b"]);
    await end("b");
    expect(started).toEqual(["a", "b", "c"]);
  });

  it("serves the lanes in turn: one with a thousand keys delays another by one piece of work", async () => {
    const { queue, started, end } = start(1);
    for (let n = 0; n < 1_000; n += 1) queue.mark(`flood ${n}`, "flood");
    queue.mark("other", "other");
    await end("flood 0");
    await end("flood 1");
    expect(started).toEqual(["flood 0", "flood 1", "other"]);
  });

  it("drains what runs, starts nothing more and says when all is done, to everybody who asks", async () => {
    const { queue, started, drained, end } = start(2);
    for (const key of ["a", "b", "c"]) queue.mark(key, "lane");
    const state = { stopped: 0 };
    for (const stopping of [queue.stop(), queue.stop()]) {
      void stopping.then(() => {
        state.stopped += 1;
      });
    }
    queue.mark("a", "lane");
    queue.mark("d", "lane");
    expect(new Set(drained)).toEqual(new Set(["a", "b"]));
    await end("a");
    expect(state.stopped).toBe(0);
    await end("b");
    expect(state.stopped).toBe(2);
    expect(started).toEqual(["a", "b"]);
  });

  it("stops at once when nothing runs", async () => {
    await expect(start().queue.stop()).resolves.toBeUndefined();
  });
});
