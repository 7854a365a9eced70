import { createFakeClock } from "@access-plugins/testing/doubles";
import { expect, test } from "vitest";
import { createLookUpPatience } from "./look-up-patience.ts";

test("each request waits by itself, from its first failure on, and begins anew once it was decided", async () => {
  const clock = createFakeClock();
  const patience = createLookUpPatience(clock, 1_000);
  expect(patience.isOver("a")).toBe(false);
  await clock.advance(999);
  expect([patience.isOver("a"), patience.isOver("b")]).toEqual([false, false]);
  await clock.advance(1);
  expect([patience.isOver("a"), patience.isOver("b")]).toEqual([true, false]);
  patience.forget("a");
  expect(patience.isOver("a")).toBe(false);
});
