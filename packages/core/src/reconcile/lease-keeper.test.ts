import { createSeededRandom } from "@access-plugins/testing/doubles";
import { createFakeClock } from "@access-plugins/testing/fake-clock";
import { describe, expect, it } from "vitest";
import { decodeLease, encodeLease } from "./lease.ts";
import { createLeaseKeeper } from "./lease-keeper.ts";

function start() {
  const clock = createFakeClock();
  const keeper = createLeaseKeeper("holder", clock, createSeededRandom(1));
  /** Takes the lease with a write that was sent `agoMs` ago. */
  const take = (waitMs: number, agoMs = 0) => {
    const lease = keeper.next(waitMs);
    keeper.won(lease, clock.monotonic() - agoMs);
    return lease;
  };
  return { clock, keeper, take };
}

describe("createLeaseKeeper", () => {
  it("holds nothing before a write of it stands", () => {
    const { keeper } = start();
    keeper.next(0);
    expect([keeper.held(), keeper.mayStart()]).toEqual([false, false]);
  });

  it("gives every write a value of its own, which can be read back", () => {
    const { keeper } = start();
    const [one, two] = [keeper.next(0), keeper.next(0)];
    expect(one).toEqual({ holder: "holder", write: expect.any(String), durationMs: 8_000 });
    expect(one.write).not.toBe(two.write);
    expect(decodeLease(encodeLease(one))).toEqual(one);
    expect(decodeLease(encodeLease(keeper.release()))).toMatchObject({ holder: "", durationMs: 0 });
  });

  it.each([
    [0, 8_000],
    [-5, 8_000],
    [0.2, 8_001],
    [12_000, 20_000],
    [30_000, 38_000],
    [3_600_000, 38_000],
  ])("covers a wait of %i ms by a duration of %i ms", (waitMs, durationMs) => {
    expect(start().keeper.next(waitMs).durationMs).toBe(durationMs);
  });

  it("counts from the moment the write was sent, not from its answer", async () => {
    const { clock, keeper, take } = start();
    take(0, 3_000);
    await clock.advance(4_999);
    expect(keeper.held()).toBe(true);
    await clock.advance(1);
    expect(keeper.held()).toBe(false);
  });

  it("lets a call start as long as half of a running lease is left", async () => {
    const { clock, keeper, take } = start();
    take(0);
    await clock.advance(4_000);
    expect(keeper.mayStart()).toBe(true);
    await clock.advance(1);
    expect([keeper.mayStart(), keeper.held()]).toEqual([false, true]);
  });

  it("is renewed every two seconds while calls run, and at half of its duration while only waiting", () => {
    const { clock, keeper, take } = start();
    const now = clock.monotonic();
    take(0);
    expect(keeper.renewAt(true)).toBe(now + 2_000);
    expect(keeper.renewAt(false)).toBe(now + 4_000);
    take(12_000);
    expect(keeper.renewAt(false)).toBe(now + 10_000);
    expect(keeper.renewAt(true)).toBe(now + 10_000);
  });

  it("is renewed while a call may still start", () => {
    for (const waitMs of [0, 1_000, 30_000]) {
      const { clock, keeper, take } = start();
      const { durationMs } = take(waitMs);
      for (const running of [true, false]) {
        expect(clock.monotonic() + durationMs - keeper.renewAt(running)).toBeGreaterThanOrEqual(4_000);
      }
    }
  });

  it("is gone when it is lost or given up", () => {
    const { clock, keeper, take } = start();
    take(0);
    keeper.lost();
    expect([keeper.held(), keeper.mayStart()]).toEqual([false, false]);
    take(0);
    keeper.won(keeper.release(), clock.monotonic());
    expect([keeper.held(), keeper.mayStart()]).toEqual([false, false]);
  });
});
