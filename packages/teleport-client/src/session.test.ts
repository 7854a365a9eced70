import { createFakeClock, type FakeClock } from "@access-plugins/testing";
import { expect, test } from "vitest";
import { startAuthTls } from "./dial/route.ts";
import { openTcp } from "./dial/wire.ts";
import { loadCredentials } from "./identity.ts";
import { openSession, type Session } from "./session.ts";
import { catchFault } from "./testing/catch-fault.ts";
import { type RawServer, startRawServer } from "./testing/raw-server.ts";
import { startTestCluster, type TestCluster } from "./testing/test-cluster.ts";

const never = new AbortController().signal;
const plugin = "slack";

test("pings once a minute at the most, be it idle or not", async () => {
  const clock = createFakeClock(new Date());
  const cluster = await startTestCluster();
  const server = await startRawServer(cluster.auth, () => {});
  const session = await open(cluster, server.address, clock);
  const pings = countPings(server);
  await clock.advance(60_999);
  expect(pings()).toBe(0);
  await clock.advance(1);
  await expect.poll(pings).toBe(1);
  await expect.poll(() => clock.pendingTimers()).toBe(1);
  await clock.advance(61_000);
  await expect.poll(pings).toBe(2);
  expect(session.usable).toBe(true);
});

test("ends when a ping stays unanswered", async () => {
  const clock = createFakeClock(new Date());
  const cluster = await startTestCluster();
  const session = await open(cluster, cluster.auth.address, clock);
  cluster.auth.faults.silenceConnections();
  await clock.advance(61_000);
  expect(session.usable).toBe(true);
  await clock.advance(20_000);
  expect(session.usable).toBe(false);
  expect(await session.over).toMatchObject({ code: "unavailable", message: expect.stringContaining("PING") });
  expect(clock.pendingTimers()).toBe(0);
});

test("is not open before the server's SETTINGS", async () => {
  const cluster = await startTestCluster();
  const stop = new AbortController();
  const opening = catchFault(() => open(cluster, cluster.auth.address, createFakeClock(new Date()), stop.signal));
  stop.abort();
  expect(await opening).toMatchObject({ code: "aborted" });
});

test("that fell silent is left by the call after the one that noticed", async () => {
  const clock = createFakeClock(new Date());
  const { auth, createClient } = await startTestCluster();
  const client = createClient({}, { clock });
  await client.ping(never);
  await clock.advance(1_000);
  auth.faults.silenceConnections();
  const of = { kind: "access_request", resource: auth.createRequest(), plugin } as const;
  const write = catchFault(() => client.updatePluginData(of, { a: "1" }, { a: "" }, never));
  await clock.advance(10_000);
  expect(await write).toMatchObject({ code: "timeout", ambiguous: true, operation: "UpdatePluginData" });
  await expect(client.ping(never)).resolves.toMatchObject({ clusterName: "example.com" });
});

test("that answered something else meanwhile is kept", async () => {
  const clock = createFakeClock(new Date());
  const { auth, createClient, log } = await startTestCluster();
  const client = createClient({}, { clock });
  await client.ping(never);
  const held = auth.faults.hold("GetRole", "before");
  const slow = catchFault(() => client.getRole("editor", never));
  await held.reached();
  await clock.advance(5_000);
  await client.ping(never);
  await clock.advance(5_000);
  expect(await slow).toMatchObject({ code: "timeout", ambiguous: false });
  await client.ping(never);
  expect(log.lines.filter((line) => line.message.startsWith("Connected"))).toHaveLength(1);
});

async function open(cluster: TestCluster, address: string, clock: FakeClock, signal = never): Promise<Session> {
  const [host = "", port = ""] = address.split(":");
  const credentials = await loadCredentials({ identity: cluster.identityPath }, new Date(), never);
  const wire = await openTcp({ host, port: Number(port) }, never);
  return openSession(await startAuthTls(wire, credentials, [], never), clock, signal);
}

function countPings(server: RawServer): () => number {
  let pings = 0;
  for (const session of server.sessions) session.on("ping", () => (pings += 1));
  return () => pings;
}
