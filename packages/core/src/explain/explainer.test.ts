import {
  createFakeClock,
  createMemoryMessenger,
  createMemoryTeleport,
  createSeededRandom,
} from "@access-plugins/testing/doubles";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PluginError } from "../base/plugin-error.ts";
import { createRateLimiter } from "../base/rate-limiter.ts";
import type { AccessMonitoringRule } from "../domain/access-monitoring-rule.ts";
import type { Messenger } from "../messenger.ts";
import type { Routes } from "../notifier.ts";
import { createClaim } from "../reconcile/claim.ts";
import { toClaimFacts } from "../reconcile/official-record.ts";
import { encodeRecord } from "../reconcile/record.ts";
import { startNotifier } from "../testing/notifier-harness.ts";
import { toRequest } from "../testing/samples.ts";
import { createExplainer, explainGiven } from "./explainer.ts";
import type { Explanation } from "./explanation.ts";

const never = new AbortController().signal;
const routes: Routes = {
  roleToRecipients: { dba: ["dbas", "bob@example.com"], "*": ["general"] },
  maxSuggestedReviewers: 2,
};

interface World {
  readonly routes?: Routes;
  readonly aliases?: Readonly<Record<string, string>>;
  readonly askPlatform?: boolean;
  readonly extra?: Partial<Messenger>;
}

function start({ aliases = {}, askPlatform = true, extra = {}, ...world }: World = {}) {
  const clock = createFakeClock();
  const teleport = createMemoryTeleport();
  const limiter = createRateLimiter({ clock });
  const messenger = createMemoryMessenger({ clock, limiter, aliases });
  const explainer = createExplainer({
    pluginName: "memory",
    routes: world.routes ?? routes,
    teleport,
    messenger: { ...messenger, ...extra },
    askPlatform,
    clock,
  });
  const { cluster } = teleport;
  const explain = (id = "r1") => explainer.explain(id, never);
  return { clock, cluster, messenger, explain };
}

function outcomesOf({ now }: Explanation): Record<string, string> {
  return Object.fromEntries((now?.recipients ?? []).map(({ raw, outcome }) => [raw, outcome]));
}

function rule(name: string, fields: Partial<AccessMonitoringRule> = {}): AccessMonitoringRule {
  const notification = { name: "memory", recipients: [`${name}-room`] };
  return {
    name,
    revision: "",
    subjects: ["access_request"],
    condition: "true",
    notification,
    schedules: [],
    ...fields,
  };
}

describe("a request that was not routed yet", () => {
  test("is told to the rules' recipients, with what every rule, role and reviewer says", async () => {
    const { cluster, explain } = start();
    cluster.setRule({ name: "broken", condition: "access_request.spec.rolez" });
    cluster.setRule({ name: "dba", condition: `access_request.spec.roles.contains("dba")` });
    cluster.setRule({ name: "other", condition: `access_request.spec.user == "mallory"` });
    cluster.setRule({ name: "team", condition: `user.traits["team"].contains("db")` });
    cluster.create({ id: "r1", roles: ["dba", "viewer"], suggestedReviewers: ["carol@example.com", "no address"] });
    const explanation = await explain();
    expect(explanation).toMatchObject({ plugin: "memory", told: true, notes: [] });
    expect(explanation).not.toHaveProperty("decided");
    expect(explanation.now?.rules).toEqual([
      {
        rule: "broken",
        recipients: ["rule-room"],
        verdict: {
          outcome: "failed",
          because: "broken",
          reason: expect.stringMatching(/^condition 1:1: unknown name "access_request\.spec\.rolez"/u),
        },
      },
      { rule: "dba", recipients: ["rule-room"], verdict: { outcome: "matched" } },
      { rule: "other", recipients: ["rule-room"], verdict: { outcome: "unmatched", because: "condition" } },
      {
        rule: "team",
        recipients: ["rule-room"],
        verdict: {
          outcome: "failed",
          because: "data",
          reason: "the requester's traits could not be read: user alice is not found",
        },
      },
    ]);
    expect(explanation.now?.roles).toEqual([
      { role: "dba", entry: "dba", recipients: ["dbas", "bob@example.com"] },
      { role: "viewer", entry: "*", recipients: ["general"] },
    ]);
    expect(explanation.now?.reviewers).toEqual([
      { reviewer: "carol@example.com", outcome: "told" },
      { reviewer: "no address", outcome: "invalid" },
    ]);
    expect(explanation.now).toMatchObject({ tier: "rules", fellThrough: false, cut: 0 });
    expect(explanation.now?.recipients).toEqual([
      {
        raw: "rule-room",
        from: [{ rule: "dba" }],
        tier: "rules",
        outcome: "told",
        lookUp: { found: { id: "rule-room", kind: "channel" } },
      },
    ]);
  });

  test("goes to the roles and reviewers where the platform knows nobody of the rules, and shows both tiers", async () => {
    const { cluster, explain } = start();
    cluster.setRule({ name: "nobody", notification: { name: "memory", recipients: ["unknown-1", "unknown-2"] } });
    cluster.create({ id: "r1", roles: ["dba"], suggestedReviewers: ["bob@example.com", "c@x", "d@x"] });
    const explanation = await explain();
    expect(explanation.now).toMatchObject({ tier: "static", fellThrough: true, cut: 1 });
    expect(outcomesOf(explanation)).toEqual({
      "unknown-1": "blocked",
      "unknown-2": "blocked",
      dbas: "told",
      "bob@example.com": "told",
      "c@x": "told",
    });
    expect(explanation.now?.recipients[3]?.from).toEqual([{ role: "dba", entry: "dba" }, { suggested: true }]);
  });

  test("stays with the rules while one of their recipients may still be found, or nobody else is left", async () => {
    const { cluster, explain, messenger } = start();
    cluster.setRule({ name: "half", notification: { name: "memory", recipients: ["unknown-1", "gone-1"] } });
    cluster.create({ id: "r1", roles: ["dba"] });
    cluster.create({ id: "r2", roles: [] });
    expect(outcomesOf(await explain())).toEqual({ "unknown-1": "blocked", "gone-1": "gone" });
    cluster.setRule({ name: "half", notification: { name: "memory", recipients: ["unknown-1"] } });
    const alone = await explain("r2");
    expect(alone.now).toMatchObject({ tier: "rules", fellThrough: false });
    expect(alone.told).toBe(false);
    messenger.before = () => {
      throw new PluginError("rate_limited", "Too fast.", { retryAfterMs: 1_000 });
    };
    const throttled = await explain();
    expect(outcomesOf(throttled)).toEqual({ "unknown-1": "retry" });
    expect(throttled.told).toBe(true);
  });

  test("is told to nobody while the platform refuses the plugin", async () => {
    const { cluster, explain, messenger } = start();
    cluster.create({ id: "r1" });
    messenger.before = () => {
      throw new PluginError("unauthenticated", "The token was revoked.", { fix: "Make a new one." });
    };
    const explanation = await explain();
    expect(explanation.told).toBe(false);
    expect(explanation.now?.recipients[0]).toMatchObject({
      outcome: "refused",
      lookUp: { error: { code: "unauthenticated", message: "The token was revoked.", fix: "Make a new one." } },
    });
  });

  test("tells one place once, and leaves out what the record has no space for", async () => {
    const many = Array.from({ length: 1_000 }, (_, at) => `channel-${at}`);
    const { cluster, explain } = start({
      aliases: { "bob@example.com": "dbas" },
      routes: { ...routes, roleToRecipients: { ...routes.roleToRecipients, big: many } },
    });
    cluster.create({ id: "r1", roles: ["dba"] });
    cluster.create({ id: "r2", roles: ["big"] });
    expect(outcomesOf(await explain())).toEqual({ dbas: "told", "bob@example.com": "duplicate" });
    const outcomes = Object.values(outcomesOf(await explain("r2")));
    const told = outcomes.filter((outcome) => outcome === "told").length;
    expect(told).toBeGreaterThan(100);
    expect(outcomes.slice(told)).toEqual(outcomes.slice(told).map(() => "omitted"));
    expect(outcomes.length).toBe(1_000);
  });

  test("is told to nobody once it is closed", async () => {
    const { cluster, explain } = start();
    cluster.create({ id: "r1", state: "denied" });
    const explanation = await explain();
    expect(explanation.told).toBe(false);
    expect(outcomesOf(explanation)).toEqual({ general: "told" });
  });

  test("is explained without a word to the platform when nobody shall be asked", async () => {
    const { cluster, explain, messenger } = start({ askPlatform: false });
    cluster.create({ id: "r1" });
    expect((await explain()).now?.recipients).toEqual([
      { raw: "general", from: [{ role: "editor", entry: "*" }], tier: "static", outcome: "told" },
    ]);
    expect(messenger.calls).toEqual([]);
  });

  test("is looked up without a trace where the platform offers that", async () => {
    const previewed: string[] = [];
    const { cluster, explain, messenger } = start({
      extra: {
        async previewRecipient(raw) {
          previewed.push(raw);
          return { id: "somebody", kind: "person" };
        },
      },
    });
    cluster.create({ id: "r1" });
    expect((await explain()).now?.recipients[0]?.lookUp).toEqual({ found: { id: "somebody", kind: "person" } });
    expect([previewed, messenger.calls]).toEqual([["general"], []]);
  });

  test("waits for the platform ten seconds at the most", async () => {
    const { clock, cluster, explain } = start({
      extra: {
        findRecipient: (_raw, _as, { signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      },
    });
    cluster.create({ id: "r1" });
    const waiting = explain();
    await clock.advance(10_000);
    expect((await waiting).now?.recipients[0]).toMatchObject({
      outcome: "retry",
      lookUp: { error: { code: "timeout" } },
    });
  });
});

describe("a request that was routed", () => {
  test("shows what was decided, whatever would be decided now", async () => {
    const { cluster, explain, messenger } = start();
    cluster.create({ id: "r1", roles: ["dba"] });
    const stored = { ...routes, roleToRecipients: { dba: ["old-room", "unknown-1"] } };
    const request = toRequest({ id: "r1", roles: ["dba"] });
    const facts = toClaimFacts(request);
    const random = createSeededRandom(1);
    const recipients = stored.roleToRecipients.dba;
    const claim = createClaim({ tier: "static", recipients, cut: 3 }, facts, messenger.stored, random);
    const [told, blocked] = claim.deliveries;
    if (told === undefined || blocked === undefined) throw new Error("two recipients were claimed");
    const address = { channel: "old-room", id: "m1" };
    const own = {
      ...claim,
      deliveries: [
        { ...told, state: "sent" as const, to: { id: "old-room", kind: "channel" as const }, address },
        { ...blocked, state: "blocked" as const, code: "recipient_unknown" as const },
      ],
    };
    const lease = { holder: "", write: "w", durationMs: 0 };
    cluster.setPluginData("r1", "memory", encodeRecord({ facts, own, resolveReason: "", lease }, messenger.stored));
    const { told: isTold, decided, now } = await explain();
    expect(isTold).toBe(true);
    expect(decided).toEqual({
      tier: "static",
      recipients: [
        { raw: "old-room", state: "sent", to: { id: "old-room", kind: "channel" }, message: "old-room/m1" },
        {
          raw: "unknown-1",
          state: "blocked",
          code: "recipient_unknown",
          lookUp: { error: { code: "recipient_unknown", message: "Nobody is called unknown-1." } },
        },
      ],
      cut: 3,
      omitted: 0,
    });
    expect(now?.recipients.map(({ raw }) => raw)).toEqual(["dbas", "bob@example.com"]);
    cluster.delete("r1");
    const gone = await explain();
    expect(gone).toMatchObject({ told: true, request: { state: "gone", user: "alice", roles: ["dba"] } });
    expect(gone.decided).toEqual(decided);
    expect(gone).not.toHaveProperty("now");
    expect(gone.notes[0]?.message).toMatch(/^The request itself is gone/u);
  });

  test("by the official plugin counts as told by it", async () => {
    const { cluster, explain } = start();
    cluster.create({ id: "r1" });
    cluster.create({ id: "r2" });
    cluster.create({ id: "r3" });
    cluster.setPluginData("r1", "memory", { user: "alice", messages: "room/1,room/2" });
    cluster.setPluginData("r2", "memory", { user: "alice" });
    cluster.setPluginData("r3", "memory", { access_plugins_state: '{"v":99}' });
    expect((await explain()).decided).toMatchObject({
      tier: "adopted",
      recipients: [
        { raw: "", state: "sent", message: "room/1" },
        { raw: "", state: "sent", message: "room/2" },
      ],
    });
    expect((await explain("r2")).notes[0]?.message).toContain("official plugin has claimed this request");
    expect((await explain("r3")).notes[0]?.message).toContain("newer version of this program");
  });
});

describe("what Teleport refuses", () => {
  test("an id nobody knows is named with its cluster", async () => {
    const { explain } = start();
    await expect(explain("r9")).rejects.toMatchObject({
      code: "not_found",
      message: "The Teleport cluster example.com has no Access Request r9.",
      fix: expect.stringContaining("tctl requests ls"),
    });
  });

  test("an id nobody knows is named also by a server that does not tell our roles", async () => {
    const { cluster, explain } = start();
    cluster.before = (method) => {
      if (method === "getOwnRoles") throw new PluginError("not_implemented", "unknown method");
    };
    await expect(explain("r9")).rejects.toMatchObject({ code: "not_found" });
  });

  test("an id that is not shown for want of a permission names the verb", async () => {
    const { cluster, explain } = start();
    const none = { logins: [], rules: [] };
    const rules = [{ resources: ["access_request"], verbs: ["read"], where: "" }];
    cluster.setRoles([{ name: "plugin", allow: { logins: [], rules }, deny: none }]);
    await expect(explain()).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("lacks the verb list on access_request"),
      fix: "Add it to the role's allow rules.",
    });
  });

  test.each([
    ["listAccessMonitoringRules", "Access Monitoring Rules are off, for the running plugin as well: denied"],
    ["getPluginData", "What was decided when the request was first seen is not known: denied"],
  ])("%s is a note when the role lacks it, and an error when Teleport does not answer", async (method, message) => {
    const { cluster, explain } = start();
    cluster.create({ id: "r1" });
    let error = new PluginError("forbidden", "denied", { fix: "Allow it." });
    cluster.before = (called) => {
      if (called === method) throw error;
    };
    expect((await explain()).notes).toEqual([{ message, fix: "Allow it." }]);
    error = new PluginError("unavailable", "down");
    await expect(explain()).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("a request that is given", () => {
  const plugin = { pluginName: "memory", routes };

  test("is judged by the rules that are given, without data that only Teleport knows", () => {
    const request = toRequest({ roles: ["dba"], resources: [{ cluster: "c", kind: "node", name: "n" }] });
    const rules = [
      rule("plain"),
      rule("labels", { condition: `access_request.spec.resource_labels_union["env"].contains("prod")` }),
      rule("traits", { condition: `user.traits["team"].contains("db")` }),
      rule("theirs", { notification: { name: "memory2", recipients: ["x"] } }),
    ];
    const explanation = explainGiven(request, rules, plugin);
    expect(explanation.now?.rules.map(({ rule, verdict }) => [rule, verdict.outcome])).toEqual([
      ["labels", "failed"],
      ["plain", "matched"],
      ["traits", "failed"],
    ]);
    expect(explanation.notes).toEqual([
      { message: "The chat platform was not asked whether it knows the recipients." },
      { message: 'The rule "theirs" is meant for the plugin "memory2", not for "memory".' },
    ]);
    expect(explanation.now?.recipients).toEqual([
      { raw: "plain-room", from: [{ rule: "plain" }], tier: "rules", outcome: "told" },
    ]);
  });

  test("says so when the rules are not known", () => {
    const explanation = explainGiven(toRequest(), undefined, plugin);
    expect(explanation).toMatchObject({ told: true, notes: [{}, { fix: expect.stringContaining("--rules") }] });
  });
});

test("an explanation agrees with what a notifier then does, and afterwards shows it as decided", async () => {
  const place = fc.constantFrom("a", "b", "c", "alias-of-a", "unknown-1", "unknown-2", "gone-1");
  const someRule = fc.record({
    condition: fc.constantFrom("true", "false", "nonsense", `access_request.spec.roles.contains("dba")`),
    recipients: fc.array(place, { maxLength: 3 }),
  });
  const role = fc.constantFrom("dba", "editor", "viewer");
  const world = fc.record({
    rules: fc.array(someRule, { maxLength: 3 }),
    map: fc.dictionary(fc.constantFrom("dba", "editor", "*"), fc.array(place, { maxLength: 3 })),
    roles: fc.array(role, { maxLength: 2 }),
    suggestedReviewers: fc.array(fc.constantFrom("b@x", "c@x", "unknown-3@x", "none"), { maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(world, async ({ rules, map, ...request }) => {
      const routes = { roleToRecipients: map, maxSuggestedReviewers: 2 };
      const before = startNotifier({ routes, messenger: { aliases: { "alias-of-a": "a" } } });
      await before.stop();
      rules.forEach(({ condition, recipients }, at) => {
        before.cluster.setRule({ name: `rule-${at}`, condition, notification: { name: "memory", recipients } });
      });
      before.cluster.create({ id: "r1", ...request });
      const { clock, messenger, teleport } = before;
      const options = { pluginName: "memory", routes, teleport, messenger, askPlatform: true, clock };
      const expected = await createExplainer(options).explain("r1", never);
      const h = startNotifier({ routes, after: before });
      await h.clock.advance(3_000);
      const after = await createExplainer(options).explain("r1", never);
      const places = Object.keys(h.messenger.statuses("r1")).sort();
      expect(toldIn(expected)).toEqual(places);
      expect([expected.told, after.told]).toEqual([places.length > 0, places.length > 0]);
      expect(after.decided?.tier).toBe(expected.now?.recipients.length === 0 ? undefined : expected.now?.tier);
      expect(after.now).toEqual(expected.now);
      await h.stop();
    }),
    { numRuns: 60 },
  );
});

function toldIn({ now }: Explanation): string[] {
  const told = (now?.recipients ?? []).filter(({ outcome }) => outcome === "told");
  return told.flatMap(({ lookUp }) => (lookUp !== undefined && "found" in lookUp ? [lookUp.found.id] : [])).sort();
}
