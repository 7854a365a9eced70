import { PluginError } from "@access-plugins/core";
import { createFakeClock, type FakeClock } from "@access-plugins/testing";
import { beforeEach, expect, test } from "vitest";
import { withDeadline } from "./deadline.ts";
import { catchFault } from "./testing/catch-fault.ts";

const never = new AbortController().signal;
const late = new PluginError("timeout", "too late");

let clock: FakeClock;

beforeEach(() => {
  clock = createFakeClock();
});

test("work that ends in time gives its result and leaves no timer", async () => {
  expect(await withDeadline(limit(), never, async () => 7)).toBe(7);
  expect(clock.pendingTimers()).toBe(0);
});

test("work that fails in time gives its error and leaves no timer", async () => {
  const failure = new Error("failed");
  await expect(withDeadline(limit(), never, () => Promise.reject(failure))).rejects.toBe(failure);
  expect(clock.pendingTimers()).toBe(0);
});

test("work that does not listen is left behind when the time is over", async () => {
  const signals: AbortSignal[] = [];
  const call = catchFault(() => withDeadline(limit(), never, (signal) => hang(signals, signal)));
  await clock.advance(99);
  expect(signals[0]?.aborted).toBe(false);
  await clock.advance(1);
  expect(await call).toBe(late);
  expect(signals[0]?.reason).toBe(late);
});

test("an abort ends it at once, with its reason when that is ours", async () => {
  const reason = new PluginError("aborted", "closing");
  for (const [given, expected] of [
    [reason, reason],
    [undefined, expect.objectContaining({ code: "aborted" })],
  ]) {
    const stop = new AbortController();
    const signals: AbortSignal[] = [];
    const call = catchFault(() => withDeadline(limit(), stop.signal, (signal) => hang(signals, signal)));
    stop.abort(given);
    expect(await call).toEqual(expected);
    expect(signals[0]?.aborted).toBe(true);
    expect(clock.pendingTimers()).toBe(0);
  }
});

test("nothing is begun after an abort", async () => {
  const fault = await catchFault(() => withDeadline(limit(), AbortSignal.abort(), () => expect.unreachable()));
  expect(fault.code).toBe("aborted");
});

function limit() {
  return { clock, ms: 100, onTimeout: () => late };
}

function hang(signals: AbortSignal[], signal: AbortSignal): Promise<never> {
  signals.push(signal);
  return new Promise(() => {});
}
