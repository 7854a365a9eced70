import { createSeededRandom } from "@access-plugins/testing/doubles";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { AccessList } from "../domain/access-list.ts";
import { findWindowStart, withJitter } from "./windows.ts";

const dayMs = 86_400_000;
// Clocks in Europe go forward on March 29th 2026, in America on March 8th.
const nextAudit = new Date("2026-03-29T09:00:00Z");
const list: AccessList = { name: "a", title: "A", type: "", owners: [], nextAudit, noticeMs: 14 * dayMs };

test.each([
  ["before the notice", "2026-03-15T08:59:59.999Z", undefined],
  ["when the notice begins", "2026-03-15T09:00:00Z", "2026-03-15T09:00:00Z"],
  ["in the first week", "2026-03-22T08:59:59.999Z", "2026-03-15T09:00:00Z"],
  ["in the second week", "2026-03-22T09:00:00Z", "2026-03-22T09:00:00Z"],
  ["until the audit date", "2026-03-29T08:59:59.999Z", "2026-03-22T09:00:00Z"],
  ["at the audit date", "2026-03-29T09:00:00Z", "2026-03-29T09:00:00Z"],
  ["a moment after it", "2026-03-29T09:00:00.001Z", "2026-03-29T09:00:00Z"],
  ["within a day after it", "2026-03-30T08:59:59.999Z", "2026-03-29T09:00:00Z"],
  ["a day after it", "2026-03-30T09:00:00Z", "2026-03-30T09:00:00Z"],
  ["a month after it", "2026-04-28T12:00:00Z", "2026-04-28T09:00:00Z"],
])("%s, at %s, the window began at %s", (_when, now, start) => {
  expect(findWindowStart(list, new Date(now))).toEqual(start === undefined ? undefined : new Date(start));
});

test.each([
  ["a notice shorter than a week: until the audit date one window", 3, "2026-03-28T00:00:00Z", "2026-03-26T09:00:00Z"],
  ["days counted from the notice, not from the audit date", 0.5, "2026-03-29T09:00:01Z", "2026-03-28T21:00:00Z"],
  ["a notice of months: week by week", 60, "2026-03-29T08:00:00Z", "2026-03-25T09:00:00Z"],
])("%s", (_what, days, now, start) => {
  const noticeMs = days * dayMs;
  expect(findWindowStart({ ...list, noticeMs }, new Date(now))).toEqual(new Date(start));
});

test.each([
  ["static", { type: "static" }],
  ["scim", { type: "scim" }],
  ["of a type nobody knows yet", { type: "future" }],
])("a list that is %s is never reviewed", (_what, change) => {
  expect(findWindowStart({ ...list, ...change }, new Date("2026-04-29T09:00:00Z"))).toBeUndefined();
});

test("a list without audit date is never reviewed, a dynamic one is", () => {
  const { nextAudit: _, ...unplanned } = list;
  expect(findWindowStart(unplanned, nextAudit)).toBeUndefined();
  expect(findWindowStart({ ...list, type: "dynamic" }, nextAudit)).toBeDefined();
});

describe("whatever the dates are", () => {
  const anyTime = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1_000));

  it("the window began at or before now, not before the notice, and is the same until it ends", () => {
    fc.assert(
      fc.property(anyTime, anyTime, fc.integer({ min: 1, max: 400 * dayMs }), (audit, now, noticeMs) => {
        const of = { ...list, nextAudit: audit, noticeMs };
        const start = findWindowStart(of, now)?.getTime();
        const notice = audit.getTime() - noticeMs;
        if (start === undefined) {
          expect(now.getTime()).toBeLessThan(notice);
          return;
        }
        const length = now > audit ? dayMs : 7 * dayMs;
        expect(start).toBeGreaterThanOrEqual(notice);
        expect(now.getTime() - start).toBeGreaterThanOrEqual(0);
        expect(now.getTime() - start).toBeLessThan(length);
        expect((start - notice) % length).toBe(0);
      }),
    );
  });
});

test("jitter takes up to a seventh, never adds", () => {
  const random = createSeededRandom(7);
  const waits = Array.from({ length: 1_000 }, () => withJitter(30_000, random));
  expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
  expect(Math.min(...waits)).toBeGreaterThan(30_000 - 30_000 / 7);
  expect(Math.min(...waits)).toBeLessThan(26_000);
});
