import { describe, expect, it } from "vitest";
import { PluginError } from "./base/plugin-error.ts";
import type { RequestMessage } from "./domain/request-message.ts";
import { type Harness, type HarnessOptions, startNotifier } from "./testing/notifier-harness.ts";

const node = { cluster: "example.com", kind: "node", name: "0195e3a1" };
const database = { cluster: "example.com", kind: "db", name: "orders" };
const request = { id: "r1", roles: ["editor", "ops"], resources: [node, database] };

async function ready(options: HarnessOptions = {}): Promise<Harness> {
  const h = startNotifier(options);
  await h.clock.advanceUntil(() => h.notifier.status().ready, 30_000);
  h.cluster.setRole("ops", ["{{internal.logins}}", "ops"]);
  h.cluster.setTraits("alice", { logins: ["alice"] });
  h.cluster.setResource(node, { name: "web-1" });
  return h;
}

const versions = (h: Harness) => h.messenger.messages.flatMap((message) => message.versions);
const resourcesOf = (h: Harness) => versions(h).map(({ resources }) => resources);
const loginsOf = (message: RequestMessage | undefined) => message?.roles.map(({ logins }) => logins);
const warnings = (h: Harness) => h.lines.filter(({ level }) => level === "warn");
const forbidden = (what: string) => new PluginError("forbidden", `no ${what}`, { fix: `Allow ${what}.` });

/** Every look-up of the kind fails until told otherwise. */
function refuse(h: Harness, method: string, error: () => PluginError) {
  h.cluster.before = async (called) => {
    if (called === method) throw error();
  };
  return () => {
    h.cluster.before = undefined;
  };
}

describe("a message", () => {
  it("shows names and logins from the first post, and costs no write for it", async () => {
    const h = await ready();
    h.cluster.create(request);
    await h.clock.advance(1_000);
    expect(resourcesOf(h)).toEqual([["node/web-1", "/example.com/db/orders"]]);
    expect(loginsOf(versions(h)[0])).toEqual([["root"], ["alice", "ops"]]);
    expect(h.cluster.countCalls("updatePluginData")).toBe(2);
    expect(h.cluster.pluginData("r1", "memory")).toMatchObject({
      resources: '["node/web-1","/example.com/db/orders"]',
      logins_by_role: '{"editor":["root"],"ops":["alice","ops"]}',
    });
    await h.stop();
  });

  it("asks for names only where there can be some: not in other clusters, not of databases", async () => {
    const h = await ready();
    h.cluster.create({ ...request, resources: [{ ...node, cluster: "leaf" }, database] });
    await h.clock.advance(1_000);
    expect(h.cluster.countCalls("findResources")).toBe(0);
    await h.stop();
  });

  it("does not wait for names longer than a second, and shows them by an edit when they come", async () => {
    const h = await ready();
    const late = Promise.withResolvers<void>();
    h.cluster.before = (method) => (method === "findResources" ? late.promise : undefined);
    h.cluster.create(request);
    await h.clock.advance(990);
    expect(versions(h)).toHaveLength(0);
    await h.clock.advance(20);
    expect(resourcesOf(h)).toEqual([["/example.com/node/0195e3a1", "/example.com/db/orders"]]);
    late.resolve();
    await h.clock.advance(100);
    expect(resourcesOf(h).at(-1)).toEqual(["node/web-1", "/example.com/db/orders"]);
    expect(versions(h)).toHaveLength(2);
    await h.stop();
  });

  it("is told in raw form when Teleport hangs, keeps no lease meanwhile, and gets better within a minute", async () => {
    const h = await ready();
    const mended = refuse(h, "findResources", () => new PluginError("unavailable", "not now"));
    h.cluster.create(request);
    await h.clock.advance(2_000);
    expect(resourcesOf(h)).toEqual([["/example.com/node/0195e3a1", "/example.com/db/orders"]]);
    expect(h.cluster.pluginData("r1", "memory")?.["access_plugins_lease"]).toMatch(/^-\./u);
    mended();
    await h.clock.advance(61_000);
    expect(resourcesOf(h).at(-1)).toEqual(["node/web-1", "/example.com/db/orders"]);
    expect(warnings(h)).toEqual([]);
    await h.stop();
  });

  it.each([
    ["getRole", "Messages show roles without their logins: no getRole"],
    ["getUserTraits", "Messages show the logins of roles as templates: no getUserTraits"],
    ["findResources", "Messages show resources of the kind node by their ids: no findResources"],
  ] as const)("is told at once when %s is not permitted, which is said once for all requests", async (method, text) => {
    const h = await ready();
    refuse(h, method, () => forbidden(method));
    for (const id of ["r1", "r2", "r3"]) h.cluster.create({ ...request, id });
    await h.clock.advance(100);
    expect(h.messenger.messages).toHaveLength(3);
    expect(warnings(h)).toEqual([
      { level: "warn", message: text, fields: { code: "forbidden", fix: `Allow ${method}.` } },
    ]);
    const asked = h.cluster.countCalls(method);
    h.cluster.create({ id: "r4", roles: ["dba"], resources: [{ ...node, name: "other" }] });
    await h.clock.advance(5_000);
    expect(h.cluster.countCalls(method)).toBe(asked);
    expect(warnings(h)).toHaveLength(1);
    await h.stop();
  });

  it("is told in raw form by servers that are too old to answer, which is said once", async () => {
    const h = await ready();
    refuse(h, "findResources", () => new PluginError("not_implemented", "unknown method ListResources"));
    h.cluster.create(request);
    h.cluster.create({ ...request, id: "r2" });
    await h.clock.advance(100);
    expect(h.messenger.messages).toHaveLength(2);
    expect(warnings(h).map(({ message }) => message)).toEqual([
      "Messages show resources of the kind node by their ids: unknown method ListResources",
    ]);
    await h.stop();
  });

  it("shares its look-ups: a hundred requests at once ask for a role and a user once", async () => {
    const h = await ready();
    h.cluster.clearCalls();
    for (let at = 0; at < 100; at += 1) h.cluster.create({ id: `r${at}`, roles: ["ops"] });
    await h.clock.advance(5_000);
    expect(h.messenger.messages).toHaveLength(100);
    expect([h.cluster.countCalls("getRole"), h.cluster.countCalls("getUserTraits")]).toEqual([1, 1]);
    expect(versions(h).every((message) => loginsOf(message)?.[0]?.join() === "alice,ops")).toBe(true);
    await h.stop();
  });

  it("gets its names within ten minutes after the permission was given", async () => {
    const h = await ready();
    const mended = refuse(h, "findResources", () => forbidden("names"));
    h.cluster.create(request);
    await h.clock.advance(60_000);
    expect(resourcesOf(h)).toEqual([["/example.com/node/0195e3a1", "/example.com/db/orders"]]);
    mended();
    await h.clock.advance(10 * 60_000);
    expect(resourcesOf(h).at(-1)).toEqual(["node/web-1", "/example.com/db/orders"]);
    await h.stop();
  });

  it("shows templates where traits may not be read, and logins once they may and somebody asks to try again", async () => {
    const h = await ready();
    const mended = refuse(h, "getUserTraits", () => forbidden("traits"));
    h.cluster.create(request);
    await h.clock.advance(1_000);
    expect(loginsOf(versions(h).at(-1))).toEqual([["root"], ["ops", "{{internal.logins}}"]]);
    mended();
    h.notifier.retryNow();
    await h.clock.advance(1_000);
    expect(loginsOf(versions(h).at(-1))).toEqual([["root"], ["alice", "ops"]]);
    await h.stop();
  });

  it("never loses what it showed: not to a restart, not to a take-over, not to look-ups that fail by then", async () => {
    const first = await ready();
    first.cluster.create(request);
    await first.clock.advance(1_000);
    first.kill();
    const second = startNotifier({ after: first });
    refuse(second, "findResources", () => forbidden("names"));
    await second.clock.advanceUntil(() => second.notifier.status().ready, 30_000);
    second.cluster.clearCalls();
    await second.clock.advance(60_000);
    expect(versions(second)).toHaveLength(1);
    expect(second.cluster.calls.map(({ method }) => method)).not.toContain("findResources");
    second.cluster.review("r1", { author: "bob", state: "approved" });
    await second.clock.advance(1_000);
    expect(versions(second).at(-1)).toMatchObject({
      status: "approved",
      resources: ["node/web-1", "/example.com/db/orders"],
    });
    await second.stop();
  });

  it("takes over the names that the official plugin found, and asks for nothing", async () => {
    const official = await ready();
    await official.stop();
    const call = { signal: new AbortController().signal, lane: "", mayStart: () => true };
    const posted = { requestId: "r1", status: "pending", resources: [] } as never;
    const { id = "" } = await official.messenger.post({ id: "general", kind: "channel" }, posted, "k", call);
    official.cluster.create(request);
    official.cluster.setPluginData("r1", "memory", {
      user: "alice",
      roles: "editor,ops",
      resources: '["node/official-name","/example.com/db/orders"]',
      logins_by_role: '{"editor":["e"],"ops":["o"]}',
      messages: `general/${id}`,
    });
    const h = startNotifier({ after: official });
    await h.clock.advance(20_000);
    h.cluster.clearCalls();
    h.cluster.review("r1", { author: "bob", state: "approved" });
    await h.clock.advance(1_000);
    expect(versions(h).at(-1)).toMatchObject({ resources: ["node/official-name", "/example.com/db/orders"] });
    expect(loginsOf(versions(h).at(-1))).toEqual([["e"], ["o"]]);
    expect(h.cluster.calls.map(({ method }) => method)).not.toContain("getRole");
    await h.stop();
  });

  it("shows a person's names and logins only as far as they fit into their space", async () => {
    const h = await ready();
    h.cluster.setResource(node, { name: "\u0001".repeat(10_000) });
    h.cluster.create(request);
    await h.clock.advance(2_000);
    expect(resourcesOf(h)).toEqual([["/example.com/node/0195e3a1", "/example.com/db/orders"]]);
    expect(loginsOf(versions(h)[0])).toEqual([["root"], ["alice", "ops"]]);
    await h.stop();
  });
});

describe("two replicas", () => {
  it("take over what the other one found, when both write", async () => {
    const h = await ready();
    refuse(h, "findResources", () => forbidden("names"));
    h.cluster.create(request);
    await h.clock.advance(5_000);
    h.cluster.setPluginData("r1", "memory", {
      ...h.cluster.pluginData("r1", "memory"),
      resources: '["node/web-1","/example.com/db/orders"]',
      access_plugins_lease: "-.theirs.0",
    });
    h.cluster.update("r1", { state: "approved" });
    await h.clock.advance(5_000);
    expect(h.counts.get("plugin_data_conflicts_total")).toBe(1);
    expect(resourcesOf(h).at(-1)).toEqual(["node/web-1", "/example.com/db/orders"]);
    await h.stop();
  });

  it("show the better of what each of them knows, and edit for it once", async () => {
    const first = await ready();
    const second = startNotifier({ after: first, seed: 3 });
    await first.clock.advanceUntil(() => second.notifier.status().ready, 30_000);
    const late = Promise.withResolvers<void>();
    first.cluster.before = (method) => (method === "findResources" ? late.promise : undefined);
    first.cluster.create(request);
    await first.clock.advance(20_000);
    late.resolve();
    await first.clock.advance(90_000);
    expect(first.messenger.messages).toHaveLength(1);
    expect(resourcesOf(first).at(-1)).toEqual(["node/web-1", "/example.com/db/orders"]);
    expect(versions(first).length).toBeLessThanOrEqual(3);
    await first.stop();
    await second.stop();
  });
});
