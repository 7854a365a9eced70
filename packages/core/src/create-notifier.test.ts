import { describe, expect, it } from "vitest";
import { PluginError } from "./base/plugin-error.ts";
import { type Harness, startNotifier } from "./testing/notifier-harness.ts";

const entryOf = (h: Harness, id: string) => h.cluster.pluginData(id, "memory") ?? {};
const textsOf = (h: Harness, level: string) =>
  h.lines.filter((line) => line.level === level).map((line) => line.message);

async function ready(h: Harness): Promise<Harness> {
  await h.clock.advanceUntil(() => h.notifier.status().ready, 30_000);
  return h;
}

describe("one request from its creation to its end", () => {
  it("is told to every recipient of its roles and to its suggested reviewers, once each", async () => {
    const h = await ready(
      startNotifier({ routes: { roleToRecipients: { "*": ["general"], dba: ["dbas", "general"] } } }),
    );
    h.cluster.create({ id: "r1", roles: ["editor", "dba"], suggestedReviewers: ["bob@example.com", "no address"] });
    await h.clock.advance(1_000);
    expect(h.messenger.statuses("r1")).toEqual({
      general: ["pending"],
      dbas: ["pending"],
      "bob@example.com": ["pending"],
    });
    expect(textsOf(h, "warn")).toContain("Failed to notify a suggested reviewer with an invalid email address");
    await h.stop();
  });

  it("costs two writes, and no read where its roles are known from a request before", async () => {
    const h = await ready(startNotifier());
    h.cluster.create({ id: "r0" });
    await h.clock.advance(1_000);
    h.cluster.clearCalls();
    h.cluster.create({ id: "r1" });
    await h.clock.advance(1_000);
    expect(h.cluster.calls.map((call) => call.method)).toEqual(["updatePluginData", "updatePluginData"]);
    await h.stop();
  });

  it("shares the result write among recipients that are equally fast", async () => {
    const h = await ready(
      startNotifier({ routes: { roleToRecipients: { "*": ["a", "b", "c"] } }, messenger: { latencyMs: 20 } }),
    );
    h.cluster.clearCalls();
    h.cluster.create({ id: "r1" });
    await h.clock.advance(1_000);
    expect(h.cluster.countCalls("updatePluginData")).toBe(2);
    await h.stop();
  });

  it("leaves what an official plugin needs to take over", async () => {
    const h = await ready(startNotifier());
    h.cluster.create({ id: "r1", user: "alice", roles: ["dba", "editor"], reason: "ticket 4711" });
    await h.clock.advance(1_000);
    expect(entryOf(h, "r1")).toMatchObject({
      user: "alice",
      roles: "dba,editor",
      request_reason: "ticket 4711",
      messages: "general/m1",
    });
    expect(Object.keys(entryOf(h, "r1"))).not.toContain("resolution");
    await h.stop();
  });

  it("gets each review as a reply and shows the decision on every copy", async () => {
    const h = await ready(startNotifier({ routes: { roleToRecipients: { "*": ["a", "b"] } } }));
    h.cluster.create({ id: "r1" });
    await h.clock.advance(1_000);
    h.cluster.review("r1", { author: "bob", state: "pending", reason: "looking" });
    await h.clock.advance(1_000);
    h.cluster.review("r1", { author: "carol", state: "approved", reason: "go" });
    await h.clock.advance(1_000);
    expect(h.messenger.statuses("r1")).toEqual({ a: ["approved"], b: ["approved"] });
    for (const message of h.messenger.messages) {
      expect(message.replies.map((reply) => reply.kind === "review" && reply.author)).toEqual(["bob", "carol"]);
      expect(message.versions.at(-1)?.resolveReason).toBe("go");
    }
    expect(entryOf(h, "r1")).toMatchObject({ resolution: "APPROVED", resolve_reason: "go", reviews_count: "2" });
    await h.stop();
  });

  it.each([
    ["approved", "APPROVED"],
    ["denied", "DENIED"],
    ["promoted", "PROMOTED"],
  ] as const)("shows %s and stays so when the request is deleted later", async (state, tag) => {
    const h = await ready(startNotifier());
    h.cluster.create({ id: "r1", requestExpiry: new Date(h.clock.now().getTime() + 5_000) });
    await h.clock.advance(1_000);
    h.cluster.update("r1", { state, resolveReason: "because" });
    await h.clock.advance(10_000);
    h.cluster.clearCalls();
    h.cluster.delete("r1");
    await h.clock.advance(10_000);
    expect(h.messenger.statuses("r1")).toEqual({ general: [state] });
    expect(entryOf(h, "r1")["resolution"]).toBe(tag);
    expect(h.cluster.calls).toEqual([]);
    expect(h.notifier.status().openRequests).toBe(0);
    await h.stop();
  });

  it.each([
    ["expired", 2_000],
    ["removed", 3_600_000],
  ] as const)("shows %s when it is deleted %d ms before its expiry at the most", async (status, expiresIn) => {
    const h = await ready(startNotifier());
    h.cluster.create({ id: "r1", requestExpiry: new Date(h.clock.now().getTime() + expiresIn) });
    await h.clock.advance(3_000);
    h.cluster.delete("r1");
    await h.clock.advance(3_000);
    expect(h.messenger.statuses("r1")).toEqual({ general: [status] });
    expect(entryOf(h, "r1")["resolution"]).toBe("EXPIRED");
    await h.stop();
  });

  it("shows an approval that an admin overrode as denied, everywhere", async () => {
    const h = await ready(startNotifier({ routes: { roleToRecipients: { "*": ["a", "b"] } } }));
    h.cluster.create({ id: "r1" });
    await h.clock.advance(1_000);
    h.cluster.update("r1", { state: "approved" });
    await h.clock.advance(1_000);
    h.cluster.update("r1", { state: "denied", resolveReason: "wrong person" });
    await h.clock.advance(1_000);
    expect(h.messenger.statuses("r1")).toEqual({ a: ["denied"], b: ["denied"] });
    expect(entryOf(h, "r1")).toMatchObject({ resolution: "DENIED", resolve_reason: "wrong person" });
    await h.stop();
  });

  it("is not told to anybody when it was closed before, and costs nothing when nobody is to be told", async () => {
    const h = await ready(startNotifier({ routes: { roleToRecipients: { dba: ["dbas"] } } }));
    h.cluster.clearCalls();
    h.cluster.create({ id: "nobody", roles: ["editor"] });
    h.cluster.create({ id: "closed", roles: ["dba"], state: "approved" });
    await h.clock.advance(1_000);
    h.cluster.update("nobody", { reason: "again" });
    await h.clock.advance(1_000);
    expect(h.messenger.messages).toEqual([]);
    expect(h.cluster.countCalls("updatePluginData")).toBe(0);
    await h.stop();
  });

  it("is told once to a place that two recipients mean", async () => {
    const h = await ready(
      startNotifier({
        routes: { roleToRecipients: { "*": ["a@example.com", "U1"] } },
        messenger: { aliases: { "a@example.com": "U1" } },
      }),
    );
    h.cluster.create({ id: "r1" });
    await h.clock.advance(1_000);
    expect(h.messenger.messages.map((message) => message.place)).toEqual(["U1"]);
    await h.stop();
  });
});

describe("recipients are independent of each other", () => {
  it("serves the rest while one hangs, three fail twice and one is unknown", async () => {
    const all = Array.from({ length: 20 }, (_, at) => `c${at}`);
    const h = await ready(
      startNotifier({ routes: { roleToRecipients: { "*": [...all, "unknown-1"] } }, messenger: { latencyMs: 100 } }),
    );
    const tries = new Map<string, number>();
    h.messenger.before = async (method, place) => {
      if (method !== "post") return;
      tries.set(place, (tries.get(place) ?? 0) + 1);
      if (place === "c0") await new Promise(() => {});
      if (["c1", "c2", "c3"].includes(place) && (tries.get(place) ?? 0) <= 2)
        throw new PluginError("unavailable", "HTTP 500");
    };
    h.cluster.create({ id: "r1" });
    await h.clock.advance(300);
    const told = () => h.messenger.messages.map((message) => message.place);
    expect(told()).toEqual(all.slice(4));
    await h.clock.advance(5_000);
    expect(told().sort()).toEqual(all.slice(1).sort());
    expect(entryOf(h, "r1")["messages"]?.split(",")).toHaveLength(19);
    expect(h.lines).toContainEqual(
      expect.objectContaining({
        level: "warn",
        fields: expect.objectContaining({ recipient: "unknown-1", code: "recipient_unknown" }),
      }),
    );
  });

  it("forgets no retry that comes due while a session is thinking", async () => {
    const h = await ready(startNotifier({ msPerLook: 3 }));
    const tries = new Map<string, number>();
    h.cluster.before = (method) => {
      if (method !== "updatePluginData" || h.cluster.countCalls(method) % 3 === 0) return;
      throw new PluginError("conflict", "somebody else was faster");
    };
    h.messenger.before = (method, place) => {
      tries.set(place, (tries.get(place) ?? 0) + 1);
      if (method === "post" && (tries.get(place) ?? 0) % 4 !== 0) throw new PluginError("unavailable", "down");
    };
    for (let at = 0; at < 50; at += 1) h.cluster.create({ id: `r${at}` });
    await h.clock.advance(240_000);
    for (let at = 0; at < 50; at += 1) expect(h.messenger.statuses(`r${at}`)).toEqual({ general: ["pending"] });
    await h.stop();
  });

  it("tries a blocked recipient again after an hour, and at once when asked to", async () => {
    const h = await ready(startNotifier());
    let allowed = false;
    h.messenger.before = (method) => {
      if (method === "post" && !allowed) throw new PluginError("recipient_forbidden", "The bot is not in the channel.");
    };
    const posts = () => h.messenger.calls.filter((call) => call.method === "post").length;
    h.cluster.create({ id: "r1" });
    await h.clock.advance(30 * 60_000);
    expect(posts()).toBe(1);
    await h.clock.advance(31 * 60_000);
    expect(posts()).toBe(2);
    allowed = true;
    h.notifier.retryNow();
    await h.clock.advance(1_000);
    expect(h.messenger.statuses("r1")).toEqual({ general: ["pending"] });
    await h.stop();
  });

  it("gives a deleted message up, and neither the other copies nor later events suffer", async () => {
    const h = await ready(startNotifier({ routes: { roleToRecipients: { "*": ["a", "b"] } } }));
    h.cluster.create({ id: "r1" });
    await h.clock.advance(1_000);
    h.messenger.delete("a");
    h.cluster.review("r1", { author: "bob", state: "approved" });
    await h.clock.advance(60_000);
    expect(h.messenger.statuses("r1")).toEqual({ b: ["approved"] });
    expect(h.messenger.calls.filter((call) => call.method === "edit" && call.place === "a")).toHaveLength(1);
    await h.stop();
  });

  it("sends a refused body once more as plain text", async () => {
    const h = await ready(startNotifier());
    let refusals = 1;
    h.messenger.before = (method) => {
      if (method === "post" && refusals-- > 0) throw new PluginError("content_rejected", "invalid_blocks");
    };
    h.cluster.create({ id: "r1" });
    await h.clock.advance(2_000);
    expect(h.messenger.messages.map((message) => message.versions[0]?.form)).toEqual(["plain"]);
    await h.stop();
  });

  it("tells the outcome by a reply where the message can no longer be edited", async () => {
    const h = await ready(startNotifier());
    h.cluster.create({ id: "r1" });
    await h.clock.advance(1_000);
    h.messenger.before = (method) => {
      if (method === "edit") throw new PluginError("message_locked", "The edit time limit is over.");
    };
    h.cluster.update("r1", { state: "denied", resolveReason: "no" });
    await h.clock.advance(60_000);
    expect(h.messenger.messages[0]?.replies).toEqual([{ kind: "outcome", status: "denied", resolveReason: "no" }]);
    expect(h.messenger.calls.filter((call) => call.method === "edit")).toHaveLength(1);
    await h.stop();
  });
});

describe("the chat platform fails", () => {
  it("blames nobody when the client is refused, is not ready meanwhile, and goes on with new credentials", async () => {
    const h = await ready(startNotifier());
    let valid = false;
    h.messenger.before = () => {
      if (!valid) throw new PluginError("unauthenticated", "The token was revoked.", { fix: "Install the app again." });
    };
    h.cluster.create({ id: "r1" });
    h.cluster.create({ id: "r2" });
    await h.clock.advance(5_000);
    expect(h.notifier.status()).toMatchObject({
      ready: false,
      problems: ["The token was revoked. Install the app again."],
    });
    expect(textsOf(h, "error")).toHaveLength(1);
    valid = true;
    h.notifier.retryNow();
    await h.clock.advance(10_000);
    expect(h.notifier.status().ready).toBe(true);
    expect([h.messenger.statuses("r1"), h.messenger.statuses("r2")]).toEqual([
      { general: ["pending"] },
      { general: ["pending"] },
    ]);
    await h.stop();
  });

  it("keeps 60 requests to a throttled place in little more than the least possible time", async () => {
    const h = await ready(startNotifier());
    let last = Number.NEGATIVE_INFINITY;
    h.messenger.before = (method, place) => {
      if (method !== "post") return;
      const now = h.clock.monotonic();
      if (now - last < 1_000) {
        throw new PluginError("rate_limited", "ratelimited", {
          retryAfterMs: Math.ceil((1_000 - (now - last)) / 1_000) * 1_000,
          bucket: `place ${place}`,
        });
      }
      last = now;
    };
    const start = h.clock.monotonic();
    for (let at = 0; at < 60; at += 1) h.cluster.create({ id: `r${at}`, user: `user${at}` });
    await h.clock.advanceUntil(() => h.messenger.messages.length === 60, 120_000);
    expect(h.clock.monotonic() - start).toBeLessThanOrEqual(59_000 * 1.1);
    expect(new Set(h.messenger.messages.map((message) => message.versions[0]?.requestId)).size).toBe(60);
  });
});

describe("the connection to Teleport ends", () => {
  it("reconnects and catches up what happened meanwhile", async () => {
    const h = await ready(startNotifier());
    h.cluster.create({ id: "old" });
    await h.clock.advance(1_000);
    h.cluster.setDown(true);
    await h.clock.advance(20_000);
    expect(h.notifier.status().ready).toBe(false);
    h.cluster.create({ id: "new" });
    h.cluster.update("old", { state: "approved" });
    h.cluster.setDown(false);
    await h.clock.advance(10_000);
    expect(h.messenger.statuses("old")).toEqual({ general: ["approved"] });
    expect(h.messenger.statuses("new")).toEqual({ general: ["pending"] });
    expect(h.ended.value).toBe("running");
    await h.stop();
  });

  it("closes what vanished unseen only after two looks, and says that the outcome was not observed", async () => {
    const h = await ready(startNotifier());
    h.cluster.create({ id: "r1" });
    await h.clock.advance(1_000);
    h.cluster.setDown(true);
    h.cluster.delete("r1");
    h.cluster.setDown(false);
    await h.clock.advance(9_000);
    expect(h.messenger.statuses("r1")).toEqual({ general: ["pending"] });
    await h.clock.advance(15_000);
    expect(h.messenger.statuses("r1")).toEqual({ general: ["closed"] });
    expect(entryOf(h, "r1")["resolution"]).toBe("EXPIRED");
    await h.stop();
  });

  it("closes nothing by absence when the role cannot list, and names the verb", async () => {
    const h = await ready(startNotifier());
    h.cluster.create({ id: "r1" });
    await h.clock.advance(1_000);
    h.cluster.setRoles([
      {
        name: "p",
        allow: { logins: [], rules: [{ resources: ["access_request"], verbs: ["read"], where: "" }] },
        deny: { logins: [], rules: [] },
      },
    ]);
    h.cluster.setDown(true);
    h.cluster.delete("r1");
    h.cluster.setDown(false);
    await h.clock.advance(10 * 60_000);
    expect(h.messenger.statuses("r1")).toEqual({ general: ["pending"] });
    expect(h.notifier.status().problems.join()).toContain("the verb list on access_request");
    await h.stop();
  });

  it("moves to renewed credentials without losing an event", async () => {
    const h = await ready(startNotifier());
    h.cluster.supersede();
    h.cluster.create({ id: "r1" });
    await h.clock.advance(5_000);
    expect(h.messenger.statuses("r1")).toEqual({ general: ["pending"] });
    expect(h.cluster.watches()).toBe(1);
    await h.stop();
  });

  it("ends with the error when it shall fail fast", async () => {
    const h = await ready(startNotifier({ failFast: true }));
    h.cluster.endWatches();
    await h.clock.advance(1_000);
    expect(h.ended.value).toMatchObject({ code: "unavailable" });
  });
});

describe("another process takes over", () => {
  it("starts on 50 told requests with one listing of everything, one plugin-data call and nothing else", async () => {
    const before = await ready(startNotifier());
    for (let at = 0; at < 50; at += 1) before.cluster.create({ id: `r${at}` });
    await before.clock.advance(2_000);
    await before.stop();
    before.cluster.clearCalls();
    const chatCalls = before.messenger.calls.length;
    const h = await ready(startNotifier({ after: before }));
    await h.clock.advance(20_000);
    expect(h.cluster.calls.map((call) => call.method).sort()).toEqual([
      "getAllPluginData",
      "getOwnRoles",
      "listAccessMonitoringRules",
      "listAccessRequests",
      "ping",
    ]);
    expect(h.messenger.calls.slice(chatCalls).map((call) => call.method)).toEqual(["check"]);
    await h.stop();
  });

  it("tells, edits and closes what happened while nothing ran", async () => {
    const before = await ready(startNotifier());
    for (const id of ["edit", "gone", "keep"]) before.cluster.create({ id });
    await before.clock.advance(2_000);
    await before.stop();
    before.cluster.create({ id: "new" });
    before.cluster.review("edit", { author: "bob", state: "denied", reason: "no" });
    before.cluster.delete("gone");
    const h = await ready(startNotifier({ after: before }));
    await h.clock.advance(16_000);
    expect(h.messenger.statuses("new")).toEqual({ general: ["pending"] });
    expect(h.messenger.statuses("edit")).toEqual({ general: ["denied"] });
    expect(h.messenger.statuses("gone")).toEqual({ general: ["closed"] });
    expect(h.messenger.statuses("keep")).toEqual({ general: ["pending"] });
    await h.stop();
  });

  it("waits for a dead holder's lease, then finishes: nobody is lost, only the call in flight may repeat", async () => {
    const before = await ready(startNotifier({ routes: { roleToRecipients: { "*": ["a", "b", "c"] } } }));
    before.messenger.after = (method, place) => {
      if (method === "post" && place === "b") {
        before.kill();
        return new Promise(() => {});
      }
      return undefined;
    };
    before.cluster.create({ id: "r1" });
    await before.clock.advance(10);
    before.messenger.after = undefined;
    const h = startNotifier({ after: before, routes: { roleToRecipients: { "*": ["a", "b", "c"] } } });
    await ready(h);
    await h.clock.advance(11_000);
    const places = h.messenger.messages.map((message) => message.place);
    expect(new Set(places)).toEqual(new Set(["a", "b", "c"]));
    h.cluster.update("r1", { state: "approved" });
    await h.clock.advance(5_000);
    const entry = entryOf(h, "r1")["messages"]?.split(",") ?? [];
    expect(entry).toHaveLength(3);
    await h.stop();
  });

  it("finds the message of a dead holder again where the platform lets us search", async () => {
    const options = { routes: { roleToRecipients: { "*": ["a"] } }, messenger: { withSearch: true } };
    const before = await ready(startNotifier(options));
    before.messenger.after = (method) => {
      if (method !== "post") return undefined;
      before.kill();
      return new Promise(() => {});
    };
    before.cluster.create({ id: "r1" });
    await before.clock.advance(10);
    before.messenger.after = undefined;
    const h = await ready(startNotifier({ ...options, after: before }));
    h.cluster.update("r1", { state: "approved" });
    await h.clock.advance(12_000);
    expect(h.messenger.messages).toHaveLength(1);
    expect(h.messenger.statuses("r1")).toEqual({ a: ["approved"] });
    await h.stop();
  });

  it("adopts an official plugin's record, writes nothing until there is work, then does the rest", async () => {
    const seed = startNotifier({ messenger: {} });
    await ready(seed);
    await seed.stop();
    const id = await seed.messenger.post(
      { id: "general", kind: "channel" },
      { requestId: "r1", status: "pending" } as never,
      "k",
      { signal: new AbortController().signal, lane: "", mayStart: () => true },
    );
    seed.cluster.create({ id: "r1" });
    seed.cluster.setPluginData("r1", "memory", { user: "alice", roles: "editor", messages: `general/${id["id"]}` });
    seed.cluster.clearCalls();
    const h = await ready(startNotifier({ after: seed }));
    await h.clock.advance(5_000);
    expect(h.cluster.countCalls("updatePluginData")).toBe(0);
    h.cluster.review("r1", { author: "bob", state: "approved" });
    await h.clock.advance(5_000);
    expect(h.messenger.messages).toHaveLength(1);
    expect(h.messenger.statuses("r1")).toEqual({ general: ["approved"] });
    expect(h.messenger.messages[0]?.replies).toHaveLength(1);
    await h.stop();
  });

  it("acts on a request whose stored resolution it does not know, instead of renewing its lease for ever", async () => {
    const seed = await ready(startNotifier());
    seed.cluster.create({ id: "r1" });
    await seed.clock.advance(2_000);
    await seed.stop();
    seed.cluster.setPluginData("r1", "memory", { ...entryOf(seed, "r1"), resolution: "FUTURE" });
    const h = await ready(startNotifier({ after: seed }));
    h.cluster.clearCalls();
    h.cluster.review("r1", { author: "bob", state: "pending" });
    await h.clock.advance(60_000);
    expect(h.messenger.messages[0]?.replies).toHaveLength(1);
    expect(h.cluster.countCalls("updatePluginData")).toBeLessThanOrEqual(3);
    await h.stop();
  });

  it("looks a blocked recipient up every hour without a write", async () => {
    const h = await ready(startNotifier({ routes: { roleToRecipients: { "*": ["a", "unknown-1"] } } }));
    h.cluster.create({ id: "r1" });
    await h.clock.advance(10_000);
    h.cluster.clearCalls();
    await h.clock.advance(2.5 * 60 * 60_000);
    expect(h.messenger.calls.filter((call) => call.place === "unknown-1").length).toBeGreaterThanOrEqual(3);
    expect(h.cluster.countCalls("updatePluginData")).toBe(0);
    await h.stop();
  });

  it("finishes a claim the official plugin abandoned, after a minute", async () => {
    const seed = await ready(startNotifier());
    await seed.stop();
    seed.cluster.create({ id: "r1" });
    seed.cluster.setPluginData("r1", "memory", { user: "alice", roles: "editor" });
    const h = await ready(startNotifier({ after: seed }));
    await h.clock.advance(50_000);
    expect(h.messenger.messages).toEqual([]);
    await h.clock.advance(15_000);
    expect(h.messenger.statuses("r1")).toEqual({ general: ["pending"] });
    await h.stop();
  });

  it("shares the work of two replicas without posting twice", async () => {
    const first = await ready(
      startNotifier({ routes: { roleToRecipients: { "*": ["a", "b"] } }, messenger: { latencyMs: 50 } }),
    );
    const second = await ready(
      startNotifier({ after: first, routes: { roleToRecipients: { "*": ["a", "b"] } }, seed: 7 }),
    );
    for (let at = 0; at < 20; at += 1) first.cluster.create({ id: `r${at}` });
    await first.clock.advance(2_000);
    for (let at = 0; at < 20; at += 1) first.cluster.review(`r${at}`, { author: "bob", state: "approved" });
    await first.clock.advance(60_000);
    expect(first.messenger.messages).toHaveLength(40);
    for (let at = 0; at < 20; at += 1)
      expect(first.messenger.statuses(`r${at}`)).toEqual({ a: ["approved"], b: ["approved"] });
    for (const message of first.messenger.messages) expect(message.replies).toHaveLength(1);
    await first.stop();
    await second.stop();
  });
});

describe("a replica beside another one", () => {
  const options = { routes: { roleToRecipients: { "*": ["a", "b"] } } };

  it("makes good an edit of its own that took effect after another one had taken over", async () => {
    const first = await ready(startNotifier(options));
    const [late, slow] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const edits = { a: [late.promise], b: [undefined, slow.promise] };
    first.cluster.create({ id: "r1" });
    await first.clock.advance(1_000);
    first.messenger.before = (method, place) => {
      return method === "edit" && (place === "a" || place === "b") ? edits[place].shift() : undefined;
    };
    first.cluster.update("r1", { reason: "another one" });
    await first.clock.advance(10);
    const stopped = first.standStill();
    const second = await ready(startNotifier({ ...options, after: first, seed: 7 }));
    first.cluster.update("r1", { state: "approved" });
    await first.clock.advance(12_000);
    expect(first.messenger.statuses("r1")).toEqual({ a: ["approved"], b: ["pending"] });
    stopped.goOn();
    late.resolve();
    await first.clock.advance(1_000);
    expect(first.messenger.statuses("r1")).toEqual({ a: ["pending"], b: ["pending"] });
    slow.resolve();
    await first.clock.advance(30_000);
    expect(first.messenger.statuses("r1")).toEqual({ a: ["approved"], b: ["approved"] });
    await first.stop();
    await second.stop();
  });
});

describe("Access Monitoring Rules", () => {
  const places = (h: Harness, id: string) => Object.keys(h.messenger.statuses(id)).sort();

  it("choose the recipients instead of the role map and the suggested reviewers", async () => {
    const seed = startNotifier();
    seed.cluster.setRule({ name: "dba", condition: `access_request.spec.roles.contains("dba")` });
    const h = await ready(seed);
    h.cluster.create({ id: "r1", roles: ["dba"], suggestedReviewers: ["bob@example.com"] });
    h.cluster.create({ id: "r2", roles: ["editor"] });
    await h.clock.advance(1_000);
    expect(places(h, "r1")).toEqual(["rule-room"]);
    expect(places(h, "r2")).toEqual(["general"]);
    await h.stop();
  });

  it("apply as the watch brings them, for new requests only", async () => {
    const h = await ready(startNotifier());
    h.cluster.create({ id: "before" });
    await h.clock.advance(1_000);
    h.cluster.setRule({ name: "all" });
    h.cluster.create({ id: "under" });
    await h.clock.advance(1_000);
    h.cluster.deleteRule("all");
    h.cluster.create({ id: "after" });
    await h.clock.advance(1_000);
    expect(["before", "under", "after"].map((id) => places(h, id))).toEqual([["general"], ["rule-room"], ["general"]]);
    await h.stop();
  });

  it("that changed while disconnected are known again before anything is routed", async () => {
    const h = await ready(startNotifier());
    h.cluster.setDown(true);
    h.cluster.setRule({ name: "all" });
    h.cluster.create({ id: "r1" });
    h.cluster.setDown(false);
    await h.clock.advance(10_000);
    expect(places(h, "r1")).toEqual(["rule-room"]);
    await h.stop();
  });

  it("are listed again after a reconnect before a request that arrives right then is routed", async () => {
    const h = await ready(startNotifier());
    h.cluster.setDown(true);
    h.cluster.setRule({ name: "all" });
    h.cluster.setDown(false);
    h.cluster.before = async (method) => {
      // The watch has begun, and its events overtake the listing.
      if (method !== "listAccessMonitoringRules") return;
      h.cluster.before = undefined;
      h.cluster.create({ id: "r1" });
      await new Promise<void>((resolve) => h.clock.after(500, resolve));
    };
    await h.clock.advance(10_000);
    expect(places(h, "r1")).toEqual(["rule-room"]);
    await h.stop();
  });

  it("that cannot be listed for a minute have to do as they are known", async () => {
    const h = await ready(startNotifier());
    h.cluster.setRule({ name: "all" });
    await h.clock.advance(100);
    h.cluster.before = (method) => {
      if (method === "listAccessMonitoringRules") throw new PluginError("unavailable", "no rules today");
    };
    h.cluster.endWatches();
    await h.clock.advance(10_000);
    h.cluster.create({ id: "r1" });
    await h.clock.advance(30_000);
    expect(places(h, "r1")).toEqual([]);
    await h.clock.advance(90_000);
    expect(places(h, "r1")).toEqual(["rule-room"]);
    expect(h.notifier.status()).toMatchObject({ ready: false, problems: [expect.stringContaining("no rules today")] });
    h.cluster.before = undefined;
    await h.clock.advance(6 * 60_000);
    expect(h.notifier.status().ready).toBe(true);
    await h.stop();
  });

  it("that may not be listed are off, which is said once with the verb", async () => {
    const h = startNotifier();
    h.cluster.setRule({ name: "all" });
    h.cluster.before = (method) => {
      if (method === "listAccessMonitoringRules") throw new PluginError("forbidden", "access denied");
    };
    await ready(h);
    h.cluster.endWatches();
    await h.clock.advance(10_000);
    h.cluster.create({ id: "r1" });
    await h.clock.advance(1_000);
    expect(places(h, "r1")).toEqual(["general"]);
    const warnings = h.lines.filter(({ level, message }) => level === "warn" && message.includes("Rules are off"));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.fields["fix"]).toContain("list and read on access_monitoring_rule");
    await h.stop();
  });

  it("look at the requester's traits, and only rules that need them suffer when they cannot be read", async () => {
    const seed = startNotifier();
    seed.cluster.setTraits("alice", { team: ["db"] });
    seed.cluster.setRule({ name: "by-team", condition: `user.traits["team"].contains("db")` });
    const h = await ready(seed);
    h.cluster.create({ id: "known", user: "alice" });
    h.cluster.create({ id: "unknown", user: "mallory" });
    await h.clock.advance(1_000);
    expect(places(h, "known")).toEqual(["rule-room"]);
    expect(places(h, "unknown")).toEqual(["general"]);
    await h.stop();
  });

  it("look at the labels of requested resources, and only rules that need them suffer when they cannot be read", async () => {
    const seed = startNotifier();
    const resources = [{ cluster: "example.com", kind: "db", name: "n1" }];
    seed.cluster.setResource({ kind: "db", name: "n1" }, { labels: { env: "prod" } });
    seed.cluster.setRule({
      name: "by-label",
      condition: `access_request.spec.resource_labels_intersection["env"].contains("prod")`,
    });
    const h = await ready(seed);
    h.cluster.create({ id: "prod", resources });
    h.cluster.create({ id: "without" });
    await h.clock.advance(1_000);
    expect(h.cluster.countCalls("findResources")).toBe(1);
    h.cluster.before = (method) => {
      if (method === "findResources") throw new PluginError("forbidden", "access denied");
    };
    h.cluster.create({ id: "denied", resources });
    h.cluster.create({ id: "denied-too", resources });
    await h.clock.advance(1_000);
    expect(["prod", "without", "denied", "denied-too"].map((id) => places(h, id))).toEqual([
      ["rule-room"],
      ["general"],
      ["general"],
      ["general"],
    ]);
    expect(textsOf(h, "warn").filter((text) => text.startsWith("Missing permissions to read the labels"))).toHaveLength(
      1,
    );
    await h.stop();
  });

  it("wait for an answer that may still come: a decision is frozen", async () => {
    const seed = startNotifier();
    seed.cluster.setTraits("alice", { team: ["db"] });
    seed.cluster.setRule({ name: "by-team", condition: `user.traits["team"].contains("db")` });
    const h = await ready(seed);
    let failures = 2;
    h.cluster.before = (method) => {
      if (method === "getUserTraits" && failures-- > 0) throw new PluginError("unavailable", "down");
    };
    h.cluster.create({ id: "r1", user: "alice" });
    await h.clock.advance(10_000);
    expect(places(h, "r1")).toEqual(["rule-room"]);
    await h.stop();
  });

  it("wait a minute for an answer that never comes, then decide without it", async () => {
    const seed = startNotifier();
    seed.cluster.setTraits("alice", { team: ["db"] });
    seed.cluster.setRule({ name: "by-team", condition: `user.traits["team"].contains("db")` });
    const h = await ready(seed);
    h.cluster.before = (method) => {
      if (method === "getUserTraits") throw new PluginError("unavailable", "down");
    };
    h.cluster.create({ id: "r1", user: "alice" });
    await h.clock.advance(55_000);
    expect(places(h, "r1")).toEqual([]);
    await h.clock.advance(45_000);
    expect(places(h, "r1")).toEqual(["general"]);
    expect(textsOf(h, "warn").filter((text) => text.includes("deciding without it"))).toHaveLength(1);
    await h.stop();
  });

  it("fall through to the role map only when the platform knows none of their recipients", async () => {
    const seed = startNotifier();
    const recipients = (...names: string[]) => ({ notification: { name: "memory", recipients: names } });
    seed.cluster.setRule({
      name: "nobody",
      condition: `access_request.spec.user == "a"`,
      ...recipients("unknown-1", "unknown-2"),
    });
    seed.cluster.setRule({
      name: "half",
      condition: `access_request.spec.user == "b"`,
      ...recipients("unknown-1", "known"),
    });
    const h = await ready(seed);
    h.cluster.create({ id: "r1", user: "a" });
    h.cluster.create({ id: "r2", user: "b" });
    await h.clock.advance(2_000);
    expect(places(h, "r1")).toEqual(["general"]);
    expect(places(h, "r2")).toEqual(["known"]);
    await h.stop();
  });

  it("that are broken are reported once and stop nobody", async () => {
    const h = await ready(startNotifier());
    h.cluster.setRule({ name: "broken", condition: "access_request.spec.rolez" });
    h.cluster.create({ id: "r1" });
    h.cluster.create({ id: "r2" });
    await h.clock.advance(1_000);
    expect([places(h, "r1"), places(h, "r2")]).toEqual([["general"], ["general"]]);
    expect(textsOf(h, "warn").filter((text) => text.includes("broken"))).toHaveLength(1);
    await h.stop();
  });
});

describe("stopping", () => {
  it("ends in time although Teleport is gone and results cannot be stored", async () => {
    const h = await ready(startNotifier({ messenger: { latencyMs: 1_000 } }));
    h.cluster.create({ id: "r1" });
    await h.clock.advance(500);
    h.cluster.setDown(true);
    await h.clock.advance(1_500);
    await h.stop();
    expect(h.ended.value).toBe("ended");
    expect(h.clock.pendingTimers()).toBe(0);
  });

  it("leaves no timer behind when the client was refused", async () => {
    const h = await ready(startNotifier());
    h.messenger.before = () => {
      throw new PluginError("unauthenticated", "The token was revoked.");
    };
    h.cluster.create({ id: "r1" });
    await h.clock.advance(2_000);
    await h.stop();
    expect(h.clock.pendingTimers()).toBe(0);
  });

  it("does not wait for rules that never come", async () => {
    const h = startNotifier();
    h.cluster.before = (method) => {
      if (method === "listAccessMonitoringRules") throw new PluginError("unavailable", "down");
    };
    h.cluster.create({ id: "r1" });
    await h.clock.advance(2_000);
    const before = h.clock.monotonic();
    await h.stop();
    expect(h.clock.monotonic() - before).toBeLessThan(1_000);
  });

  it("finishes what is in flight, stores it and starts nothing new", async () => {
    const h = await ready(startNotifier({ messenger: { latencyMs: 300 } }));
    h.cluster.create({ id: "r1" });
    await h.clock.advance(400);
    const stopping = h.stop();
    h.cluster.create({ id: "r2" });
    await stopping;
    expect(h.ended.value).toBe("ended");
    expect(entryOf(h, "r1")["messages"]).toBe("general/m1");
    expect(h.messenger.statuses("r2")).toEqual({});
    expect(h.clock.pendingTimers()).toBe(0);
  });
});

describe("starting", () => {
  it("tries again, visibly, what may pass by itself", async () => {
    const seed = await ready(startNotifier());
    await seed.stop();
    seed.cluster.setDown(true);
    const h = startNotifier({ after: seed });
    await h.clock.advance(3_000);
    expect(textsOf(h, "warn")).toContain("Connecting to Teleport failed; trying again");
    h.cluster.setDown(false);
    await ready(h);
    await h.stop();
  });

  it("ends when the platform refuses the client", async () => {
    const seed = await ready(startNotifier());
    await seed.stop();
    seed.messenger.before = (method) => {
      if (method === "check") throw new PluginError("unauthenticated", "invalid_auth");
    };
    const h = startNotifier({ after: seed });
    await h.clock.advance(1_000);
    expect(h.ended.value).toMatchObject({ code: "unauthenticated" });
  });
});
