import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Routes } from "../notifier.ts";
import { toRequest } from "../testing/samples.ts";
import { routeStatic } from "./recipient-router.ts";

const map = { dba: ["#dbas", "bob@example.com"], editor: ["#editors"], empty: [], "*": ["#everybody"] };
const routes = (fields: Partial<Routes> = {}): Routes => ({
  roleToRecipients: map,
  maxSuggestedReviewers: 50,
  ...fields,
});
const recipientsFor = (roles: string[], suggestedReviewers: string[] = [], fields: Partial<Routes> = {}) =>
  routeStatic(toRequest({ roles, suggestedReviewers }), routes(fields)).recipients;

describe("routeStatic", () => {
  it.each([
    ["a role's own recipients", ["dba"], ["#dbas", "bob@example.com"]],
    ["those of * for a role without any", ["unknown"], ["#everybody"]],
    ["those of * for a role with an empty list", ["empty"], ["#everybody"]],
    ["both for a role with and one without", ["dba", "unknown"], ["#dbas", "bob@example.com", "#everybody"]],
    [
      "everybody of several roles, in the order of the request",
      ["editor", "dba"],
      ["#editors", "#dbas", "bob@example.com"],
    ],
    ["nobody for a request without roles, not even *", [], []],
    ["* for a role that is called *", ["*"], ["#everybody"]],
    ["* for roles named like what every object has", ["constructor", "__proto__"], ["#everybody"]],
  ])("chooses %s", (_what, roles, recipients) => {
    expect(recipientsFor(roles)).toEqual(recipients);
  });

  it("matches role names exactly: no patterns", () => {
    expect(recipientsFor(["prod-dba"], [], { roleToRecipients: { "prod-*": ["#prod"], DBA: ["#x"] } })).toEqual([]);
  });

  it("names each recipient once, whether a role or a reviewer brings them", () => {
    expect(recipientsFor(["dba", "dba"], ["bob@example.com", "bob@example.com", "carol@example.com"])).toEqual([
      "#dbas",
      "bob@example.com",
      "carol@example.com",
    ]);
  });

  it("leaves out empty recipients", () => {
    expect(recipientsFor(["dba"], [], { roleToRecipients: { dba: ["", "#dbas"] } })).toEqual(["#dbas"]);
  });

  it("adds suggested reviewers that are addresses and names those that are none", () => {
    const request = toRequest({ roles: [], suggestedReviewers: ["carol@example.com", "carol", " d@x", "carol"] });
    expect(routeStatic(request, routes())).toEqual({
      tier: "static",
      recipients: ["carol@example.com"],
      cut: 0,
      roles: [],
      reviewers: [
        { reviewer: "carol@example.com", outcome: "told" },
        { reviewer: "carol", outcome: "invalid" },
        { reviewer: " d@x", outcome: "invalid" },
      ],
    });
  });

  it("tells which entry serves a role, and of what it has none", () => {
    const request = toRequest({ roles: ["dba", "empty", "unknown"] });
    expect(routeStatic(request, routes()).roles).toEqual([
      { role: "dba", entry: "dba", recipients: ["#dbas", "bob@example.com"] },
      { role: "empty", entry: "*", recipients: ["#everybody"] },
      { role: "unknown", entry: "*", recipients: ["#everybody"] },
    ]);
    const { roles } = routeStatic(request, routes({ roleToRecipients: { dba: ["", "#dbas"] } }));
    expect(roles).toEqual([
      { role: "dba", entry: "dba", recipients: ["#dbas"] },
      { role: "empty", recipients: [] },
      { role: "unknown", recipients: [] },
    ]);
  });

  it("tells no more suggested reviewers than allowed, counts the others, and not those a role tells anyway", () => {
    const suggestedReviewers = ["a@x", "b@x", "c@x", "bob@example.com"];
    const request = toRequest({ roles: ["dba"], suggestedReviewers });
    const routing = routeStatic(request, routes({ maxSuggestedReviewers: 2 }));
    expect(routing).toMatchObject({ recipients: ["#dbas", "bob@example.com", "a@x", "b@x"], cut: 1 });
    expect(routing.reviewers.map(({ outcome }) => outcome)).toEqual(["told", "told", "cut", "by-role"]);
    expect(routeStatic(request, routes({ maxSuggestedReviewers: 0 }))).toMatchObject({
      recipients: ["#dbas", "bob@example.com"],
      cut: 3,
    });
  });

  it("never names anybody twice or empty, and accounts for every suggested reviewer", () => {
    const someone = fc.constantFrom("a@x", "b@x", "c@x", "#ops", "", "no address");
    const requests = fc.record({
      roles: fc.array(fc.constantFrom("dba", "editor", "other")),
      suggestedReviewers: fc.array(someone),
    });
    const maps = fc.dictionary(fc.constantFrom("dba", "editor", "*"), fc.array(someone));
    fc.assert(
      fc.property(requests, maps, fc.nat(4), (fields, roleToRecipients, maxSuggestedReviewers) => {
        const request = toRequest(fields);
        const routing = routeStatic(request, { roleToRecipients, maxSuggestedReviewers });
        expect(new Set(routing.recipients).size).toBe(routing.recipients.length);
        expect(routing.recipients).not.toContain("");
        expect(routing.reviewers.map(({ reviewer }) => reviewer)).toEqual([...new Set(request.suggestedReviewers)]);
        for (const { reviewer, outcome } of routing.reviewers) {
          if (outcome === "told" || outcome === "by-role") expect(routing.recipients).toContain(reviewer);
        }
        expect(routing.reviewers.filter(({ outcome }) => outcome === "cut")).toHaveLength(routing.cut);
      }),
    );
  });
});
