import { sleep } from "@access-plugins/core";
import { describe, expect, it } from "vitest";
import { createFakeClock } from "./fake-clock.ts";

describe("createFakeClock", () => {
  it("fires timers in order of their time, then of their setting, each seeing its own moment", async () => {
    const clock = createFakeClock();
    const start = clock.monotonic();
    const seen: string[] = [];
    const note = (name: string) => () => void seen.push(`${name} at ${clock.monotonic() - start}`);
    clock.after(20, note("late"));
    clock.after(10, note("first"));
    clock.after(10, note("second"));
    clock.after(31, note("never"));
    await clock.advance(30);
    expect(seen).toEqual(["first at 10", "second at 10", "late at 20"]);
    expect(clock.monotonic() - start).toBe(30);
    expect(clock.pendingTimers()).toBe(1);
  });

  it("lets chains of awaits, sleeps and immediates go as far as the time allows", async () => {
    const clock = createFakeClock();
    const start = clock.monotonic();
    const seen: number[] = [];
    const chain = (async () => {
      for (let step = 0; step < 5; step += 1) {
        await sleep(clock, 10);
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(clock.monotonic() - start);
      }
    })();
    await clock.advance(35);
    expect(seen).toEqual([10, 20, 30]);
    await clock.advance(15);
    await chain;
    expect(seen).toEqual([10, 20, 30, 40, 50]);
  });

  it("moves wall time together with monotonic time", async () => {
    const start = new Date("2026-01-02T03:04:05Z");
    const clock = createFakeClock(start);
    expect(clock.now()).toEqual(start);
    await clock.advance(60_000);
    expect(clock.now()).toEqual(new Date("2026-01-02T03:05:05Z"));
  });

  it("never fires a cancelled timer, also one cancelled by a timer of the same moment", async () => {
    const clock = createFakeClock();
    const seen: string[] = [];
    const cancel = clock.after(5, () => seen.push("cancelled"));
    cancel();
    cancel();
    let cancelOther = () => {};
    clock.after(6, () => cancelOther());
    cancelOther = clock.after(6, () => seen.push("cancelled by its neighbour"));
    await clock.advance(10);
    expect(seen).toEqual([]);
    expect(clock.pendingTimers()).toBe(0);
  });

  it("fires timers of no time in the next round, without moving", async () => {
    const clock = createFakeClock();
    const start = clock.monotonic();
    const seen: string[] = [];
    clock.after(0, () => {
      seen.push("outer");
      clock.after(0, () => seen.push("inner"));
    });
    await clock.settle();
    expect(seen).toEqual([]);
    await clock.advance(0);
    expect(seen).toEqual(["outer", "inner"]);
    expect(clock.monotonic()).toBe(start);
  });

  it("moves until a condition holds, and says so when it never does", async () => {
    const clock = createFakeClock();
    const start = clock.monotonic();
    let ticks = 0;
    const tick = () => {
      ticks += 1;
      clock.after(100, tick);
    };
    tick();
    await clock.advanceUntil(() => ticks === 4, 10_000);
    expect(clock.monotonic() - start).toBe(300);
    await expect(clock.advanceUntil(() => false, 1_000)).rejects.toThrow("not done 1000 ms later, 1 timers are left");
  });

  it("refuses to be moved from two places at once", async () => {
    const clock = createFakeClock();
    const first = clock.advance(10);
    await expect(clock.advance(10)).rejects.toThrow("moved already");
    await first;
  });
});
