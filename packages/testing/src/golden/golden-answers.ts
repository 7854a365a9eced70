import type { Notice, Reply } from "@access-plugins/core";
import type { GoldenCase } from "./golden-case.ts";
import { approval, at, hostileName, hostileProse, outcome } from "./sample-request.ts";

const withoutGrant = (changes: Partial<Notice>): Notice => {
  const { loginCommand: _, ...rest } = outcome(changes);
  return rest;
};

const promotedTo = { name: "3f0c", title: "Payments database owners" };
const notices: readonly [string, Notice][] = [
  ["notice-approved", outcome({ resolveReason: "As agreed in the stand-up." })],
  ["notice-approved-role", outcome({ resources: [], roles: ["db-admin", "auditor"] })],
  ["notice-approved-from-later-on", outcome({ times: { assumeStart: at("12:00"), accessExpiry: at("20:00") } })],
  ["notice-denied", withoutGrant({ status: "denied", resolveReason: "Not during the freeze." })],
  ["notice-promoted", withoutGrant({ status: "promoted", kind: "long_term", promotedTo })],
  ["notice-expired", withoutGrant({ status: "expired" })],
  ["notice-removed", withoutGrant({ status: "removed" })],
  ["notice-closed", withoutGrant({ status: "closed" })],
  ["notice-plain", outcome({ form: "plain", resolveReason: "As agreed." })],
  [
    "notice-hostile",
    outcome({ roles: [hostileName], resources: [hostileName], cluster: hostileName, resolveReason: hostileProse }),
  ],
];

const replies: readonly [string, Reply][] = [
  ["reply-approved", { kind: "review", ...approval }],
  ["reply-commented", { kind: "review", ...approval, state: "pending", reason: "Which table?\nAnd until when?" }],
  ["reply-denied-without-reason", { kind: "review", ...approval, state: "denied", reason: "" }],
  ["reply-promoted", { kind: "review", ...approval, state: "promoted" }],
  ["reply-hostile", { kind: "review", author: hostileName, state: "approved", reason: hostileProse }],
  ["reply-outcome-denied", { kind: "outcome", status: "denied", resolveReason: "Not during the freeze." }],
  ["reply-outcome-expired", { kind: "outcome", status: "expired", resolveReason: "" }],
];

/** What requesters are told, and replies below a message. */
export const goldenAnswers: readonly GoldenCase[] = [
  ...notices.map(([name, notice]) => ({ name, notice })),
  ...replies.map(([name, reply]) => ({ name, reply })),
];
