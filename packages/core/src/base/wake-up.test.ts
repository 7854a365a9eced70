import { createFakeClock } from "@access-plugins/testing/fake-clock";
import { describe, expect, it } from "vitest";
import { createWakeUp } from "./wake-up.ts";

/** A loop that waits again and again, until `at(clock)` each time. */
function createLoop(until: (now: number) => number | undefined) {
  const clock = createFakeClock();
  const bell = createWakeUp(clock);
  const start = clock.monotonic();
  const woke: number[] = [];
  const loop = async () => {
    for (;;) {
      await bell.wait(until(clock.monotonic()));
      woke.push(clock.monotonic() - start);
    }
  };
  void loop();
  return { clock, bell, woke };
}

describe("createWakeUp", () => {
  it("ends a wait at its moment", async () => {
    const { clock, woke } = createLoop((now) => now + 100);
    await clock.advance(250);
    expect(woke).toEqual([100, 200]);
  });

  it("waits for ever without a moment, until it is rung", async () => {
    const { clock, bell, woke } = createLoop(() => undefined);
    await clock.advance(1_000_000);
    expect(woke).toEqual([]);
    bell.ring();
    await clock.settle();
    expect(woke).toEqual([1_000_000]);
  });

  it("ends the wait when it is rung, and leaves no timer of it", async () => {
    const { clock, bell, woke } = createLoop((now) => (now < 1_050 ? now + 100 : undefined));
    await clock.advance(50);
    bell.ring();
    await clock.settle();
    expect(woke).toEqual([50]);
    expect(clock.pendingTimers()).toBe(0);
  });

  it("takes rings of one turn for one", async () => {
    const { clock, bell, woke } = createLoop(() => undefined);
    await clock.settle();
    for (let n = 0; n < 5; n += 1) bell.ring();
    await Promise.resolve().then(bell.ring);
    await clock.settle();
    expect(woke).toHaveLength(1);
  });

  it("does not lose a ring between two waits", async () => {
    const clock = createFakeClock();
    const bell = createWakeUp(clock);
    bell.ring();
    await bell.wait(undefined);
    const state = { woke: false };
    void bell.wait(undefined).then(() => {
      state.woke = true;
    });
    await clock.settle();
    expect(state.woke).toBe(false);
    bell.ring();
    await clock.settle();
    expect(state.woke).toBe(true);
  });

  it("comes at once when its moment has passed", async () => {
    const clock = createFakeClock();
    const bell = createWakeUp(clock);
    const wait = bell.wait(clock.monotonic() - 5_000);
    await clock.advance(0);
    await expect(wait).resolves.toBeUndefined();
  });
});
