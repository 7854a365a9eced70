import { expect, test } from "vitest";
import { createRequestIds, isUuid } from "./request-id.ts";

const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("version 7 carries the time and grows, also when the clock stands still or goes back", () => {
  const at = new Date("2026-03-14T09:26:53.589Z");
  const times = [at, at, new Date(at.getTime() - 1000), new Date(at.getTime() + 1)];
  const create = createRequestIds(7, () => times.shift() ?? at);
  const ids = [create(), create(), create(), create(), create()];
  for (const id of ids) expect(id).toMatch(VERSION_7);
  expect(ids.toSorted()).toEqual(ids);
  expect(Number.parseInt(ids[0]?.replaceAll("-", "").slice(0, 12) ?? "", 16)).toBe(at.getTime());
});

test("5000 ids of one millisecond are all different and in order", () => {
  const create = createRequestIds(7, () => new Date(0));
  const ids = Array.from({ length: 5000 }, create);
  expect(new Set(ids).size).toBe(5000);
  expect(ids.toSorted()).toEqual(ids);
});

test("version 4 is random", () => {
  const create = createRequestIds(4, () => new Date(0));
  expect(create()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  expect(create()).not.toBe(create());
});

test.each([
  ["01959b3e-1c2d-7a4e-9f60-5b1f2c3d4e5f", true],
  ["01959B3E-1C2D-7A4E-9F60-5B1F2C3D4E5F", true],
  ["01959b3e1c2d7a4e9f605b1f2c3d4e5f", false],
  ["my-request", false],
  ["", false],
])("%j is a UUID: %s", (text, expected) => {
  expect(isUuid(text)).toBe(expected);
});
