import { describe, expect, test } from "vitest";
import type { RuleSchedule, Shift } from "../domain/access-monitoring-rule.ts";
import { compileSchedules } from "./rule-schedule.ts";

const monday: Shift = { weekday: "Monday", start: "09:00", end: "17:00" };

function toSchedule(fields: Partial<RuleSchedule> = {}): RuleSchedule {
  return { name: "office", timezone: "", shifts: [monday], ...fields };
}

function includes(at: string, ...schedules: RuleSchedule[]): boolean {
  return compileSchedules(schedules).includes(new Date(at));
}

describe("schedules of a rule", () => {
  test("no schedules are always", () => {
    expect(includes("2030-01-05T03:00:00Z")).toBe(true);
    expect(compileSchedules([]).includes(undefined)).toBe(true);
  });

  // 7 January 2030 is a Monday.
  test.each([
    ["2030-01-07T08:59:59.999Z", false],
    ["2030-01-07T09:00:00Z", true],
    ["2030-01-07T12:00:00Z", true],
    ["2030-01-07T17:00:00Z", true],
    ["2030-01-07T17:00:59.999Z", true],
    ["2030-01-07T17:01:00Z", false],
    ["2030-01-06T12:00:00Z", false],
    ["2030-01-08T12:00:00Z", false],
  ])("both minutes of a shift belong to it: %s %s", (at, inside) => {
    expect(includes(at, toSchedule())).toBe(inside);
  });

  test.each([
    ["2030-01-06T23:59:59Z", "Pacific/Kiritimati", true],
    ["2030-01-07T12:00:00Z", "Pacific/Kiritimati", false],
    ["2030-01-07T12:00:00Z", "Pacific/Pago_Pago", false],
    ["2030-01-07T22:00:00Z", "Pacific/Pago_Pago", true],
    ["2030-01-07T03:29:59Z", "Asia/Kolkata", false],
    ["2030-01-07T03:30:00Z", "Asia/Kolkata", true],
  ])("day and time are those of the zone: %s in %s %s", (at, timezone, inside) => {
    expect(includes(at, toSchedule({ timezone }))).toBe(inside);
  });

  test.each([
    // The clock goes from 02:00 to 03:00 on 31 March, and from 03:00 back to 02:00 on 27 October.
    ["2030-03-31T00:59:59Z", "01:30", "02:30", true],
    ["2030-03-31T01:00:00Z", "01:30", "02:30", false],
    ["2030-03-31T01:00:00Z", "03:00", "03:30", true],
    ["2030-10-27T00:30:00Z", "02:30", "02:59", true],
    ["2030-10-27T01:30:00Z", "02:30", "02:59", true],
    ["2030-10-27T02:00:00Z", "02:30", "02:59", false],
  ])("follow the clock when it changes: %s in %s–%s %s", (at, start, end, inside) => {
    const shifts = [{ weekday: "Sunday", start, end }];
    expect(includes(at, toSchedule({ timezone: "Europe/Berlin", shifts }))).toBe(inside);
  });

  test("one of them is enough, and one shift of it", () => {
    const nights = toSchedule({ name: "nights", shifts: [{ weekday: "Friday", start: "22:00", end: "23:59" }] });
    const both = toSchedule({ shifts: [monday, { weekday: "Tuesday", start: "09:00", end: "12:00" }] });
    expect(includes("2030-01-11T23:00:00Z", both, nights)).toBe(true);
    expect(includes("2030-01-08T10:00:00Z", both, nights)).toBe(true);
    expect(includes("2030-01-09T10:00:00Z", both, nights)).toBe(false);
  });

  test.each(["Monday", "monday", "MON", "Mon"])("know the day %s", (weekday) => {
    expect(includes("2030-01-07T12:00:00Z", toSchedule({ shifts: [{ ...monday, weekday }] }))).toBe(true);
  });

  test("are never for a request without a creation time", () => {
    expect(compileSchedules([toSchedule()]).includes(undefined)).toBe(false);
  });

  test.each<[Partial<RuleSchedule>, string]>([
    [{ shifts: [] }, 'schedule "office": it has no shifts, so no time is ever inside of it'],
    [
      { timezone: "Mars/Phobos" },
      'schedule "office": unknown time zone "Mars/Phobos": expected an IANA name such as "Europe/Berlin", or "" for UTC',
    ],
    [{ timezone: "Local" }, 'schedule "office": unknown time zone "Local"'],
    [{ timezone: "+02:00" }, 'schedule "office": unknown time zone "+02:00"'],
    [
      { shifts: [{ ...monday, weekday: "Montag" }] },
      'schedule "office": "Montag" is no day of the week: expected Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday',
    ],
    [{ shifts: [{ ...monday, weekday: "" }] }, 'schedule "office": "" is no day of the week'],
    [
      { shifts: [monday, { ...monday, end: "24:00" }] },
      'schedule "office": "24:00" is no time of day: expected "HH:MM" from "00:00" to "23:59"',
    ],
    [
      { shifts: [{ ...monday, start: "17:00" }] },
      'schedule "office": the shift from 17:00 to 17:00 has to end after its start, on the same day',
    ],
    [
      { shifts: [{ ...monday, start: "22:00", end: "06:00" }] },
      'schedule "office": the shift from 22:00 to 06:00 has to',
    ],
  ])("are refused with their name and the fault: %j", (fields, message) => {
    expect(() => compileSchedules([toSchedule({ name: "fine" }), toSchedule(fields)])).toThrow(message);
  });
});
