import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs, connectionBackoff, deliveryBackoff } from "./backoff.ts";
import type { Random } from "./random.ts";

function fixed(value: number): Random {
  return { next: () => value, token: () => "" };
}

describe("backoffMs", () => {
  it("doubles its longest wait from the base up to the cap", () => {
    const longest = Array.from({ length: 9 }, (_, attempt) => backoffMs(attempt, deliveryBackoff, fixed(1 - 1e-12)));
    expect(longest).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(backoffMs(0, connectionBackoff, fixed(1 - 1e-12))).toBe(100);
    expect(backoffMs(1_000, connectionBackoff, fixed(1 - 1e-12))).toBe(5_000);
  });

  it("spreads over everything from nothing to the longest wait, in whole milliseconds", () => {
    const next = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.nat(5_000), next, (attempt, value) => {
        const ms = backoffMs(attempt, deliveryBackoff, fixed(value));
        expect(Number.isInteger(ms)).toBe(true);
        const longest = Math.min(30_000, 500 * 2 ** Math.min(attempt, 30));
        expect(ms).toBe(Math.ceil(value * longest));
        expect(ms).toBeLessThanOrEqual(longest);
      }),
    );
  });
});
