import { describe, expect, it } from "vitest";
import { statusWords, toDocument, toReaction } from "./document.ts";
import type { DocumentPart } from "./document-part.ts";
import type { RequestMessage } from "./request-message.ts";

it("has one reaction for every outcome, and none for a request that waits", () => {
  expect(toReaction("pending", undefined)).toEqual({});
  const { pending: _, ...outcomes } = statusWords;
  expect(new Set(Object.values(outcomes).map(({ emoji }) => emoji)).size).toBe(Object.keys(outcomes).length);
});

it("takes the reaction of an overridden outcome away", () => {
  expect(toReaction("approved", "pending")).toEqual({ add: "white_check_mark" });
  expect(toReaction("denied", "approved")).toEqual({ add: "x", remove: "white_check_mark" });
  expect(toReaction("approved", "approved")).toEqual({ add: "white_check_mark" });
});

describe("what a message about a request says", () => {
  const created = new Date("2026-01-02T03:04:05Z");
  const later = (hours: number) => new Date(created.getTime() + hours * 3_600_000);
  const message: RequestMessage = {
    audience: "reviewer",
    form: "rich",
    requestId: "r1",
    cluster: "prod",
    user: "alice",
    kind: "short_term",
    roles: [{ name: "editor", logins: ["root"] }],
    resources: ["node/web-1"],
    reason: "ticket 4711",
    status: "pending",
    resolveReason: "",
    reviews: [{ author: "bob", state: "approved", reason: "" }],
    action: { link: "https://teleport.example.com/web/requests/r1" },
    times: {
      created,
      requestExpiry: later(24),
      assumeStart: later(2),
      accessExpiry: later(48),
      sessionExpiry: later(8),
    },
    approvals: { given: 1, needed: 2 },
    notes: ["1 more suggested reviewer was not notified."],
  };
  const partOf = <K extends DocumentPart["kind"]>(kind: K, changes: Partial<RequestMessage> = {}) =>
    toDocument({ ...message, ...changes }).find(
      (part): part is Extract<DocumentPart, { kind: K }> => part.kind === kind,
    );
  const factsOf = (changes: Partial<RequestMessage> = {}) =>
    toDocument({ ...message, ...changes }).flatMap((part) => (part.kind === "facts" ? part.facts : []));

  it("comes in the order of a reviewer's questions, with every fact of the request", () => {
    expect(toDocument(message).map(({ kind }) => kind)).toEqual([
      ...["title", "facts", "roles", "resources", "prose", "status", "link", "facts", "reviews", "notes"],
    ]);
    expect(factsOf().map(({ label }) => label)).toEqual([
      ...["User", "Cluster", "Requested", "Review before", "Access from", "Access until", "Session length"],
      ...["Session until", "ID"],
    ]);
  });

  it.each<[Partial<RequestMessage>, string]>([
    [{ resources: [] }, "⏳ Role request: waiting for review"],
    [{}, "⏳ Resource request: waiting for review"],
    [{ kind: "long_term" }, "⏳ Resource request (long-term access): waiting for review"],
    [{ status: "approved" }, "✅ Resource request: approved"],
  ])("names the request by its kind and status: %j", (changes, text) => {
    expect(partOf("title", changes)).toMatchObject({ text });
  });

  it("says how many approvals there are and how many it takes, while that matters", () => {
    expect(partOf("status")).toMatchObject({ text: "⏳ PENDING (1 of 2 approvals)" });
    expect(partOf("status", { status: "approved" })).toMatchObject({ text: "✅ APPROVED" });
  });

  it("names the access list that the request was promoted to, by what a reader knows it by", () => {
    const promoted = { status: "promoted" } as const;
    const to = (title: string) => partOf("status", { ...promoted, promotedTo: { name: "list-id", title } });
    expect(to("Database admins")).toMatchObject({ promotedTo: "Database admins" });
    expect(to("")).toMatchObject({ promotedTo: "list-id" });
  });

  it("no longer asks for a review in time once that is decided", () => {
    expect(factsOf({ status: "denied" }).map(({ label }) => label)).not.toContain("Review before");
  });

  it.each([
    [8, "8 h"],
    [1.5, "1 h 30 min"],
    [0.75, "45 min"],
    [49, "2 d 1 h"],
    [24 * 14, "14 d"],
    [0, undefined],
    [-3, undefined],
  ])("tells a session of %d hours as %s", (hours, text) => {
    const facts = factsOf({ times: { created, sessionExpiry: later(hours) } });
    const length = facts.find(({ label }) => label === "Session length");
    expect(length?.value).toEqual(text === undefined ? undefined : { name: text });
  });

  it("counts a session with a deferred start from that start", () => {
    const facts = factsOf({ times: { created, assumeStart: later(2), sessionExpiry: later(8) } });
    expect(facts).toContainEqual({ label: "Session length", value: { name: "6 h" } });
  });

  it("has nothing to say of a request that says nothing", () => {
    const { action: _, approvals: __, ...rest } = message;
    const empty = { ...rest, requestId: "", cluster: "", user: "", roles: [], resources: [], reason: " ", reviews: [] };
    const parts = toDocument({ ...empty, times: {}, notes: [] });
    expect(parts.map(({ kind }) => kind)).toEqual(["title", "status"]);
  });
});
