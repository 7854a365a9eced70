import { expect, test } from "vitest";
import type { DueAccessList, Reminder } from "./reminder.ts";
import { type ReminderDocument, toReminderDocument, toSentenceText } from "./reminder-document.ts";

const at = new Date("2026-03-24T09:00:00Z");
const due: DueAccessList = { name: "list-1", title: "On call", auditDate: new Date("2026-03-24T09:00:00Z") };
const late: DueAccessList = { name: "list-2", title: " ", auditDate: new Date("2026-03-21T08:59:59Z") };

function sentenceOf(document: ReminderDocument): string {
  return toSentenceText(document, (title) => `<${title}>`);
}

function toDocument(lists: Reminder["lists"]): ReminderDocument {
  return toReminderDocument({ form: "rich", lists, at, webUrl: "https://teleport.example.com" });
}

test.each([
  [
    "at the very audit date",
    due.auditDate,
    "Access List <On call> is due for a review by 2026-03-24. Please review it soon!",
  ],
  ["a moment later", "2026-03-24T08:59:59Z", "Access List <On call> is past due for a review! Please review it."],
  ["a day later", "2026-03-23T09:00:00Z", "Access List <On call> is 1 day past due for a review! Please review it."],
  [
    "three days later",
    "2026-03-21T08:59:59Z",
    "Access List <On call> is 3 days past due for a review! Please review it.",
  ],
])("one list is named with its date, %s", (_when, auditDate, sentence) => {
  const document = toDocument([{ ...due, auditDate: new Date(auditDate) }]);
  expect(sentenceOf(document)).toBe(sentence);
  expect(document.lists).toEqual([]);
  expect(document.isOverdue).toBe(sentence.includes("past due"));
  expect(document.link?.url).toBe("https://teleport.example.com/web/accesslists/list-1#review");
});

test("several lists are counted, and listed in their order; one without a title by its name", () => {
  const document = toDocument([late, due]);
  expect(sentenceOf(document)).toBe(
    "2 Access Lists are due for reviews, the earliest of which is 3 days past due! Please review them.",
  );
  expect(document.lists).toEqual([
    { title: "list-2", when: "3 days past due" },
    { title: "On call", when: "due by 2026-03-24" },
  ]);
  expect(document.link?.url).toBe("https://teleport.example.com/web/accesslists");
  expect(sentenceOf(toDocument([due, { ...late, auditDate: due.auditDate }]))).toBe(
    "2 Access Lists are due for reviews, the earliest of which is due by 2026-03-24. Please review them soon!",
  );
});

test("the name of a list leads to no other page", () => {
  const document = toDocument([{ ...due, name: "../../evil?x#y" }]);
  expect(document.link?.url).toBe("https://teleport.example.com/web/accesslists/..%2F..%2Fevil%3Fx%23y#review");
});

test("there is no link without a web UI", () => {
  expect(toReminderDocument({ form: "rich", lists: [due], at })).not.toHaveProperty("link");
});
