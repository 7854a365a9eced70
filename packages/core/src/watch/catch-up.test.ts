import { createFakeClock, createMemoryTeleport } from "@access-plugins/testing/doubles";
import { describe, expect, it } from "vitest";
import { silentLog } from "../base/log.ts";
import { PluginError } from "../base/plugin-error.ts";
import { createMonitoringRules } from "../routing/monitoring-rules.ts";
import type { Role, TeleportClient } from "../teleport.ts";
import { createCatchUp } from "./catch-up.ts";
import { createRequestIndex } from "./request-index.ts";

const withoutList: Role = {
  name: "plugin",
  allow: { logins: [], rules: [{ resources: ["access_request"], verbs: ["read"], where: "" }] },
  deny: { logins: [], rules: [] },
};

function start(wrap: (teleport: TeleportClient) => TeleportClient = (teleport) => teleport) {
  const clock = createFakeClock();
  const teleport = createMemoryTeleport();
  const index = createRequestIndex(clock, (data) => data["lease"]);
  const marked: string[] = [];
  const catchUp = createCatchUp({
    teleport: wrap(teleport),
    pluginName: "memory",
    index,
    rules: createMonitoringRules({ pluginName: "memory", log: silentLog }),
    mark: (id) => marked.push(id),
    clock,
    log: silentLog,
  });
  const abort = new AbortController();
  const run = (stream: number) => catchUp.run(stream, abort.signal);
  const take = () => marked.splice(0).sort();
  const { cluster } = teleport;
  return { clock, cluster, index, run, take, abort };
}

const storedOf = (index: ReturnType<typeof start>["index"], id: string) => {
  const stored = index.source(id).stored();
  return stored === "unread" ? stored : stored.data;
};

describe("the start join", () => {
  it("reads everything of ours in one call and marks every request, also those that are gone", async () => {
    const { cluster, index, run, take } = start();
    cluster.create({ id: "r1" });
    cluster.create({ id: "r2", state: "approved" });
    cluster.setPluginData("r1", "memory", { messages: "a/1" });
    cluster.setPluginData("gone", "memory", { messages: "b/2" });
    cluster.setPluginData("r2", "other", { messages: "c/3" });
    expect(await run(1)).toBeUndefined();
    expect(take()).toEqual(["gone", "r1", "r2"]);
    expect(["r1", "r2", "gone"].map((id) => storedOf(index, id))).toEqual([
      { messages: "a/1" },
      undefined,
      { messages: "b/2" },
    ]);
    expect(cluster.countCalls("getPluginData")).toBe(0);
  });

  it("is not done again on a reconnect: only what changed is marked, and read again", async () => {
    const { cluster, index, run, take } = start();
    for (const id of ["r1", "r2"]) cluster.create({ id });
    await run(1);
    take();
    cluster.update("r2", { state: "approved" });
    await run(2);
    expect(take()).toEqual(["r2"]);
    expect([storedOf(index, "r1"), storedOf(index, "r2")]).toEqual([undefined, "unread"]);
    expect(cluster.countCalls("getAllPluginData")).toBe(1);
  });

  it("is done again after half an hour", async () => {
    const { clock, cluster, run } = start();
    await run(1);
    await clock.advance(30 * 60_000 - 1);
    await run(1);
    expect(cluster.countCalls("getAllPluginData")).toBe(1);
    await clock.advance(1);
    await run(1);
    expect(cluster.countCalls("getAllPluginData")).toBe(2);
  });

  it("falls back to one read for each request when the one answer is too large", async () => {
    const { cluster, index, run, take } = start();
    cluster.create({ id: "r1" });
    cluster.before = (method) => {
      if (method === "getAllPluginData") throw new PluginError("too_large", "answer over the limit");
    };
    expect(await run(1)).toBeUndefined();
    expect([take(), storedOf(index, "r1")]).toEqual([["r1"], "unread"]);
  });

  it("fails with what else keeps it from reading, and is then still to be done", async () => {
    const { cluster, run, take } = start();
    cluster.create({ id: "r1" });
    cluster.before = (method) => {
      if (method === "getAllPluginData") throw new PluginError("unavailable", "down");
    };
    await expect(run(1)).rejects.toMatchObject({ code: "unavailable" });
    expect(take()).toEqual([]);
    cluster.before = undefined;
    await run(1);
    expect(take()).toEqual(["r1"]);
  });

  it("does not forget what a session stored while the answer was on its way", async () => {
    const { cluster, index, run } = start();
    cluster.create({ id: "r1" });
    const answer = Promise.withResolvers<void>();
    cluster.after = (method) => (method === "getAllPluginData" ? answer.promise : undefined);
    const running = run(1);
    await new Promise((resolve) => setImmediate(resolve));
    index.source("r1").remember({ messages: "posted/1" });
    answer.resolve();
    await running;
    expect(storedOf(index, "r1")).toEqual({ messages: "posted/1" });
  });
});

describe("a listing that breaks off", () => {
  it("loses nothing that its first pages have shown to differ", async () => {
    const pages = { failing: false };
    const { cluster, run, take } = start((teleport) => ({
      ...teleport,
      async *listAccessRequests(signal) {
        yield* teleport.listAccessRequests(signal);
        if (pages.failing) throw new PluginError("unavailable", "the second page never came");
      },
    }));
    cluster.create({ id: "r1" });
    await run(1);
    take();
    cluster.update("r1", { state: "approved" });
    pages.failing = true;
    await expect(run(2)).rejects.toMatchObject({ code: "unavailable" });
    pages.failing = false;
    await run(2);
    expect(take()).toEqual(["r1"]);
  });
});

describe("a request that is no longer listed", () => {
  async function vanished() {
    const all = start();
    all.cluster.create({ id: "r1" });
    await all.run(1);
    all.take();
    all.cluster.delete("r1");
    return all;
  }

  it("is gone after two looks ten seconds apart", async () => {
    const { clock, index, run, take, cluster } = await vanished();
    await run(2);
    await clock.advance(9_999);
    expect([take(), index.isGone("r1")]).toEqual([[], false]);
    await clock.advance(1);
    expect([take(), index.source("r1").view()?.gone]).toEqual([["r1"], "closed"]);
    expect(cluster.countCalls("getAccessRequest")).toBe(2);
  });

  it("is not gone when the second look finds it", async () => {
    const { clock, cluster, index, run } = await vanished();
    await run(2);
    await clock.settle();
    cluster.create({ id: "r1" });
    await clock.advance(20_000);
    expect(index.isGone("r1")).toBe(false);
  });

  it("proves nothing without the permission to see everything, before or after", async () => {
    const { clock, cluster, index, run } = await vanished();
    cluster.setRoles([withoutList]);
    expect(await run(2)).toContain("lacks the verb list");
    await clock.advance(20_000);
    expect(index.isGone("r1")).toBe(false);
    const second = await vanished();
    await second.run(2);
    await second.clock.settle();
    second.cluster.setRoles([withoutList]);
    await second.clock.advance(20_000);
    expect(second.index.isGone("r1")).toBe(false);
  });

  it("proves nothing where Teleport does not tell our roles, and that is no reason to be unready", async () => {
    const { clock, cluster, index, run, take } = await vanished();
    cluster.before = (method) => {
      if (method === "getOwnRoles") throw new PluginError("not_implemented", "unknown method");
    };
    cluster.create({ id: "r2" });
    expect(await run(2)).toBeUndefined();
    await clock.advance(20_000);
    expect([take(), index.isGone("r1")]).toEqual([["r2"], false]);
  });

  it("is left to its own event when the stream has had one about it", async () => {
    const { clock, cluster, index, run } = await vanished();
    index.delete("r1", 2);
    await run(2);
    await clock.advance(20_000);
    expect([index.source("r1").view()?.gone, cluster.countCalls("getAccessRequest")]).toEqual(["closed", 0]);
  });

  it("that was dealt with and forgotten between the two looks stays forgotten", async () => {
    const { clock, index, run, take } = await vanished();
    await run(2);
    await clock.advance(5_000);
    index.forget("r1");
    await clock.advance(20_000);
    expect([take(), index.has("r1")]).toEqual([[], false]);
  });

  it("is not looked for any more when the watch ends", async () => {
    const { clock, index, run, abort } = await vanished();
    await run(2);
    abort.abort();
    await clock.advance(20_000);
    expect([index.isGone("r1"), clock.pendingTimers()]).toEqual([false, 0]);
  });
});
