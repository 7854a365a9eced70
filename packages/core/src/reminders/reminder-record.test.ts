import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Lease } from "../reconcile/lease.ts";
import {
  changeOwners,
  decodeReminders,
  encodeReminders,
  lastTold,
  type ReminderRecord,
  reminderEntries,
  toGoTime,
} from "./reminder-record.ts";

const lease: Lease = { holder: "h", write: "w", durationMs: 60_000 };
const record: ReminderRecord = { told: new Map(), nonce: "n", sending: [], lease };

// What Go 1.26 writes for the same times.
test.each([
  ["2026-03-14T09:26:53.000Z", "2026-03-14T09:26:53Z"],
  ["2026-03-14T09:26:53.500Z", "2026-03-14T09:26:53.5Z"],
  ["2026-03-14T09:26:53.589Z", "2026-03-14T09:26:53.589Z"],
  ["2026-03-14T09:26:50.010Z", "2026-03-14T09:26:50.01Z"],
  ["2026-03-14T10:00:00.000Z", "2026-03-14T10:00:00Z"],
])("%s is written as Go writes it", (time, written) => {
  expect(toGoTime(new Date(time))).toBe(written);
});

test("nothing stored means that nobody was ever reminded", () => {
  const empty = decodeReminders(undefined);
  expect(empty).toEqual({ told: new Map(), nonce: "", sending: [] });
  expect(empty === undefined ? 0 : lastTold(empty, "alice")).toBeUndefined();
});

test.each([
  ["Go's zero time", "0001-01-01T00:00:00Z", undefined],
  ["nanoseconds", "2026-03-14T09:26:53.589793238Z", "2026-03-14T09:26:53.589Z"],
  ["another zone", "2026-03-14T10:26:53+01:00", "2026-03-14T09:26:53Z"],
  ["no time at all", "soon", undefined],
])("the official plugin's map is read: %s", (_what, at, told) => {
  const read = decodeReminders({ user_notifications: JSON.stringify({ alice: at }) });
  const expected = told === undefined ? undefined : Date.parse(told);
  expect(read === undefined ? "" : lastTold(read, "alice")).toBe(expected);
});

test.each(["", "{", "[]", "1", "null", '{"alice":1}'])("a map that is none, %j, names nobody", (user_notifications) => {
  expect(decodeReminders({ user_notifications })?.told).toEqual(new Map());
});

test.each(['{"v":2,"n":"x"}', "{", "[]"])("our own key that we cannot read, %j, means hands off", (own) => {
  expect(decodeReminders({ access_plugins_reminders: own })).toBeUndefined();
});

test("times of others stay as they are written, to the digit", () => {
  const text = '{"alice":"2026-03-14T10:26:53.589793238+01:00","bob":"2026-03-14T09:26:53Z"}';
  const read = decodeReminders({ user_notifications: text });
  expect(encodeReminders({ ...record, told: read?.told ?? new Map() })["user_notifications"]).toBe(text);
});

test("who owns the list no more is forgotten, and who is new begins with the zero time", () => {
  const told = new Map([
    ["gone", "2026-03-14T09:26:53Z"],
    ["alice", "2026-03-14T09:26:53Z"],
  ]);
  expect(Object.fromEntries(changeOwners(told, ["gone"], ["alice", "bob"]))).toEqual({
    alice: "2026-03-14T09:26:53Z",
    bob: "0001-01-01T00:00:00Z",
  });
});

test("a write changes what differs, and expects everything as it was read", () => {
  const before = { user_notifications: "a", access_plugins_lease: "b" };
  const next = { user_notifications: "a", access_plugins_reminders: "c" };
  expect(reminderEntries.toChanges(before, next)).toEqual({ access_plugins_reminders: "c", access_plugins_lease: "" });
  expect(reminderEntries.toExpectations(before)).toEqual({ ...before, access_plugins_reminders: "" });
});

describe("whatever owners are called", () => {
  const anyOwner = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("__proto__", "constructor", "10", "9", "<a&b>"),
  );

  it("a record comes back as it was written, keys in the order of their bytes", () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyOwner), fc.date({ noInvalidDate: true, min: new Date(0) }), (owners, at) => {
        const written = { ...record, told: new Map(owners.map((owner) => [owner, toGoTime(at)])), sending: owners };
        const data = encodeReminders(written);
        expect(decodeReminders(data)).toEqual(written);
        const stored = Object.keys(JSON.parse(data["user_notifications"] ?? "{}", (_key, value: unknown) => value));
        expect(new Set(stored)).toEqual(new Set(owners));
      }),
    );
  });
});
