import { expect, it } from "vitest";
import { createRateCounter, noRates } from "./rates.ts";

it("lets through exactly the rate in the long run, and tells the whole seconds to wait", () => {
  let now = 0;
  const counter = createRateCounter({ ...noRates, perChannel: 1, burst: 2 }, () => now);
  const refuse = () => counter.refuse("chat.postMessage", "channel", "C1");
  expect([refuse(), refuse(), refuse()]).toEqual([undefined, undefined, 1]);
  now = 999;
  expect(refuse()).toBe(1);
  now = 1_000;
  expect([refuse(), refuse()]).toEqual([undefined, 1]);
  expect(counter.refuse("chat.postMessage", "channel", "C2")).toBeUndefined();
  expect(counter.refuse("chat.update", 50, "C1")).toBeUndefined();
});
