import { describe, expect, it } from "vitest";
import { type ErrorFacts, PluginError } from "./base/plugin-error.ts";
import { type Harness, type HarnessOptions, startNotifier } from "./testing/notifier-harness.ts";

async function ready(options: HarnessOptions = {}): Promise<Harness> {
  const h = startNotifier({ routes: { roleToRecipients: { "*": ["a", "b"] } }, ...options });
  await h.clock.advanceUntil(() => h.notifier.status().ready, 30_000);
  return h;
}

/** A request that was told to everybody. */
async function told(h: Harness, id = "r1", fields = {}): Promise<void> {
  h.cluster.create({ id, ...fields });
  await h.clock.advance(1_000);
}

const outcomes = (h: Harness) => h.messenger.notices.map(({ place, notice }) => `${place} ${notice.status}`);
const signs = (h: Harness) => h.messenger.messages.map(({ sign }) => sign);
const warnings = (h: Harness) => h.lines.filter(({ level }) => level === "warn").map(({ message }) => message);
const state = (h: Harness, id = "r1") =>
  JSON.parse(h.cluster.pluginData(id, "memory")?.["access_plugins_state"] ?? "{}") as Record<string, unknown>;

/** Calls of one method fail so often. */
function failing(
  h: Harness,
  method: string,
  times: number,
  error: () => PluginError,
  when: "before" | "after" = "before",
) {
  let left = times;
  h.messenger[when] = (called) => {
    if (called === method && left-- > 0) throw error();
  };
}

const refused = (code: "missing_scope" | "forbidden" | "unauthenticated", facts: ErrorFacts = {}) =>
  new PluginError(code, `no: ${code}`, { fix: "Add the scope.", ...facts });

describe("the requester", () => {
  it("is told what was granted, until when and how to log in, and nothing of the reviews", async () => {
    const h = await ready();
    const accessExpiry = new Date(h.clock.now().getTime() + 3_600_000);
    await told(h, "r1", { accessExpiry, roles: ["editor"] });
    expect(h.messenger.notices).toEqual([]);
    h.cluster.review("r1", { author: "bob", state: "approved", reason: "fine" });
    await h.clock.advance(1_000);
    expect(h.messenger.notices.map(({ place, notice }) => [place, notice])).toEqual([
      [
        "alice",
        {
          form: "rich",
          requestId: "r1",
          cluster: "example.com",
          kind: "unspecified",
          status: "approved",
          roles: ["editor"],
          resources: [],
          resolveReason: "fine",
          times: { accessExpiry },
          loginCommand: "tsh login --request-id=r1",
        },
      ],
    ]);
    expect(h.cluster.pluginData("r1", "memory")?.["messages"]?.split(",")).toHaveLength(2);
    await h.stop();
  });

  it.each(["denied", "promoted"] as const)("is told once that it was %s, without a login command", async (status) => {
    const h = await ready();
    await told(h);
    h.cluster.update("r1", { state: status, promotedTo: { name: "list", title: "Owners" } });
    await h.clock.advance(120_000);
    expect(outcomes(h)).toEqual([`alice ${status}`]);
    expect(h.messenger.notices[0]?.notice).toMatchObject({ promotedTo: { title: "Owners" } });
    expect(h.messenger.notices[0]?.notice).not.toHaveProperty("loginCommand");
    await h.stop();
  });

  it("is told that nobody decided in time, and that it was removed, but not that granted access came to its end", async () => {
    const h = await ready();
    const soon = new Date(h.clock.now().getTime() + 2_000);
    await told(h, "lapsed", { requestExpiry: soon });
    await told(h, "removed", { requestExpiry: new Date(soon.getTime() + 3_600_000) });
    await told(h, "approved");
    h.cluster.update("approved", { state: "approved" });
    await h.clock.advance(5_000);
    for (const id of ["lapsed", "removed", "approved"]) h.cluster.delete(id);
    await h.clock.advance(120_000);
    expect(outcomes(h).sort()).toEqual(["alice approved", "alice expired", "alice removed"]);
    await h.stop();
  });

  it("is told that an approval was overridden", async () => {
    const h = await ready();
    await told(h);
    h.cluster.update("r1", { state: "approved" });
    await h.clock.advance(1_000);
    h.cluster.update("r1", { state: "denied" });
    await h.clock.advance(1_000);
    expect(outcomes(h)).toEqual(["alice approved", "alice denied"]);
    await h.stop();
  });

  it("is not told what nobody saw, nor of a request that nobody was told of", async () => {
    const first = await ready();
    await told(first);
    await first.stop();
    first.cluster.delete("r1");
    const h = startNotifier({ after: first, routes: { roleToRecipients: { "*": ["a", "b"] } } });
    h.cluster.create({ id: "decided", state: "approved" });
    await h.clock.advance(60_000);
    expect(h.messenger.statuses("r1")).toEqual({ a: ["closed"], b: ["closed"] });
    expect(outcomes(h)).toEqual([]);
    await h.stop();
  });

  it("who is not known there is looked up once, and holds up nobody", async () => {
    const h = await ready();
    await told(h, "r1", { user: "unknown-alice" });
    h.cluster.update("r1", { state: "approved" });
    await h.clock.advance(1_000);
    expect(h.messenger.statuses("r1")).toEqual({ a: ["approved"], b: ["approved"] });
    await h.clock.advance(3 * 3_600_000);
    expect(h.messenger.calls.filter(({ place }) => place === "unknown-alice")).toHaveLength(1);
    expect(state(h)["q"]).toEqual({ f: "a", s: "u", e: "recipient_unknown" });
    expect(warnings(h)).toEqual([]);
    await h.stop();
  });

  it("is told although the platform is away for minutes, and nobody waits for that", async () => {
    const h = await ready();
    await told(h);
    failing(h, "notify", 30, () => new PluginError("unavailable", "HTTP 503"));
    h.cluster.update("r1", { state: "approved" });
    await h.clock.advance(500);
    expect(h.messenger.statuses("r1")).toEqual({ a: ["approved"], b: ["approved"] });
    await h.clock.advance(15 * 60_000);
    expect(outcomes(h)).toEqual(["alice approved"]);
    await h.stop();
  });

  it("gets plain text where the platform refuses the rich body, and nothing where it refuses both", async () => {
    const h = await ready();
    await told(h, "r1");
    failing(h, "notify", 1, () => new PluginError("content_rejected", "invalid blocks"));
    h.cluster.update("r1", { state: "approved" });
    await h.clock.advance(1_000);
    expect(h.messenger.notices.map(({ notice }) => notice.form)).toEqual(["plain"]);
    failing(h, "notify", 2, () => new PluginError("content_rejected", "invalid text"));
    await told(h, "r2");
    h.cluster.update("r2", { state: "approved" });
    await h.clock.advance(60_000);
    expect(h.messenger.notices).toHaveLength(1);
    await h.stop();
  });

  it.each([
    ["killed before it is sent", "before", 1],
    ["killed after it was sent", "after", 2],
  ] as const)("is told by the next process when this one is %s", async (_what, when, most) => {
    const first = await ready();
    await told(first);
    const held = Promise.withResolvers<void>();
    first.messenger[when] = (method) => (method === "notify" ? held.promise : undefined);
    first.cluster.update("r1", { state: "approved" });
    await first.clock.advance(500);
    first.kill();
    first.messenger[when] = undefined;
    const h = startNotifier({ after: first });
    await h.clock.advance(60_000);
    expect(outcomes(h)).toEqual(Array.from({ length: most }, () => "alice approved"));
    expect(h.counts.get("possible_duplicates_total cause=unknown_outcome")).toBe(1);
    await h.stop();
  });

  it("is told once where our message can be searched for", async () => {
    const first = await ready({ messenger: { withSearch: true } });
    await told(first);
    const held = Promise.withResolvers<void>();
    first.messenger.after = (method) => (method === "notify" ? held.promise : undefined);
    first.cluster.update("r1", { state: "approved" });
    await first.clock.advance(500);
    first.kill();
    first.messenger.after = undefined;
    const h = startNotifier({ after: first });
    await h.clock.advance(60_000);
    expect(outcomes(h)).toEqual(["alice approved"]);
    expect(state(h)["q"]).toEqual({ f: "a", s: "t" });
    await h.stop();
  });

  it("is told once by two replicas", async () => {
    const first = await ready();
    const second = startNotifier({ after: first, seed: 3, routes: { roleToRecipients: { "*": ["a", "b"] } } });
    await first.clock.advanceUntil(() => second.notifier.status().ready, 30_000);
    await told(first);
    first.cluster.update("r1", { state: "approved" });
    await first.clock.advance(60_000);
    expect(outcomes(first)).toEqual(["alice approved"]);
    await first.stop();
    await second.stop();
  });

  it("counts as told of an outcome that the official plugin stored", async () => {
    const first = await ready();
    await told(first);
    await first.stop();
    first.cluster.update("r1", { state: "approved" });
    first.cluster.setPluginData("r1", "memory", {
      ...first.cluster.pluginData("r1", "memory"),
      resolution: "APPROVED",
    });
    const h = startNotifier({ after: first });
    await h.clock.advance(60_000);
    expect(outcomes(h)).toEqual([]);
    expect(signs(h)).toEqual([undefined, undefined]);
    await h.stop();
  });

  it("is not told when that is switched off, and later not of what was decided meanwhile", async () => {
    const first = await ready({ notifyRequester: false, statusReactions: false });
    await told(first);
    first.cluster.update("r1", { state: "approved" });
    await first.clock.advance(1_000);
    await first.stop();
    const h = startNotifier({ after: first });
    await h.clock.advance(60_000);
    expect(outcomes(h)).toEqual([]);
    expect(signs(h)).toEqual([undefined, undefined]);
    await h.stop();
  });

  it.each(["missing_scope", "forbidden"] as const)(
    "is not told where the token may not (%s), said once",
    async (code) => {
      const h = await ready();
      await told(h, "r1");
      await told(h, "r2");
      failing(h, "notify", 99, () => refused(code));
      h.cluster.update("r1", { state: "approved" });
      await h.clock.advance(1_000);
      h.cluster.update("r2", { state: "approved" });
      await h.clock.advance(1_000);
      expect(h.messenger.statuses("r2")).toEqual({ a: ["approved"], b: ["approved"] });
      expect(h.messenger.calls.filter(({ method }) => method === "notify")).toHaveLength(1);
      expect(warnings(h)).toEqual([`Requesters are not told about the outcome: no: ${code}`]);
      expect(h.notifier.status().ready).toBe(true);
      await h.stop();
    },
  );
});

describe("a status reaction", () => {
  it("comes after every message shows the outcome and that is stored: where many are decided, the truth goes first", async () => {
    const h = await ready();
    for (const id of ["r1", "r2", "r3"]) await told(h, id);
    const journal: string[] = [];
    h.messenger.before = (method) => void journal.push(method);
    h.cluster.before = (method) => void journal.push(method);
    for (const id of ["r1", "r2", "r3"]) h.cluster.update(id, { state: "approved" });
    await h.clock.advance(1_000);
    const of = (method: string) => journal.flatMap((called, at) => (called === method ? [at] : []));
    expect(of("react")).toHaveLength(6);
    expect(Math.max(...of("edit"))).toBeLessThan(Math.min(...of("react")));
    const between = journal.slice(Math.max(...of("edit")), Math.min(...of("react")));
    expect(between.filter((method) => method === "updatePluginData")).toHaveLength(3);
    await h.stop();
  });

  it("is put on every message once it shows the outcome, and follows an override", async () => {
    const h = await ready();
    await told(h);
    expect(signs(h)).toEqual([undefined, undefined]);
    h.cluster.update("r1", { state: "approved" });
    await h.clock.advance(1_000);
    expect(signs(h)).toEqual(["approved", "approved"]);
    h.cluster.update("r1", { state: "denied" });
    await h.clock.advance(1_000);
    expect(signs(h)).toEqual(["denied", "denied"]);
    const methods = h.messenger.calls.filter(({ place }) => place === "a").map(({ method }) => method);
    expect(methods).toEqual(["findRecipient", "post", "edit", "react", "edit", "react"]);
    await h.stop();
  });

  it("is put there once by restarts and replicas", async () => {
    const first = await ready();
    await told(first);
    first.cluster.update("r1", { state: "approved" });
    await first.clock.advance(1_000);
    await first.stop();
    const h = startNotifier({ after: first });
    await h.clock.advance(120_000);
    expect(h.messenger.calls.filter(({ method }) => method === "react")).toHaveLength(2);
    await h.stop();
  });

  it.each(["missing_scope", "forbidden"] as const)(
    "is switched off by one line where the token may not (%s), until somebody asks to try again",
    async (code) => {
      const h = await ready();
      await told(h, "r1");
      await told(h, "r2");
      failing(h, "react", 99, () => refused(code));
      h.cluster.update("r1", { state: "approved" });
      await h.clock.advance(1_000);
      h.cluster.update("r2", { state: "approved" });
      await h.clock.advance(1_000);
      expect(h.messenger.statuses("r2")).toEqual({ a: ["approved"], b: ["approved"] });
      expect(warnings(h)).toEqual([`Status reactions are off: no: ${code}`]);
      expect(h.notifier.status().ready).toBe(true);
      h.messenger.before = undefined;
      h.notifier.retryNow();
      await told(h, "r3");
      h.cluster.update("r3", { state: "denied" });
      await h.clock.advance(1_000);
      expect(signs(h).slice(-2)).toEqual(["denied", "denied"]);
      await h.stop();
    },
  );

  it("that keeps failing is given up after five tries, and no edit waits for it", async () => {
    const h = await ready({ routes: { roleToRecipients: { "*": ["a"] } } });
    await told(h);
    failing(h, "react", 99, () => new PluginError("unavailable", "HTTP 503"));
    h.cluster.update("r1", { state: "approved" });
    await h.clock.advance(700);
    h.cluster.update("r1", { state: "denied" });
    await h.clock.advance(5 * 60_000);
    expect(h.messenger.statuses("r1")).toEqual({ a: ["denied"] });
    expect(h.messenger.calls.filter(({ method }) => method === "react").length).toBeLessThanOrEqual(10);
    h.cluster.clearCalls();
    await h.clock.advance(60 * 60_000);
    expect(h.cluster.countCalls("updatePluginData")).toBe(0);
    await h.stop();
  });

  it("on a message that somebody deleted ends with that message", async () => {
    const h = await ready();
    await told(h);
    h.messenger.before = (method) => {
      if (method === "react") h.messenger.delete("a");
    };
    h.cluster.update("r1", { state: "approved" });
    await h.clock.advance(1_000);
    expect(h.messenger.messages.map(({ place, sign }) => [place, sign])).toEqual([["b", "approved"]]);
    await h.stop();
  });

  it("does not close the door that a revoked token has to close", async () => {
    const h = await ready();
    await told(h);
    failing(h, "react", 1, () => refused("unauthenticated"));
    h.cluster.update("r1", { state: "approved" });
    await h.clock.advance(1_000);
    expect(h.notifier.status().ready).toBe(false);
    h.notifier.retryNow();
    await h.clock.advance(5_000);
    expect(signs(h)).toEqual(["approved", "approved"]);
    expect(outcomes(h)).toEqual(["alice approved"]);
    await h.stop();
  });
});
