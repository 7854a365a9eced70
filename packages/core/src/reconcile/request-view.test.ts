import { describe, expect, it } from "vitest";
import type { AccessRequest } from "../domain/access-request.ts";
import type { MessageStatus } from "../domain/request-message.ts";
import { toDelivery, toFacts, toOwnState, toRequest, toReview } from "../testing/samples.ts";
import type { ClaimFacts } from "./official-record.ts";
import { toRequestMessage, toShown } from "./request-view.ts";

const id = "0195e3a1-6f3b-7c2d-9a10-3f1f6f1d2a77";
const cluster = { name: "example.com" };
const ui = { name: "example.com", webUrl: "https://proxy.example.com" };

function messageOf(
  request: AccessRequest | undefined,
  {
    facts = toFacts(),
    status = "pending" as MessageStatus,
    own = toOwnState(),
    at = cluster as typeof ui | typeof cluster,
  } = {},
) {
  return toRequestMessage({ id, facts, status, ...(request === undefined ? {} : { request }) }, own, at);
}

describe("toRequestMessage", () => {
  it("says what the request says", () => {
    const times = {
      created: new Date(1),
      requestExpiry: new Date(2),
      accessExpiry: new Date(3),
      assumeStart: new Date(4),
    };
    const request = toRequest({
      ...times,
      roles: ["editor", "dba"],
      reason: "ticket 4711",
      resolveReason: "LGTM",
      kind: "long_term",
      promotedTo: { name: "list", title: "The list" },
      reviews: [toReview({ reason: "fine", created: new Date(5), assumeStart: new Date(6) })],
      thresholds: [{ name: "", approve: 2, deny: 1 }],
      roleThresholds: { dba: [[0]] },
    });
    const facts = toFacts({ loginsByRole: { dba: ["postgres"] }, resources: ["/prod/db/main"] });
    expect(messageOf(request, { facts })).toEqual({
      audience: "reviewer",
      form: "rich",
      requestId: id,
      cluster: "example.com",
      user: "alice",
      kind: "long_term",
      roles: [{ name: "editor" }, { name: "dba", logins: ["postgres"] }],
      resources: ["/prod/db/main"],
      reason: "ticket 4711",
      status: "pending",
      resolveReason: "LGTM",
      reviews: [{ author: "bob", state: "approved", reason: "fine", created: new Date(5) }],
      promotedTo: { name: "list", title: "The list" },
      action: { approve: `tsh request review --approve ${id}`, deny: `tsh request review --deny ${id}` },
      times,
      approvals: { given: 1, needed: 2 },
      notes: [],
    });
  });

  it("says what the stored claim says when the request is out of sight", () => {
    const facts = toFacts({ user: "carol", roles: ["dba"], reason: "why", resources: ["/prod/db/main"] });
    expect(messageOf(undefined, { facts, status: "closed" })).toEqual({
      audience: "reviewer",
      form: "rich",
      requestId: id,
      cluster: "example.com",
      user: "carol",
      kind: "unspecified",
      roles: [{ name: "dba" }],
      resources: ["/prod/db/main"],
      reason: "why",
      status: "closed",
      resolveReason: "",
      reviews: [],
      times: {},
      notes: [],
    });
  });

  it("takes the resources from the request where the claim has none", () => {
    const request = toRequest({ resources: [{ cluster: "prod", kind: "db", name: "main" }] });
    expect(messageOf(request).resources).toEqual(["/prod/db/main"]);
  });

  it("is not misled by roles named like what every object has", () => {
    const request = toRequest({ roles: ["constructor", "toString", "__proto__"] });
    expect(messageOf(request).roles).toEqual([{ name: "constructor" }, { name: "toString" }, { name: "__proto__" }]);
  });

  it("links to the web UI in every state, and shows commands only while they can be used", () => {
    const link = { link: `https://proxy.example.com/web/requests/${id}` };
    expect(messageOf(toRequest(), { at: ui }).action).toEqual(link);
    expect(messageOf(toRequest(), { at: ui, status: "approved" }).action).toEqual(link);
    expect(messageOf(toRequest(), { status: "approved" })).not.toHaveProperty("action");
  });

  it("says who was left out", () => {
    const omitted = toDelivery({ state: "omitted" });
    const notesOf = (own: ReturnType<typeof toOwnState>) => messageOf(toRequest(), { own }).notes;
    expect(notesOf(toOwnState([], { cut: 1 }))).toEqual(["1 more suggested reviewer was not notified."]);
    expect(notesOf(toOwnState([omitted], { cut: 3, omitted: 1 }))).toEqual([
      "3 more suggested reviewers were not notified.",
      "2 recipients were not notified: too many for one request.",
    ]);
  });
});

describe("toShown", () => {
  const shownOf = (fields: Partial<AccessRequest> = {}, options: { status?: MessageStatus; facts?: ClaimFacts } = {}) =>
    toShown(messageOf(toRequest(fields), options));

  it("is the status and a short digest, the same for the same content", () => {
    expect(shownOf()).toEqual({ status: "pending", digest: expect.stringMatching(/^[\w-]{12}$/u) });
    expect(shownOf()).toEqual(shownOf());
  });

  it.each<[string, Partial<AccessRequest>]>([
    ["the reason", { reason: "other" }],
    ["the roles", { roles: ["other"] }],
    ["a review", { reviews: [toReview()] }],
    ["the resolve reason", { resolveReason: "other" }],
    ["a time", { requestExpiry: new Date(1) }],
  ])("changes with %s", (_what, fields) => {
    expect(shownOf(fields).digest).not.toBe(shownOf().digest);
  });

  it("does not change with what no reader sees, nor with the form or the way to act on it", () => {
    expect(shownOf({ revision: "r2" })).toEqual(shownOf());
    const message = messageOf(toRequest());
    expect(toShown({ ...message, form: "plain", audience: "requester" })).toEqual(toShown(message));
    expect(toShown(messageOf(toRequest(), { at: ui }))).toEqual(toShown(message));
  });
});
