import { expect, test } from "vitest";
import { createSeededRandom } from "../seeded-random.ts";
import { isTimely } from "./report.ts";
import { shuffleTurns } from "./turns.ts";

const turns = { "auth-restart": 50, "half-open": 20 };
const shuffled = (seed: number) => shuffleTurns(turns, createSeededRandom(seed));

test("every fault gets as many turns as asked for, mixed, in the order of the seed", () => {
  const order = shuffled(7);
  expect(
    Object.fromEntries([...Map.groupBy(order, (fault) => fault)].map(([kind, all]) => [kind, all.length])),
  ).toEqual(turns);
  expect(order.lastIndexOf("auth-restart")).toBeGreaterThan(order.indexOf("half-open"));
  expect(shuffled(7)).toEqual(order);
  expect(shuffled(8)).not.toEqual(order);
});

test.each([
  [30_000, 10_000, true],
  [30_001, 0, false],
  [0, 10_001, false],
])("noticed after %i ms and ready after another %i ms is as promised: %s", (noticedMs, readyMs, timely) => {
  const good = { fault: "cut", noticedMs: 10, readyMs: 10 } as const;
  expect(isTimely({ recoveries: [good, { fault: "half-open", noticedMs, readyMs }] })).toBe(timely);
});
