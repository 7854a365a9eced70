import type { MessageStatus, RequestMessage } from "@access-plugins/core";
import type { GoldenCase } from "./golden-case.ts";
import {
  approval,
  at,
  commands,
  hostileName,
  hostileProse,
  link,
  resourceRequest,
  roleRequest,
} from "./sample-request.ts";

const statuses: readonly MessageStatus[] = [
  "pending",
  "approved",
  "denied",
  "promoted",
  "expired",
  "removed",
  "closed",
];

const promotedTo = { name: "3f0c", title: "Payments database owners" };
const withoutAction = (message: RequestMessage): RequestMessage => {
  const { action: _, ...rest } = message;
  return rest;
};
const numbered = (count: number, toText: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => toText(index + 1));

/** Every status, as a role and as a resource request. */
const byStatus = statuses.flatMap((status): [string, RequestMessage][] => {
  const decided = status === "approved" || status === "denied" ? { resolveReason: "As agreed in the stand-up." } : {};
  const changes = { status, ...decided, ...(status === "promoted" ? { promotedTo } : {}) };
  return [
    [`role-${status}`, roleRequest(changes)],
    [`resource-${status}`, resourceRequest(changes)],
  ];
});

const kinds: readonly [string, RequestMessage][] = [
  ["long-term-pending", resourceRequest({ kind: "long_term", roles: [] })],
  ["long-term-promoted", resourceRequest({ kind: "long_term", roles: [], status: "promoted", promotedTo })],
  ["kind-of-old-servers", roleRequest({ kind: "unspecified" })],
];

const start = { ...roleRequest().times, assumeStart: at("12:00"), sessionExpiry: at("16:00") };
const details: readonly [string, RequestMessage][] = [
  ["one-of-two-approvals", resourceRequest({ approvals: { given: 1, needed: 2 }, reviews: [approval] })],
  ["deferred-start-pending", roleRequest({ times: start })],
  ["deferred-start-approved", roleRequest({ times: start, status: "approved" })],
  ["no-times", roleRequest({ times: {} })],
  ["commands-pending", roleRequest({ action: commands })],
  ["commands-approved", withoutAction(roleRequest({ status: "approved" }))],
  ["promoted-to-a-list-without-title", roleRequest({ status: "promoted", promotedTo: { name: "3f0c", title: "" } })],
  [
    "notes",
    roleRequest({
      notes: [
        "3 more suggested reviewers were not notified.",
        "1 recipient was not notified: too many for one request.",
      ],
    }),
  ],
  [
    "reviews-of-every-kind",
    resourceRequest({
      reviews: [
        approval,
        { author: "carol@example.com", state: "pending", reason: "Which table?", created: at("10:07") },
        { author: "dave@example.com", state: "promoted", reason: "", created: at("10:09") },
        { author: "erin@example.com", state: "denied", reason: "Not during the freeze.\nAsk again on Monday." },
      ],
    }),
  ],
];

const edges: readonly [string, RequestMessage][] = [
  ["300-resources", resourceRequest({ resources: numbered(300, (n) => `node/ip-10-0-${n}.eu-west-1.internal`) })],
  [
    "100-roles-with-logins",
    roleRequest({ roles: numbered(100, (n) => `role-${n}`).map((name) => ({ name, logins: ["root", "ubuntu"] })) }),
  ],
  ["roles-with-and-without-logins", roleRequest({ roles: [{ name: "a", logins: [] }, { name: "b" }] })],
  [
    "50-reviewers",
    resourceRequest({
      reviews: numbered(50, (n) => `reviewer-${n}@example.com`).map((author) => ({ ...approval, author })),
      approvals: { given: 50, needed: 51 },
    }),
  ],
  ["reason-of-4096-bytes-in-emoji", roleRequest({ reason: "🔥".repeat(1_024) })],
  ["reason-of-many-lines", roleRequest({ reason: numbered(80, (n) => `line ${n}`).join("\n") })],
  ["reason-longer-than-any-message", roleRequest({ reason: "Please let me in. ".repeat(2_000) })],
  ["resolve-reason-longer-than-any-message", roleRequest({ status: "denied", resolveReason: "No. ".repeat(2_000) })],
  ["names-longer-than-a-line", roleRequest({ user: "u".repeat(500), cluster: `${"long-".repeat(60)}name` })],
  ["names-from-right-to-left", roleRequest({ user: "דנה@example.com", roles: [{ name: "مدير قاعدة البيانات" }] })],
  [
    "empty-everything",
    withoutAction(roleRequest({ requestId: "", cluster: "", user: "", roles: [], reason: "", times: {} })),
  ],
  ["empty-names", resourceRequest({ user: " ", roles: [{ name: "", logins: [""] }], resources: [""], reason: "\n" })],
  ["hostile-reason", roleRequest({ reason: hostileProse })],
  [
    "hostile-names",
    resourceRequest({
      user: hostileName,
      cluster: hostileName,
      roles: [{ name: hostileName, logins: [hostileName] }],
      resources: [hostileName],
      status: "promoted",
      promotedTo: { name: "", title: hostileName },
    }),
  ],
  [
    "hostile-reviews",
    roleRequest({ reviews: [{ author: hostileName, state: "approved", reason: hostileProse, created: at("10:05") }] }),
  ],
  ["link-that-is-none", roleRequest({ action: { link: "javascript:alert(1)" } })],
];

const plain: readonly [string, RequestMessage][] = [
  ["plain-pending", resourceRequest({ form: "plain", reviews: [approval], action: link })],
  ["plain-approved-with-commands", roleRequest({ form: "plain", status: "approved", action: commands })],
  [
    "plain-hostile",
    resourceRequest({ form: "plain", user: hostileName, resources: [hostileName], reason: hostileProse }),
  ],
  [
    "plain-too-long",
    resourceRequest({
      form: "plain",
      reason: "Please let me in. ".repeat(2_000),
      resources: numbered(300, (n) => `node/ip-10-0-${n}.eu-west-1.internal`),
    }),
  ],
];

/** Requests of every status, kind and extreme. */
export const goldenRequests: readonly GoldenCase[] = [...byStatus, ...kinds, ...details, ...edges, ...plain].map(
  ([name, message]) => ({ name, message }),
);
