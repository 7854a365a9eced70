import { expect, it } from "vitest";
import type { DocumentPart } from "./document-part.ts";
import { toNoticeDocument } from "./notice-document.ts";
import type { MessageStatus, Notice } from "./request-message.ts";

const start = new Date("2026-01-02T05:04:05Z");
const until = new Date("2026-01-02T11:04:05Z");

const notice: Notice = {
  form: "rich",
  requestId: "r1",
  cluster: "prod",
  kind: "short_term",
  status: "approved",
  roles: ["editor"],
  resources: [],
  resolveReason: "fine",
  times: { assumeStart: start, accessExpiry: until },
  loginCommand: "tsh login --request-id=r1",
  link: "https://teleport.example.com/web/requests/r1",
};

const kindsOf = (parts: readonly DocumentPart[]) => parts.map(({ kind }) => kind);
const factsOf = (parts: readonly DocumentPart[]) =>
  parts.flatMap((part) => (part.kind === "facts" ? part.facts.map(({ label }) => label) : []));
const titleOf = (parts: readonly DocumentPart[]) => parts.find((part) => part.kind === "title");

it("tells what was granted, until when, why, and what to do next", () => {
  const parts = toNoticeDocument(notice);
  expect(kindsOf(parts)).toEqual(["title", "roles", "facts", "prose", "commands", "link", "facts"]);
  expect(titleOf(parts)).toEqual({ kind: "title", text: "✅ Your role request: approved", asksFor: ["editor"] });
  expect(factsOf(parts)).toEqual(["Access from", "Access until", "Cluster", "ID"]);
  expect(parts).toContainEqual({
    kind: "commands",
    commands: [{ label: "Log in", text: "tsh login --request-id=r1" }],
  });
});

it("is the only one who is told: the title names no user", () => {
  expect(titleOf(toNoticeDocument(notice))).not.toHaveProperty("user");
});

it.each(["denied", "promoted", "expired", "removed", "closed"] as const)("promises no times when %s", (status) => {
  expect(factsOf(toNoticeDocument({ ...notice, status }))).toEqual(["Cluster", "ID"]);
});

it.each([
  [{ name: "id", title: "Owners" }, "Owners"],
  [{ name: "id", title: "" }, "id"],
])("names the access list %j by what a reader knows it by", (promotedTo, name) => {
  const parts = toNoticeDocument({ ...notice, status: "promoted", promotedTo });
  expect(parts).toContainEqual({
    kind: "facts",
    facts: expect.arrayContaining([{ label: "Access list", value: { name } }]),
  });
});

it("says what to do where the outcome alone does not", () => {
  const hinted: readonly MessageStatus[] = ["promoted", "expired", "removed"];
  const all: readonly MessageStatus[] = ["approved", "denied", "promoted", "expired", "removed", "closed"];
  expect(all.filter((status) => kindsOf(toNoticeDocument({ ...notice, status })).includes("hint"))).toEqual(hinted);
});

it.each([
  [{ resources: ["/c/node/db"] }, "✅ Your resource request: approved"],
  [{ resources: ["/c/node/db"], kind: "long_term" as const }, "✅ Your resource request (long-term access): approved"],
])("names the request by its kind: %j", (changes, text) => {
  expect(titleOf(toNoticeDocument({ ...notice, ...changes }))).toMatchObject({ text });
});

it("leaves out what is not known", () => {
  const { loginCommand: _, link: __, ...bare } = notice;
  const empty = { ...bare, requestId: "", cluster: "", roles: [], resolveReason: " ", times: {} };
  expect(kindsOf(toNoticeDocument(empty))).toEqual(["title"]);
});
