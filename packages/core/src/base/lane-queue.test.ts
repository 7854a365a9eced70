import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLaneQueue, type LaneQueue } from "./lane-queue.ts";

function drain<T>(queue: LaneQueue<T>): T[] {
  const taken: T[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) taken.push(item);
  return taken;
}

describe("createLaneQueue", () => {
  it("serves lanes in turn and each lane in order", () => {
    const queue = createLaneQueue<string>();
    for (const item of ["a1", "a2", "a3"]) queue.add(item, "a");
    for (const item of ["b1", "b2"]) queue.add(item, "b");
    queue.add("c1", "c");
    expect(drain(queue)).toEqual(["a1", "b1", "c1", "a2", "b2", "a3"]);
  });

  it("lets a lane that comes late have the next but one turn, however much another lane has waiting", () => {
    const queue = createLaneQueue<string>();
    for (let n = 0; n < 10_000; n += 1) queue.add(`flood ${n}`, "flood");
    queue.take();
    queue.add("late", "late");
    expect([queue.take(), queue.take()]).toEqual(["flood 1", "late"]);
  });

  it("gives a lane that ran empty and came back its turn at the end", () => {
    const queue = createLaneQueue<string>();
    queue.add("a1", "a");
    queue.add("b1", "b");
    queue.add("b2", "b");
    expect(queue.take()).toBe("a1");
    queue.add("a2", "a");
    expect(drain(queue)).toEqual(["b1", "a2", "b2"]);
  });

  it("takes an item out once, and never one that was served", () => {
    const queue = createLaneQueue<string>();
    const removeFirst = queue.add("first", "a");
    const removeSecond = queue.add("second", "a");
    expect(queue.take()).toBe("first");
    expect([removeFirst(), removeSecond(), removeSecond()]).toEqual([false, true, false]);
    expect(queue.size()).toBe(0);
    expect(queue.take()).toBeUndefined();
  });

  it("loses nothing, doubles nothing and keeps each lane's order, whatever is added and removed", () => {
    const steps = fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.constantFrom("keep", "remove", "take")), {
      maxLength: 80,
      size: "max",
    });
    fc.assert(
      fc.property(steps, (all) => {
        const queue = createLaneQueue<string>();
        const expected = new Set<string>();
        const served: string[] = [];
        for (const [at, [lane, then]] of all.entries()) {
          const item = `${lane} ${String(at).padStart(3, "0")}`;
          const remove = queue.add(item, lane);
          expected.add(item);
          if (then === "remove" && remove()) expected.delete(item);
          if (then === "take") served.push(queue.take() ?? "nothing");
          expect(queue.size()).toBe(expected.size - served.length);
        }
        served.push(...drain(queue));
        expect([...served].sort()).toEqual([...expected].sort());
        for (const lane of ["a", "b", "c", "d"]) {
          const ofLane = served.filter((item) => item.startsWith(lane));
          expect(ofLane).toEqual([...ofLane].sort());
        }
      }),
    );
  });

  it("never serves a lane twice while another one waits for its turn", () => {
    const items = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 40, size: "max" });
    fc.assert(
      fc.property(items, (lanes) => {
        const queue = createLaneQueue<string>();
        for (const lane of lanes) queue.add(lane, lane);
        const left = new Map<string, number>();
        for (const lane of lanes) left.set(lane, (left.get(lane) ?? 0) + 1);
        let previous = "";
        for (const lane of drain(queue)) {
          const others = [...left].some(([name, count]) => name !== previous && count > 0);
          if (others) expect(lane).not.toBe(previous);
          left.set(lane, (left.get(lane) ?? 0) - 1);
          previous = lane;
        }
      }),
    );
  });
});
