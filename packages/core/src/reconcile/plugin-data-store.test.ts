import { createFakeClock, createMemoryTeleport } from "@access-plugins/testing/doubles";
import { describe, expect, it } from "vitest";
import type { Call } from "../base/call.ts";
import { PluginError } from "../base/plugin-error.ts";
import { createRateLimiter } from "../base/rate-limiter.ts";
import type { PluginData } from "../teleport.ts";
import { createPluginDataStore } from "./plugin-data-store.ts";
import { leaseKey, stateKey } from "./record.ts";

const call: Call = { signal: new AbortController().signal, lane: "alice", mayStart: () => true };
const first: PluginData = { user: "alice", [stateKey]: "state 1", [leaseKey]: "holder.w1.8000" };
const second: PluginData = { ...first, messages: "C1/1", [stateKey]: "state 2", [leaseKey]: "holder.w2.8000" };

function start() {
  const teleport = createMemoryTeleport();
  const { cluster } = teleport;
  cluster.create({ id: "r1" });
  const store = createPluginDataStore(teleport, "memory", createRateLimiter({ clock: createFakeClock() }));
  const stored = () => cluster.pluginData("r1", "memory");
  return { cluster, store, stored };
}

describe("createPluginDataStore", () => {
  it("reads our own entry only", async () => {
    const { cluster, store } = start();
    cluster.setPluginData("r1", "other", { user: "theirs" });
    expect(await store.read("r1", call)).toBeUndefined();
    cluster.setPluginData("r1", "memory", first);
    expect(await store.read("r1", call)).toEqual(first);
  });

  it("writes a first record without reading", async () => {
    const { cluster, store, stored } = start();
    expect(await store.write("r1", undefined, first, call)).toEqual({ outcome: "written", data: first });
    expect(stored()).toEqual(first);
    expect(cluster.countCalls("getPluginData")).toBe(0);
  });

  it("writes only what changes, keeps keys it does not know, and says what stands there then", async () => {
    const { cluster, store, stored } = start();
    const before = { ...first, request_kind: "SHORT_TERM", channel_id: "C0" };
    cluster.setPluginData("r1", "memory", before);
    const { data } = await store.write("r1", before, second, call);
    expect(data).toEqual({ ...second, request_kind: "SHORT_TERM", channel_id: "C0" });
    expect(stored()).toEqual(data);
    const [update] = cluster.calls.filter(({ method }) => method === "updatePluginData");
    expect(update).toBeDefined();
  });

  it("never writes over an entry that appeared in between", async () => {
    const { cluster, store, stored } = start();
    cluster.setPluginData("r1", "memory", { user: "alice", roles: "editor" });
    const official = stored();
    expect(await store.write("r1", undefined, first, call)).toEqual({ outcome: "changed", data: official });
    expect(stored()).toEqual(official);
  });

  it.each([
    ["messages", "C9/9"],
    ["resolution", "DENIED"],
    ["reviews_count", "3"],
    [leaseKey, "other.w9.8000"],
    [stateKey, "state of another"],
  ])("never writes when %s changed in between, and says what stands there", async (key, value) => {
    const { cluster, store, stored } = start();
    cluster.setPluginData("r1", "memory", { ...first, [key]: value });
    const now = stored();
    expect(await store.write("r1", first, second, call)).toEqual({ outcome: "changed", data: now });
    expect(stored()).toEqual(now);
  });

  it("knows by its lease value that a write took place whose answer was lost", async () => {
    const { cluster, store, stored } = start();
    cluster.after = (method) => {
      if (method === "updatePluginData") throw new PluginError("timeout", "no answer", { ambiguous: true });
    };
    expect(await store.write("r1", undefined, first, call)).toEqual({ outcome: "written", data: stored() });
    expect(stored()).toEqual(first);
  });

  it("knows as well that it did not take place", async () => {
    const { cluster, store, stored } = start();
    cluster.before = (method) => {
      if (method === "updatePluginData") throw new PluginError("timeout", "no answer", { ambiguous: true });
    };
    expect(await store.write("r1", undefined, first, call)).toEqual({ outcome: "changed", data: undefined });
    expect(stored()).toBeUndefined();
  });

  it("takes a refused expectation for no verdict: a repeated call may have met its own first try", async () => {
    const { cluster, store, stored } = start();
    cluster.after = (method) => {
      if (method === "updatePluginData") throw new PluginError("conflict", 'expectations not met for field "user"');
    };
    expect(await store.write("r1", undefined, first, call)).toEqual({ outcome: "written", data: stored() });
  });

  it.each(["unavailable", "forbidden", "too_large", "not_found", "rate_limited"] as const)(
    "hands on %s, which says that nothing was written",
    async (code) => {
      const { cluster, store } = start();
      cluster.before = (method) => {
        if (method === "updatePluginData") throw new PluginError(code, "refused");
      };
      await expect(store.write("r1", undefined, first, call)).rejects.toMatchObject({ code });
      expect(cluster.countCalls("getPluginData")).toBe(0);
    },
  );

  it("hands on what keeps it from reading after an open end: the next write will find out", async () => {
    const { cluster, store } = start();
    cluster.after = () => {
      throw new PluginError("timeout", "no answer", { ambiguous: true });
    };
    await expect(store.write("r1", undefined, first, call)).rejects.toMatchObject({ code: "timeout" });
    cluster.after = undefined;
    expect(await store.write("r1", undefined, second, call)).toEqual({ outcome: "changed", data: first });
  });
});
