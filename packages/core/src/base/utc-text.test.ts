import { expect, it } from "vitest";
import { toUtcClock, toUtcText } from "./utc-text.ts";

it.each([
  ["2026-12-01T10:05:59Z", "1 Dec 2026, 10:05 UTC"],
  ["2026-01-31T00:00:00Z", "31 Jan 2026, 00:00 UTC"],
  ["2026-06-30T23:59:59.999Z", "30 Jun 2026, 23:59 UTC"],
  ["2026-01-01T01:30:00+02:00", "31 Dec 2025, 23:30 UTC"],
  ["+012345-03-04T05:06:00Z", "4 Mar 12345, 05:06 UTC"],
])("writes %s as %s", (time, text) => {
  expect(toUtcText(new Date(time))).toBe(text);
  expect(text.endsWith(toUtcClock(new Date(time)))).toBe(true);
});
