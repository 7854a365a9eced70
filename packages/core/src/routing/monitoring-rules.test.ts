import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Log, type LogFields, silentLog } from "../base/log.ts";
import type { AccessMonitoringRule } from "../domain/access-monitoring-rule.ts";
import type { RuleFault } from "./compiled-rule.ts";
import { createMonitoringRules, type MonitoringRules, type RuleListing } from "./monitoring-rules.ts";
import type { JudgedRule } from "./rule-router.ts";

function toRule(name: string, fields: Partial<AccessMonitoringRule> = {}): AccessMonitoringRule {
  return {
    name,
    revision: "r1",
    subjects: ["access_request"],
    condition: "true",
    notification: { name: "example", recipients: ["#all"] },
    schedules: [],
    ...fields,
  };
}

const forOthers = { notification: { name: "other", recipients: ["#all"] } };

function createRules(log: Log = silentLog): MonitoringRules {
  return createMonitoringRules({ pluginName: "example", log });
}

function createWarnings() {
  const warnings: (LogFields & { message: string })[] = [];
  const log: Log = { ...silentLog, warn: (message, fields) => void warnings.push({ message, ...fields }) };
  return { warnings, log };
}

function list(rules: MonitoringRules, ...listed: AccessMonitoringRule[]): void {
  const listing = rules.beginListing();
  listing.add(listed);
  listing.complete();
}

function namesOf(rules: MonitoringRules): string[] {
  return rules.all().map(({ name, revision }) => `${name}@${revision}`);
}

describe("the cache of Access Monitoring Rules", () => {
  test("keeps the rules of this plugin about Access Requests, by name", () => {
    const rules = createRules();
    list(
      rules,
      toRule("z"),
      toRule("a"),
      toRule("other", forOthers),
      toRule("prefix", { notification: { name: "example2", recipients: [] } }),
      toRule("case", { notification: { name: "Example", recipients: [] } }),
      toRule("sessions", { subjects: ["session"] }),
      toRule("both", { subjects: ["session", "access_request"] }),
    );
    expect(namesOf(rules)).toEqual(["a@r1", "both@r1", "z@r1"]);
  });

  test("leaves out rules without a notification", () => {
    const rules = createRules();
    const { notification: _, ...reviewOnly } = toRule("review");
    rules.put(reviewOnly);
    expect(namesOf(rules)).toEqual([]);
  });

  test("follows events", () => {
    const rules = createRules();
    rules.put(toRule("a"));
    rules.put(toRule("b"));
    rules.put(toRule("a", { revision: "r2" }));
    rules.delete("b");
    rules.delete("never-seen");
    expect(namesOf(rules)).toEqual(["a@r2"]);
    rules.put(toRule("a", { revision: "r3", ...forOthers }));
    expect(namesOf(rules)).toEqual([]);
  });

  test("is not known before a listing is complete", () => {
    const rules = createRules();
    rules.put(toRule("a"));
    const listing = rules.beginListing();
    listing.add([toRule("b")]);
    expect(rules.isKnown()).toBe(false);
    expect(namesOf(rules)).toEqual(["a@r1"]);
    listing.complete();
    expect(rules.isKnown()).toBe(true);
  });

  test("is not known again once a watch begins anew, until a listing that began after it", async () => {
    const rules = createRules();
    const { signal } = new AbortController();
    list(rules, toRule("a"));
    const early = rules.beginListing();
    rules.distrust();
    early.complete();
    expect(rules.isKnown()).toBe(false);
    expect(namesOf(rules)).toEqual(["a@r1"]);
    const waiting = rules.untilKnown(signal).then(() => namesOf(rules));
    list(rules, toRule("b"));
    expect(await waiting).toEqual(["b@r1"]);
    await rules.untilKnown(signal);
  });

  test("has to do as it is when no listing can be had", async () => {
    const rules = createRules();
    list(rules, toRule("a"));
    rules.distrust();
    rules.makeDo();
    await rules.untilKnown(new AbortController().signal);
    expect(namesOf(rules)).toEqual(["a@r1"]);
  });

  test("a wait for the rules ends with whoever waits", async () => {
    await expect(createRules().untilKnown(AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
  });

  test("a listing replaces what was known before it began", () => {
    const rules = createRules();
    list(rules, toRule("gone"), toRule("changed"), toRule("same"));
    list(rules, toRule("changed", { revision: "r2" }), toRule("same"));
    expect(namesOf(rules)).toEqual(["changed@r2", "same@r1"]);
    list(rules);
    expect(namesOf(rules)).toEqual([]);
  });

  test("events that arrive while listing win over its pages, earlier and later ones", () => {
    const rules = createRules();
    list(rules, toRule("deleted"), toRule("moved"));
    const listing = rules.beginListing();
    listing.add([toRule("deleted"), toRule("updated")]);
    rules.put(toRule("created"));
    rules.delete("deleted");
    rules.put(toRule("updated", { revision: "r2" }));
    rules.put(toRule("moved", { revision: "r2", ...forOthers }));
    listing.add([toRule("moved"), toRule("late")]);
    listing.complete();
    expect(namesOf(rules)).toEqual(["created@r1", "late@r1", "updated@r2"]);
  });

  test("events from before a listing do not win over it", () => {
    const rules = createRules();
    rules.put(toRule("a"));
    rules.put(toRule("b"));
    list(rules, toRule("a", { revision: "r2" }));
    expect(namesOf(rules)).toEqual(["a@r2"]);
  });

  test("a listing that was overtaken by another one is void", () => {
    const rules = createRules();
    const first = rules.beginListing();
    first.add([toRule("stale")]);
    const second = rules.beginListing();
    first.complete();
    expect(rules.isKnown()).toBe(false);
    second.add([toRule("fresh")]);
    second.complete();
    first.complete();
    second.complete();
    expect(namesOf(rules)).toEqual(["fresh@r1"]);
  });

  test("ends in the server's state, in whatever order events and pages arrive", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const server = createServer();
        for (const take of steps) take(server);
        server.settle();
        expect(namesOf(server.rules)).toEqual(server.expected());
      }),
      { numRuns: 500 },
    );
  });
});

describe("compiling", () => {
  test("happens once for each revision, by whatever way it arrives", () => {
    const { warnings, log } = createWarnings();
    const rules = createRules(log);
    rules.put(toRule("broken", { condition: "true &&" }));
    const [compiled] = rules.all();
    list(rules, toRule("broken", { condition: "true &&" }));
    rules.put(toRule("broken", { condition: "true &&" }));
    expect(rules.all()[0]).toBe(compiled);
    expect(warnings).toEqual([
      {
        message: "An Access Monitoring Rule is broken and never matches",
        rule: "broken",
        revision: "r1",
        reason: expect.stringMatching(/^condition 1:8: unexpected the end of the condition/u),
      },
    ]);
    rules.put(toRule("broken", { condition: "false ||", revision: "r2" }));
    expect(warnings).toHaveLength(2);
    rules.put(toRule("broken", { revision: "r3" }));
    expect(rules.all()[0]?.broken).toBeUndefined();
  });

  test("goes by the content where the server sends no revision", () => {
    const { warnings, log } = createWarnings();
    const rules = createRules(log);
    const broken = toRule("a", { revision: "", condition: "nope" });
    rules.put(broken);
    rules.put({ ...broken });
    expect(warnings).toHaveLength(1);
    rules.put({ ...broken, condition: "nope2" });
    expect(warnings).toHaveLength(2);
    rules.put({ ...broken, condition: "true" });
    expect(rules.all()[0]?.broken).toBeUndefined();
  });

  test("of rules for others does not happen", () => {
    const { warnings, log } = createWarnings();
    createRules(log).put(toRule("a", { condition: "((", ...forOthers }));
    expect(warnings).toEqual([]);
  });
});

describe("faults of an evaluation", () => {
  const toFault = (because: RuleFault["because"], reason: string, rule = "a"): JudgedRule => ({
    rule,
    recipients: [],
    verdict: { outcome: "failed", because, reason },
  });
  const reason = "the requester's traits could not be read: denied";
  const data = toFault("data", reason);
  const evaluation = toFault("evaluation", "condition 1:1: no option of choose is true");

  test("are logged once for each revision and kind, those of broken rules not again", () => {
    const { warnings, log } = createWarnings();
    const rules = createRules(log);
    rules.put(toRule("a"));
    rules.report([data, { rule: "a", recipients: [], verdict: { outcome: "matched" } }], "request-1");
    rules.report([data, toFault("data", "another reason")], "request-2");
    expect(warnings).toEqual([
      {
        message: "An Access Monitoring Rule could not be judged and did not match",
        rule: "a",
        revision: "r1",
        request_id: "request-1",
        reason,
      },
    ]);
    rules.report([evaluation], "request-3");
    expect(warnings).toHaveLength(2);
    rules.put(toRule("a", { revision: "r2" }));
    rules.report([data, evaluation, toFault("broken", reason)], "request-4");
    expect(warnings).toHaveLength(4);
    rules.report([toFault("data", reason, "deleted meanwhile")], "request-5");
    expect(warnings).toHaveLength(4);
  });
});

/** A server whose events are delivered late, and whose listing is read page by page. */
interface Server {
  readonly rules: MonitoringRules;
  write(name: string, mine: boolean): void;
  remove(name: string): void;
  deliver(): void;
  beginListing(): void;
  readPage(): void;
  /** Delivers everything and lists once more to the end. */
  settle(): void;
  expected(): string[];
}

const pages: readonly (readonly string[])[] = [["a", "b"], ["c"], ["d"]];

function createServer(): Server {
  const rules = createRules();
  const stored = new Map<string, AccessMonitoringRule>();
  const events: (() => void)[] = [];
  let revision = 0;
  let running: { readonly listing: RuleListing; page: number } | undefined;

  const server: Server = {
    rules,
    write(name, mine) {
      const rule = toRule(name, { revision: `r${++revision}`, ...(mine ? {} : forOthers) });
      stored.set(name, rule);
      events.push(() => rules.put(rule));
    },
    remove(name) {
      if (stored.delete(name)) events.push(() => rules.delete(name));
    },
    deliver: () => events.shift()?.(),
    beginListing() {
      running = { listing: rules.beginListing(), page: 0 };
    },
    readPage() {
      if (running === undefined) return;
      const page = pages[running.page++] ?? [];
      running.listing.add(page.flatMap((name) => stored.get(name) ?? []));
      if (running.page < pages.length) return;
      running.listing.complete();
      running = undefined;
    },
    settle() {
      if (!rules.isKnown() && running === undefined) server.beginListing();
      while (running !== undefined) server.readPage();
      while (events.length > 0) server.deliver();
    },
    expected() {
      const mine = [...stored.values()].filter(({ notification }) => notification?.name === "example");
      return mine.map(({ name, revision }) => `${name}@${revision}`).sort();
    },
  };
  return server;
}

const name = fc.constantFrom("a", "b", "c", "d");
const step: fc.Arbitrary<(server: Server) => void> = fc.oneof(
  fc.tuple(name, fc.boolean()).map(
    ([name, mine]) =>
      (server: Server) =>
        server.write(name, mine),
  ),
  name.map((name) => (server: Server) => server.remove(name)),
  fc.constant((server: Server) => server.deliver()),
  fc.constant((server: Server) => server.beginListing()),
  fc.constant((server: Server) => server.readPage()),
);
