import { createRateLimiter, PluginError } from "@access-plugins/core";
import { createFakeClock } from "@access-plugins/testing/fake-clock";
import { expect, test } from "vitest";
import { refreshOnRefusal } from "./refresh-on-refusal.ts";

const call = { signal: AbortSignal.timeout(60_000), lane: "", mayStart: () => true };

function start() {
  let refusals = 0;
  const limiter = refreshOnRefusal(createRateLimiter({ clock: createFakeClock() }), () => {
    refusals += 1;
  });
  return { limiter, refusals: () => refusals };
}

test("a refusal of the credentials is told and passed on", async () => {
  const { limiter, refusals } = start();
  const error = new PluginError("unauthenticated", "token_revoked");
  await expect(limiter.run(["post"], call, () => Promise.reject(error))).rejects.toBe(error);
  expect(refusals()).toBe(1);
});

test("other failures and successes are just passed on", async () => {
  const { limiter, refusals } = start();
  const error = new PluginError("unavailable", "503");
  await expect(limiter.run(["post"], call, () => Promise.reject(error))).rejects.toBe(error);
  expect(await limiter.run(["post"], call, async () => 5)).toBe(5);
  expect(refusals()).toBe(0);
});
