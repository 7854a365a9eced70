import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { someFacts } from "../testing/arbitrary-record.ts";
import { toFacts, toRequest } from "../testing/samples.ts";
import {
  decodeClaim,
  decodeReviewsCount,
  encodeClaim,
  fromOfficialTag,
  officialKeys,
  splitMessages,
  toClaimFacts,
  toOfficialTag,
} from "./official-record.ts";

/** Two entries as genuine plugins stored them: the second in the form of the first releases. */
const newer = {
  logins_by_role: '{"editor":["alice"],"prod-dba":["alice","postgres"]}',
  max_duration: "2026-03-14T17:26:53.589793238Z",
  messages: "C024BE91L/1773480413.000200,D0G9QPY56/1773480413.000300",
  request_reason: "Ticket OPS-4711: rotate the replica",
  resolution: "APPROVED",
  resolve_reason: "LGTM",
  reviews_count: "2",
  roles: "editor,prod-dba",
  suggested_reviewers: "bob@example.com,carol",
  user: "alice@example.com",
};
const oldest = { channel_id: "mz4k", timestamp: "1773480413", user: "alice@example.com" };

describe("the official claim", () => {
  it("is written to the byte as the official plugins write it", () => {
    const facts = toFacts({
      user: "alice@example.com",
      roles: ["editor", "prod-dba"],
      resources: ["/prod/db/<main>", "/prod/node/a&b"],
      reason: "Ticket OPS-4711:\nrotate",
      annotations: { "teleport.dev/teams": ["b", "a"], a: [] },
      suggestedReviewers: ["bob@example.com", "carol"],
      loginsByRole: { "prod-dba": ["alice", "postgres"], editor: ["alice"] },
      maxDuration: new Date("2026-03-14T17:26:53.120Z"),
    });
    expect(encodeClaim(facts)).toEqual({
      user: "alice@example.com",
      roles: "editor,prod-dba",
      resources: String.raw`["/prod/db/\u003cmain\u003e","/prod/node/a\u0026b"]`,
      request_reason: "Ticket OPS-4711:\nrotate",
      system_annotations: '{"a":[],"teleport.dev/teams":["b","a"]}',
      suggested_reviewers: '["bob@example.com","carol"]',
      logins_by_role: '{"editor":["alice"],"prod-dba":["alice","postgres"]}',
      max_duration: "2026-03-14T17:26:53.12Z",
    });
  });

  it("has an empty value for everything that is not there", () => {
    const values = Object.values(encodeClaim(toFacts({ user: "", roles: [] })));
    expect(values).toEqual(Array.from(values, () => ""));
    expect(officialKeys).toEqual(expect.arrayContaining(Object.keys(encodeClaim(toFacts()))));
  });

  it.each([
    ["2026-03-14T17:26:53.000Z", "2026-03-14T17:26:53Z"],
    ["2026-03-14T17:26:50.000Z", "2026-03-14T17:26:50Z"],
    ["2026-03-14T17:26:53.500Z", "2026-03-14T17:26:53.5Z"],
    ["2026-03-14T17:26:53.005Z", "2026-03-14T17:26:53.005Z"],
  ])("writes the time %s as Go does: %s", (time, text) => {
    expect(encodeClaim(toFacts({ maxDuration: new Date(time) }))["max_duration"]).toBe(text);
  });

  it("is read from what a genuine plugin stored, lists in the old form included", () => {
    expect(decodeClaim(newer)).toEqual({
      user: "alice@example.com",
      roles: ["editor", "prod-dba"],
      resources: [],
      reason: "Ticket OPS-4711: rotate the replica",
      annotations: {},
      suggestedReviewers: ["bob@example.com", "carol"],
      loginsByRole: { editor: ["alice"], "prod-dba": ["alice", "postgres"] },
      maxDuration: new Date("2026-03-14T17:26:53.589Z"),
    });
  });

  it("comes back as it was written", () => {
    fc.assert(
      fc.property(someFacts, (facts) => {
        const stored = Object.fromEntries(Object.entries(encodeClaim(facts)).filter(([, value]) => value !== ""));
        expect(decodeClaim(stored)).toEqual(facts);
      }),
    );
  });

  it("is read from anything without an error", () => {
    const anything = fc.dictionary(
      fc.constantFrom(...officialKeys, "channel_id", "timestamp"),
      fc.oneof(fc.string(), fc.json()),
    );
    fc.assert(
      fc.property(anything, (data) => {
        const facts = decodeClaim(data);
        expect(encodeClaim(facts)["user"]).toBe(data["user"] ?? "");
        expect(decodeReviewsCount(data)).toBeGreaterThanOrEqual(0);
        expect(splitMessages(data).every((entry) => typeof entry === "string")).toBe(true);
      }),
    );
  });

  it("takes its facts from the request, resources as the paths Teleport shows", () => {
    const request = toRequest({
      user: "alice",
      roles: ["dba"],
      reason: "why",
      resources: [
        { cluster: "prod", kind: "db", name: "main" },
        { cluster: "prod", kind: "kube", name: "k", subResource: "ns/pod" },
      ],
      suggestedReviewers: ["bob@example.com"],
      annotations: { a: ["b"] },
      maxDuration: new Date(0),
    });
    expect(toClaimFacts(request)).toEqual(
      toFacts({
        roles: ["dba"],
        reason: "why",
        resources: ["/prod/db/main", "/prod/kube/k/ns/pod"],
        suggestedReviewers: ["bob@example.com"],
        annotations: { a: ["b"] },
        maxDuration: new Date(0),
      }),
    );
    expect(Object.hasOwn(toClaimFacts(toRequest()), "maxDuration")).toBe(false);
  });
});

describe("messages", () => {
  it("are split at commas", () => {
    expect(splitMessages(newer)).toEqual(["C024BE91L/1773480413.000200", "D0G9QPY56/1773480413.000300"]);
    expect(splitMessages({ messages: "" })).toEqual([]);
    expect(splitMessages({})).toEqual([]);
  });

  it("of the oldest form are one pair of keys", () => {
    expect(splitMessages(oldest)).toEqual(["mz4k/1773480413"]);
    expect(splitMessages({ channel_id: "mz4k" })).toEqual([]);
  });

  it("in the new form go before a pair of the oldest", () => {
    expect(splitMessages({ ...oldest, messages: "C1/1" })).toEqual(["C1/1"]);
  });
});

describe("reviews_count", () => {
  it.each([
    [undefined, 0],
    ["", 0],
    ["0", 0],
    ["2", 2],
    ["-1", 0],
    ["1.5", 0],
    ["many", 0],
    ["1e400", 0],
  ])("%j is %i", (text, count) => {
    expect(decodeReviewsCount(text === undefined ? {} : { reviews_count: text })).toBe(count);
  });
});

describe("resolution", () => {
  it.each([
    ["pending", ""],
    ["approved", "APPROVED"],
    ["denied", "DENIED"],
    ["promoted", "PROMOTED"],
    ["expired", "EXPIRED"],
    ["removed", "EXPIRED"],
    ["closed", "EXPIRED"],
  ] as const)("%s is stored as %j", (status, tag) => {
    expect(toOfficialTag(status)).toBe(tag);
  });

  it.each([
    ["APPROVED", "approved"],
    ["DENIED", "denied"],
    ["PROMOTED", "promoted"],
    ["EXPIRED", "expired"],
    ["", undefined],
    [undefined, undefined],
    ["approved", undefined],
    ["toString", undefined],
  ])("%j means %s", (tag, status) => {
    expect(fromOfficialTag(tag)).toBe(status);
  });
});
