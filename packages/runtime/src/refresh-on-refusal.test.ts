import { createRateLimiter, PluginError, silentLog } from "@access-plugins/core";
import { createFakeClock } from "@access-plugins/testing/fake-clock";
import { expect, test } from "vitest";
import { refreshOnRefusal } from "./refresh-on-refusal.ts";

const call = { signal: AbortSignal.timeout(60_000), lane: "", mayStart: () => true };

function start() {
  const refusals: number[] = [];
  const secrets = {
    generation: 3,
    async refreshAfterRefusal(generation: number) {
      refusals.push(generation);
    },
  };
  const limiter = refreshOnRefusal(createRateLimiter({ clock: createFakeClock() }), secrets, silentLog);
  return { limiter, secrets, refusals };
}

test("a refusal is told with the generation its call began at, and passed on", async () => {
  const { limiter, secrets, refusals } = start();
  const error = new PluginError("unauthenticated", "token_revoked");
  const run = limiter.run(["post"], call, async () => {
    secrets.generation = 4; // The token is replaced while the call is under way.
    throw error;
  });
  await expect(run).rejects.toBe(error);
  expect(refusals).toEqual([3]);
});

test("other failures and successes are just passed on", async () => {
  const { limiter, refusals } = start();
  const error = new PluginError("unavailable", "503");
  await expect(limiter.run(["post"], call, () => Promise.reject(error))).rejects.toBe(error);
  expect(await limiter.run(["post"], call, async () => 5)).toBe(5);
  expect(refusals).toEqual([]);
});
