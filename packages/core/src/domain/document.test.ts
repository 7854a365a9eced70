import { expect, it } from "vitest";
import { statusWords, toReaction } from "./document.ts";

it("has one reaction for every outcome, and none for a request that waits", () => {
  expect(toReaction("pending", undefined)).toEqual({});
  const { pending: _, ...outcomes } = statusWords;
  expect(new Set(Object.values(outcomes).map(({ emoji }) => emoji)).size).toBe(Object.keys(outcomes).length);
});

it("takes the reaction of an overridden outcome away", () => {
  expect(toReaction("approved", "pending")).toEqual({ add: "white_check_mark" });
  expect(toReaction("denied", "approved")).toEqual({ add: "x", remove: "white_check_mark" });
  expect(toReaction("approved", "approved")).toEqual({ add: "white_check_mark" });
});
