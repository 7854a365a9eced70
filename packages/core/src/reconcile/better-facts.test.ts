import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { someFacts, someText } from "../testing/arbitrary-record.ts";
import { toFacts, toRequest } from "../testing/samples.ts";
import { enrichmentBytes, findWanted, isImprovement, mergeFacts, withEnrichment } from "./better-facts.ts";
import { type ClaimFacts, decodeClaim, encodeClaim, toClaimFacts } from "./official-record.ts";
import { toEntryBytes } from "./record.ts";

const node = { cluster: "c", kind: "node", name: "n1" };
const database = { cluster: "c", kind: "db", name: "orders" };
const [nodeText, databaseText] = ["/c/node/n1", "/c/db/orders"];
const request = toRequest({ roles: ["editor", "ops"], resources: [node, database] });
const raw = toClaimFacts(request);
const better: ClaimFacts = {
  ...raw,
  resources: ["node/web-1", databaseText],
  loginsByRole: { editor: ["root"], ops: [] },
};

describe("what is asked for", () => {
  const askedFor = (facts: ClaimFacts) => {
    const wanted = findWanted(facts, request, "c");
    return [...(wanted?.resources.map(({ name }) => name) ?? []), ...(wanted?.roles ?? [])];
  };

  it.each<[string, ClaimFacts, readonly string[]]>([
    ["is everything that has a better form, of a new request", raw, ["n1", "editor", "ops"]],
    ["is nothing when all is known, a role without logins included", better, []],
    [
      "is a role whose logins are still templates",
      { ...better, loginsByRole: { editor: ["{{internal.logins}}"], ops: [] } },
      ["editor"],
    ],
    ["is what an older official plugin did not store", { ...raw, resources: [] }, ["n1", "editor", "ops"]],
  ])("%s", (_what, facts, expected) => {
    expect(askedFor(facts)).toEqual(expected);
  });

  it("is nothing of other clusters", () => {
    expect(findWanted({ ...better, resources: [nodeText] }, request, "other")).toBeUndefined();
  });
});

describe("what was found", () => {
  it("stands in place of the raw forms, part by part", () => {
    const named = withEnrichment(raw, request, { resources: new Map([[nodeText, "node/web-1"]]) });
    expect(named.resources).toEqual(["node/web-1", databaseText]);
    const all = withEnrichment(named, request, {
      logins: new Map([
        ["editor", ["root"]],
        ["ops", []],
      ]),
    });
    expect(all).toEqual(better);
  });

  it("that says nothing new changes nothing", () => {
    expect(withEnrichment(better, request, { resources: new Map([[nodeText, "node/web-2"]]) })).toBe(better);
  });

  it("never takes more than the space reserved for it, whatever the names are", () => {
    const names = fc.oneof(
      someText,
      fc.integer({ min: 1, max: 9_000 }).map((length) => "\u0001".repeat(length)),
    );
    fc.assert(
      fc.property(names, fc.array(names, { maxLength: 5 }), (name, logins) => {
        const found = { resources: new Map([[nodeText, name]]), logins: new Map([["ops", logins]]) };
        const added = toEntryBytes(encodeClaim(withEnrichment(raw, request, found))) - toEntryBytes(encodeClaim(raw));
        expect(added).toBeLessThanOrEqual(enrichmentBytes);
      }),
    );
  });
});

describe("two writers of one record", () => {
  it("keep the better of what each knows", () => {
    expect(mergeFacts(raw, better)).toEqual(better);
    expect(mergeFacts(better, raw)).toEqual(better);
    const templates = { ...better, loginsByRole: { editor: ["{{internal.logins}}"], ops: [] } };
    expect(mergeFacts(templates, better)).toEqual(better);
    expect(mergeFacts(better, templates)).toEqual(better);
  });

  it("never make facts worse, whatever the other one wrote", () => {
    fc.assert(
      fc.property(someFacts, (theirs) => {
        const merged = mergeFacts(better, theirs);
        expect(merged.resources[0]).toBe("node/web-1");
        expect(merged.loginsByRole).toMatchObject(better.loginsByRole);
      }),
    );
  });
});

describe("a stored value", () => {
  const stored = (facts: ClaimFacts) => encodeClaim(facts);

  it.each<[string, string, ClaimFacts, ClaimFacts, boolean]>([
    ["may get names", "resources", raw, better, true],
    ["never loses names", "resources", better, raw, false],
    ["never gets another name", "resources", better, { ...better, resources: ["node/web-2", databaseText] }, false],
    ["never loses a resource", "resources", raw, { ...better, resources: ["node/web-1"] }, false],
    [
      "may get the logins of more roles",
      "logins_by_role",
      { ...better, loginsByRole: { editor: ["root"] } },
      better,
      true,
    ],
    [
      "may get logins in the place of templates",
      "logins_by_role",
      { ...better, loginsByRole: { editor: ["{{internal.logins}}"], ops: [] } },
      better,
      true,
    ],
    ["never loses logins", "logins_by_role", better, { ...better, loginsByRole: { editor: ["root"] } }, false],
    [
      "never gets other logins",
      "logins_by_role",
      better,
      { ...better, loginsByRole: { editor: ["admin"], ops: [] } },
      false,
    ],
    ["of any other key stays", "roles", raw, toFacts({ roles: ["x"] }), false],
  ])("%s", (_what, key, was, is, expected) => {
    expect(isImprovement(key, stored(was)[key] ?? "", stored(is)[key] ?? "")).toBe(expected);
  });

  it("of another program that is in no form we know is never written over", () => {
    fc.assert(
      fc.property(someText, (text) => {
        fc.pre(!text.startsWith("/"));
        expect(isImprovement("resources", text, stored(better)["resources"] ?? "")).toBe(false);
        expect(isImprovement("logins_by_role", text, stored(better)["logins_by_role"] ?? "")).toBe(false);
      }),
    );
  });

  it("says the same when it is read again", () => {
    expect(decodeClaim(stored(better))).toMatchObject({
      resources: better.resources,
      loginsByRole: better.loginsByRole,
    });
  });
});
