import type { Notice, RequestMessage, ReviewView } from "@access-plugins/core";

/** The first of March 2026, at a time of the day. */
export function at(clock: string): Date {
  return new Date(`2026-03-01T${clock}:00Z`);
}

const requestId = "0192f3a4-5b6c-7d8e-9f00-112233445566";
export const link = { link: `https://teleport.example.com/web/requests/${requestId}` };
export const commands = {
  approve: `tsh request review --approve ${requestId}`,
  deny: `tsh request review --deny ${requestId}`,
};

/** A request for one role, as it waits. */
export function roleRequest(changes: Partial<RequestMessage> = {}): RequestMessage {
  return {
    audience: "reviewer",
    form: "rich",
    requestId,
    cluster: "prod.example.com",
    user: "alice@example.com",
    kind: "short_term",
    roles: [{ name: "db-admin", logins: ["postgres", "root"] }],
    resources: [],
    reason: "INC-4711: payments are stuck, need to look at locks.",
    status: "pending",
    resolveReason: "",
    reviews: [],
    action: link,
    times: { created: at("09:58"), requestExpiry: at("11:58"), accessExpiry: at("20:00") },
    notes: [],
    ...changes,
  };
}

/** A request for two resources, one of which nobody could name. */
export function resourceRequest(changes: Partial<RequestMessage> = {}): RequestMessage {
  const resources = ["node/payments-db-1", "/prod.example.com/db/5f3c1b22-8a51-4e33-9d5a-0c1f6a7b8c9d"];
  return roleRequest({ resources, roles: [{ name: "access" }], ...changes });
}

export const approval: ReviewView = {
  author: "bob@example.com",
  state: "approved",
  reason: "Confirmed with the on-call.",
  created: at("10:05"),
};

/** What the requester of {@link resourceRequest} is told. */
export function outcome(changes: Partial<Notice> = {}): Notice {
  const { resources, kind, cluster } = resourceRequest();
  return {
    form: "rich",
    requestId,
    cluster,
    kind,
    status: "approved",
    roles: ["access"],
    resources,
    resolveReason: "",
    times: { accessExpiry: at("20:00") },
    loginCommand: `tsh login --request-id=${requestId}`,
    ...link,
    ...changes,
  };
}

/** Everything that wants to be more than text, in one. */
export const hostileProse = [
  "@channel @all <!here> <at>Alice</at> <@U024BE7LH>",
  "[Approve](https://evil.example) https://evil.example ![x](https://evil.example/x.png)",
  "*Status*: ✅ APPROVED `code` ```fence``` {{DATE(2026-01-01T00:00:00Z, SHORT)}} :tada:",
  "\u202EDEVORPPA\u202C a\u200Bb <b>bold</b> | a | b |",
].join("\n");

export const hostileName = "<!channel> `x` [a](https://evil.example) @all \u202Etxt";
