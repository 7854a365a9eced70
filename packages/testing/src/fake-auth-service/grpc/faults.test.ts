import { AuthService } from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { startTestCluster } from "../testing/test-cluster.ts";

const { ping, updatePluginData, getPluginData, listAccessRequests } = AuthService.method;

async function start() {
  const { auth, connect } = await startTestCluster();
  const plugin = await connect();
  const id = auth.createRequest();
  const write = (value: string) =>
    plugin.call(updatePluginData, { Kind: "access_request", Resource: id, Plugin: "slack", Set: { key: value } });
  return { auth, connect, plugin, id, write };
}

describe("barriers", () => {
  test("before: the work is not done until released", async () => {
    const { auth, id, write } = await start();
    const barrier = auth.faults.hold("UpdatePluginData", "before");
    const writing = write("1");
    expect(await barrier.reached()).toMatchObject({ method: "UpdatePluginData", caller: "access-plugin", subject: id });
    expect(auth.pluginData(id)).toEqual({});
    barrier.release();
    await writing;
    expect(auth.pluginData(id)).toEqual({ slack: { key: "1" } });
    await write("2");
  });

  test("after: the work is done, the answer waits", async () => {
    const { auth, id, write } = await start();
    const barrier = auth.faults.hold((call) => call.subject === id && call.method === "UpdatePluginData", "after");
    const writing = write("1");
    await barrier.reached();
    expect(auth.pluginData(id)).toEqual({ slack: { key: "1" } });
    barrier.release();
    await writing;
  });

  test("a client that goes while held before leaves nothing behind", async () => {
    const { auth, connect, id } = await start();
    const barrier = auth.faults.hold("UpdatePluginData", "before");
    const doomed = await connect();
    const params = { Kind: "access_request", Resource: id, Plugin: "slack", Set: { key: "1" } };
    const writing = doomed.call(updatePluginData, params).catch((error) => error.code);
    const call = await barrier.reached();
    auth.faults.dropConnections();
    expect(await writing).toBe(status.UNAVAILABLE);
    await auth.calls.until((one) => one === call && one.code === status.CANCELLED);
    expect(barrier.held).toEqual([]);
    expect(auth.pluginData(id)).toEqual({});
  });

  test("held calls go on one by one, in order", async () => {
    const { auth, id, write } = await start();
    const barrier = auth.faults.hold("UpdatePluginData", "before");
    const first = write("1");
    await barrier.reached();
    const second = write("2");
    await barrier.reached(2);
    barrier.releaseOne();
    await first;
    expect(auth.pluginData(id)).toEqual({ slack: { key: "1" } });
    barrier.releaseOne();
    await second;
    expect(auth.pluginData(id)).toEqual({ slack: { key: "2" } });
  });
});

describe("failures", () => {
  test("the next calls end with code and text, and nothing is done", async () => {
    const { auth, id, write } = await start();
    auth.faults.fail("UpdatePluginData", { code: status.UNAVAILABLE, text: "not now", times: 2 });
    for (const value of ["1", "2"]) {
      await expect(write(value)).rejects.toMatchObject({ code: status.UNAVAILABLE, message: "not now" });
    }
    expect(auth.pluginData(id)).toEqual({});
    await write("3");
  });

  test("executed: the work is done all the same", async () => {
    const { auth, id, write } = await start();
    auth.faults.fail("UpdatePluginData", { code: status.UNKNOWN, text: "lost", executed: true });
    await expect(write("1")).rejects.toMatchObject({ code: status.UNKNOWN, message: "lost" });
    expect(auth.pluginData(id)).toEqual({ slack: { key: "1" } });
  });

  test("others are not concerned, and clearing forgets", async () => {
    const { auth, plugin } = await start();
    auth.faults.fail("ListAccessRequests", { code: status.INTERNAL, text: "broken", times: 9 });
    await plugin.call(ping, {});
    await expect(plugin.call(listAccessRequests, {})).rejects.toMatchObject({ code: status.INTERNAL });
    auth.faults.clear();
    await plugin.call(listAccessRequests, {});
  });
});

test("delayed answers miss a deadline, and come again after it", async () => {
  const { auth, plugin } = await start();
  auth.faults.delay("Ping", 60_000);
  await expect(plugin.call(ping, {}, { timeoutMs: 50 })).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
  auth.faults.delay("Ping", 0);
  await plugin.call(ping, {});
});

describe("the journal", () => {
  test("knows every call: method, caller, subject, outcome", async () => {
    const { auth, connect, plugin, id, write } = await start();
    await write("1");
    await plugin.call(getPluginData, { Kind: "access_request", Resource: id });
    const bob = await connect("bob@example.com");
    const refused = bob.call(getPluginData, { Kind: "access_request", Resource: id });
    await expect(refused).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    expect(auth.calls.all.map(({ method, caller, subject, code }) => [method, caller, subject, code])).toEqual([
      ["UpdatePluginData", "access-plugin", id, status.OK],
      ["GetPluginData", "access-plugin", id, status.OK],
      ["GetPluginData", "bob@example.com", id, status.PERMISSION_DENIED],
    ]);
    expect(auth.calls.count("GetPluginData")).toBe(2);
    expect(auth.calls.count("GetPluginData", "access-plugin")).toBe(1);
    auth.calls.clear();
    expect([auth.calls.all, auth.calls.count("GetPluginData")]).toEqual([[], 0]);
  });

  test("waits for calls that come later", async () => {
    const { auth, plugin } = await start();
    const twice = auth.calls.untilCount("Ping", 2);
    await plugin.call(ping, {});
    await plugin.call(ping, {});
    await twice;
    await expect(auth.calls.untilCount("Ping", 3, 20)).rejects.toThrow("Waited 20 ms in vain for 3 calls of Ping.");
  });
});
