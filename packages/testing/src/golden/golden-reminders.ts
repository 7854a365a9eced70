import type { DueAccessList, Reminder } from "@access-plugins/core";
import type { GoldenCase } from "./golden-case.ts";
import { hostileName } from "./sample-request.ts";

const list: DueAccessList = {
  name: "3f0c1d9a-4a57-4c9b-9a1e-2b8d7c6e5f40",
  title: "Production on-call",
  auditDate: new Date("2026-03-29T09:00:00Z"),
};
const other: DueAccessList = { ...list, name: "9d1c0c64", title: "Payments database owners" };

const reminder = (changes: Partial<Reminder> = {}): Reminder => ({
  form: "rich",
  lists: [list],
  at: new Date("2026-03-22T09:00:00Z"),
  webUrl: "https://teleport.example.com",
  ...changes,
});

const late = new Date("2026-04-01T10:00:00Z");
const many = Array.from({ length: 120 }, (_, index) => ({
  ...other,
  title: `Team ${index + 1} of the payments domain`,
}));
const { webUrl: _, ...withoutWebUi } = reminder();

const reminders: readonly [string, Reminder][] = [
  ["reminder-due", reminder()],
  ["reminder-overdue", reminder({ at: late })],
  ["reminder-overdue-today", reminder({ at: new Date("2026-03-29T09:30:00Z") })],
  ["reminder-several", reminder({ lists: [list, { ...other, auditDate: new Date("2026-04-05T09:00:00Z") }] })],
  ["reminder-several-overdue", reminder({ at: late, lists: [list, other] })],
  ["reminder-many", reminder({ lists: [list, ...many] })],
  ["reminder-plain", reminder({ form: "plain", lists: [list, other] })],
  ["reminder-without-title", reminder({ lists: [{ ...list, title: " " }] })],
  ["reminder-without-web-ui", withoutWebUi],
  ["reminder-hostile", reminder({ lists: [{ ...list, title: hostileName }] })],
];

/** What owners of access lists are reminded of. */
export const goldenReminders: readonly GoldenCase[] = reminders.map(([name, one]) => ({ name, reminder: one }));
