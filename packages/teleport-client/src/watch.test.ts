import { readFileSync, writeFileSync } from "node:fs";
import type { TeleportClient, WatchEvent, WatchKind } from "@access-plugins/core";
import { createFakeClock } from "@access-plugins/testing";
import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, onTestFinished, test } from "vitest";
import { EventSchema, Operation } from "./gen/teleport/legacy/client/proto/authservice_pb.ts";
import { catchFault } from "./testing/catch-fault.ts";
import { sendMessage, startRawServer } from "./testing/raw-server.ts";
import { startTestCluster } from "./testing/test-cluster.ts";

const both: readonly WatchKind[] = ["access_request", "access_monitoring_rule"];

describe("a watch", () => {
  test("begins with the confirmed kinds, then tells what happens", async () => {
    const { auth, createClient } = await startTestCluster();
    const watch = open(createClient());
    expect(await watch.next()).toEqual({ type: "init", confirmed: both });
    const id = auth.createRequest();
    expect(await watch.next()).toMatchObject({
      type: "put",
      kind: "access_request",
      request: { id, state: "pending" },
    });
    auth.review(id);
    expect(await watch.next()).toMatchObject({ type: "put", request: { id, state: "approved" } });
    auth.deleteRequest(id);
    expect(await watch.next()).toEqual({ type: "delete", kind: "access_request", name: id });
  });

  test("tells rules by name", async () => {
    const { auth, createClient } = await startTestCluster();
    const watch = open(createClient());
    await watch.next();
    auth.monitoringRules.set({ name: "on-call", subjects: ["access_request"], condition: "true" });
    expect(await watch.next()).toMatchObject({
      type: "put",
      kind: "access_monitoring_rule",
      rule: { name: "on-call", subjects: ["access_request"], condition: "true" },
    });
    auth.monitoringRules.delete("on-call");
    expect(await watch.next()).toEqual({ type: "delete", kind: "access_monitoring_rule", name: "on-call" });
  });

  test("leaves out kinds that are refused", async () => {
    const { createClient } = await startTestCluster({
      roles: [{ name: "access-plugin", allow: { rules: [{ resources: ["access_request"], verbs: ["read"] }] } }],
    });
    expect(await open(createClient()).next()).toEqual({ type: "init", confirmed: ["access_request"] });
  });

  test("leaves out kinds that an old server does not know", async () => {
    const { createClient } = await startTestCluster({ profile: 14 });
    expect(await open(createClient()).next()).toEqual({ type: "init", confirmed: ["access_request"] });
  });

  test("whose kinds are all refused is forbidden, with the rule to add", async () => {
    const { createClient } = await startTestCluster({ users: [{ name: "access-plugin", roles: ["access"] }] });
    const refused = await catchFault(() => open(createClient()).next());
    expect(refused).toMatchObject({ code: "forbidden", operation: "WatchEvents" });
    expect(refused.fix).toContain("access_request: [read]");
  });

  test("has a connection of its own, apart from calls and other watches", async () => {
    const { auth, createClient } = await startTestCluster();
    const client = createClient();
    await Promise.all([open(client).next(), open(client).next(), client.ping(never)]);
    expect(auth.faults.dropConnections()).toBe(3);
  });

  test("can be left, and the server sees it", async () => {
    const { auth, createClient } = await startTestCluster();
    const watch = createClient().watch(both, never)[Symbol.asyncIterator]();
    await watch.next();
    expect(auth.watchCount()).toBe(1);
    await watch.return?.();
    await expect.poll(() => auth.watchCount()).toBe(0);
  });
});

describe("a watch ends", () => {
  test("with aborted when its signal aborts, while waiting and before", async () => {
    const { auth, createClient } = await startTestCluster();
    const stop = new AbortController();
    const watch = open(createClient(), stop.signal);
    await watch.next();
    const waiting = catchFault(() => watch.next());
    stop.abort();
    expect(await waiting).toMatchObject({ code: "aborted" });
    await expect.poll(() => auth.watchCount()).toBe(0);
    expect(await catchFault(() => open(createClient(), AbortSignal.abort()).next())).toMatchObject({ code: "aborted" });
  });

  test("with aborted when the client closes", async () => {
    const { createClient } = await startTestCluster();
    const client = createClient();
    const watch = open(client);
    await watch.next();
    const waiting = catchFault(() => watch.next());
    client.close();
    expect(await waiting).toMatchObject({ code: "aborted" });
  });

  test.each<[number, string]>([
    [2, "event fanout system reset"],
    [14, "going away"],
    [13, "stream terminated"],
    [8, "slow reader"],
  ])("with status %i (%s): worth another try", async (code, text) => {
    const { auth, createClient } = await startTestCluster();
    const watch = open(createClient());
    await watch.next();
    auth.faults.endWatches(code, text);
    const ended = await catchFault(() => watch.next());
    expect(ended.code).toBe("unavailable");
    expect(ended.message).toContain(text);
  });

  test("after the events that came before", async () => {
    const { auth, createClient } = await startTestCluster();
    const watch = open(createClient());
    await watch.next();
    const ids = [auth.createRequest(), auth.createRequest(), auth.createRequest()];
    auth.faults.endWatches(2, "event fanout system closed");
    for (const id of ids) expect(await watch.next()).toMatchObject({ request: { id } });
    expect(await catchFault(() => watch.next())).toMatchObject({ code: "unavailable" });
  });

  test("with unavailable when the connection is cut", async () => {
    const { auth, createClient } = await startTestCluster();
    const watch = open(createClient());
    await watch.next();
    auth.stop();
    expect(await catchFault(() => watch.next())).toMatchObject({ code: "unavailable", ambiguous: false });
  });

  test("with unavailable on GOAWAY, although the stream would linger", async () => {
    const cluster = await startTestCluster();
    const server = await startRawServer(cluster.auth, (stream) => sendMessage(stream, initBytes()));
    const watch = open(cluster.createClient({ addr: server.address }));
    await watch.next();
    const waiting = catchFault(() => watch.next());
    server.sessions[0]?.goaway(0, undefined, Buffer.from("graceful_stop"));
    const ended = await waiting;
    expect(ended.code).toBe("unavailable");
    expect(ended.message).toContain("GOAWAY 0");
    await expect.poll(() => server.sessions[0]?.destroyed).toBe(true);
  });

  test("with unavailable within 30 s when the connection falls silent", async () => {
    const { auth, createClient } = await startTestCluster();
    const clock = createFakeClock(new Date());
    const watch = open(createClient({}, { clock }));
    await watch.next();
    const silentAt = clock.monotonic();
    const waiting = catchFault(() => watch.next());
    expect(auth.faults.silenceConnections()).toBe(1);
    await clock.advance(10_000);
    await clock.advance(5_000);
    const ended = await waiting;
    expect(ended).toMatchObject({ code: "unavailable", fix: expect.stringContaining("network") });
    expect(ended.message).toContain("nothing came back");
    expect(clock.monotonic() - silentAt).toBeLessThanOrEqual(30_000);
  });

  test("by silence takes the connection of the calls along: the next call does not wait for its deadline", async () => {
    const { auth, createClient, log } = await startTestCluster();
    const clock = createFakeClock(new Date());
    const client = createClient({}, { clock });
    const watch = open(client);
    await watch.next();
    await client.ping(never);
    const waiting = catchFault(() => watch.next());
    expect(auth.faults.silenceConnections()).toBe(2);
    await clock.advance(10_000);
    await clock.advance(5_000);
    await waiting;
    await expect(client.ping(never)).resolves.toMatchObject({ clusterName: "example.com" });
    expect(log.lines.filter((line) => line.message.startsWith("Connected"))).toHaveLength(3);
  });

  test("by silence leaves a connection alone that has answered meanwhile", async () => {
    const { auth, createClient, log } = await startTestCluster();
    const clock = createFakeClock(new Date());
    const client = createClient({}, { clock });
    const watch = open(client);
    await watch.next();
    const waiting = catchFault(() => watch.next());
    expect(auth.faults.silenceConnections()).toBe(1);
    await clock.advance(10_000);
    await clock.advance(1_000);
    await client.ping(never);
    await clock.advance(4_000);
    await waiting;
    await client.ping(never);
    expect(log.lines.filter((line) => line.message.startsWith("Connected"))).toHaveLength(2);
  });

  test("with unavailable when INIT does not come within 15 s", async () => {
    const { auth, createClient } = await startTestCluster();
    const clock = createFakeClock(new Date());
    const held = auth.faults.hold("WatchEvents", "before");
    const waiting = catchFault(() => open(createClient({}, { clock })).next());
    await held.reached();
    await clock.advance(14_999);
    await clock.advance(1);
    expect(await waiting).toMatchObject({ code: "unavailable", message: expect.stringContaining("within 15 s") });
  });

  test("with unavailable when it begins with something else than INIT", async () => {
    const cluster = await startTestCluster();
    const put = create(EventSchema, { Type: Operation.PUT });
    const server = await startRawServer(cluster.auth, (stream) => sendMessage(stream, toBinary(EventSchema, put)));
    const ended = await catchFault(() => open(cluster.createClient({ addr: server.address })).next());
    expect(ended).toMatchObject({ code: "unavailable", message: expect.stringContaining("INIT") });
  });
});

describe("a watch goes on", () => {
  test("past events whose content it does not know", async () => {
    const cluster = await startTestCluster();
    const unknown = Uint8Array.of(8, 1, 0xfa, 0x3e, 2, 8, 1);
    const server = await startRawServer(cluster.auth, (stream, path) => {
      if (!path.endsWith("/WatchEvents")) return;
      for (const bytes of [initBytes(), unknown, fixture("event_put_access_request")]) sendMessage(stream, bytes);
    });
    const watch = open(cluster.createClient({ addr: server.address }));
    await watch.next();
    expect(await watch.next()).toMatchObject({ type: "put", kind: "access_request" });
  });

  test("without a status in INIT: such a server accepted all kinds", async () => {
    const cluster = await startTestCluster();
    const server = await startRawServer(cluster.auth, (stream) => sendMessage(stream, new Uint8Array()));
    const watch = open(cluster.createClient({ addr: server.address }));
    expect(await watch.next()).toEqual({ type: "init", confirmed: both });
  });

  test("while probes are answered, be it with errors", async () => {
    const { auth, createClient } = await startTestCluster();
    const clock = createFakeClock(new Date());
    const watch = open(createClient({}, { clock }));
    await watch.next();
    auth.faults.fail("Ping", { code: 2, text: "something is wrong" });
    await clock.advance(10_000);
    await auth.calls.until((call) => call.method === "Ping" && call.code !== undefined);
    await clock.settle();
    for (let probes = 2; probes < 5; probes += 1) {
      await clock.advance(10_000);
      await auth.calls.until(() => auth.calls.count("Ping") >= probes);
      await clock.settle();
    }
    const id = auth.createRequest();
    expect(await watch.next()).toMatchObject({ request: { id } });
  });

  test("when a probe is late but something else arrived meanwhile", async () => {
    const { auth, createClient } = await startTestCluster();
    const clock = createFakeClock(new Date());
    const watch = open(createClient({}, { clock }));
    await watch.next();
    const held = auth.faults.hold("Ping", "before");
    await clock.advance(10_000);
    await held.reached();
    await clock.advance(1_000);
    const id = auth.createRequest();
    expect(await watch.next()).toMatchObject({ request: { id } });
    await clock.advance(4_000);
    auth.review(id);
    expect(await watch.next()).toMatchObject({ request: { id, state: "approved" } });
  });
});

describe("renewed credentials", () => {
  test("are told once, the old watch goes on until it is left, the new one logs in anew", async () => {
    const { auth, createClient, identityPath } = await startTestCluster({
      users: [{ name: "second", roles: ["access-plugin"] }],
    });
    const client = createClient({ refreshIntervalMs: 20 });
    const watch = open(client);
    await watch.next();
    writeFileSync(identityPath, await auth.identityFile("second"));
    expect(await watch.next()).toEqual({ type: "superseded" });
    writeFileSync(identityPath, await auth.identityFile("second"));
    const next = open(client);
    await next.next();
    expect([auth.watchCount("access-plugin"), auth.watchCount("second")]).toEqual([1, 1]);
    const id = auth.createRequest();
    expect(await watch.next()).toMatchObject({ type: "put", request: { id } });
  });

  test("that come while the watch is being opened are told right after INIT", async () => {
    const { auth, createClient, identityPath } = await startTestCluster();
    const client = createClient({ refreshIntervalMs: 20 });
    const held = auth.faults.hold("WatchEvents", "before");
    const watch = open(client);
    const init = watch.next();
    await held.reached();
    const before = client.credentialStatus().expiresAt;
    writeFileSync(identityPath, await auth.identityFile(undefined, { validUntil: new Date(Date.now() + 7_200_000) }));
    await expect.poll(() => client.credentialStatus().expiresAt).not.toEqual(before);
    held.release();
    expect(await init).toMatchObject({ type: "init" });
    expect(await watch.next()).toEqual({ type: "superseded" });
  });
});

const never = new AbortController().signal;

/** A watch whose events are taken one by one; left when the test ends. */
function open(client: TeleportClient, signal = never): { next(): Promise<WatchEvent> } {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const events = client.watch(both, AbortSignal.any([signal, stop.signal]))[Symbol.asyncIterator]();
  return {
    async next() {
      const { done, value } = await events.next();
      if (done) throw new Error("the watch ended without an error");
      return value;
    },
  };
}

function initBytes(): Uint8Array {
  return fixture("event_init");
}

function fixture(name: string): Uint8Array {
  return readFileSync(new URL(`./fixtures/${name}.bin`, import.meta.url));
}
