import { writeFileSync } from "node:fs";
import type { WatchEvent } from "@access-plugins/core";
import { createFakeClock, type FakeClock } from "@access-plugins/testing";
import { describe, expect, test } from "vitest";
import type { ClosableTeleportClient, TeleportClientConfig, TeleportClientDeps } from "./client.ts";
import { catchFault } from "./testing/catch-fault.ts";
import { startHttpProxy, startLoadBalancer, startProxy } from "./testing/proxied-cluster.ts";
import { startTestCluster, type TestCluster, untilAnswered } from "./testing/test-cluster.ts";

const never = new AbortController().signal;

/** A way to a cluster: where a client connects to, and how many sockets are open on it. */
interface Path {
  readonly addr: string;
  readonly deps?: Partial<TeleportClientDeps>;
  openSockets(): number;
}

const paths: Readonly<Record<string, (cluster: TestCluster) => Promise<Path>>> = {
  async "TLS routing"(cluster) {
    const proxy = await startProxy(cluster);
    return toPath(proxy);
  },
  async "connection upgrade (web socket)"(cluster) {
    return toPath(await startLoadBalancer(await startProxy(cluster)));
  },
  async "connection upgrade (before 15.1)"(cluster) {
    return toPath(await startLoadBalancer(await startProxy(cluster, { profile: 14 }), { alpn: "alert" }));
  },
  async "SSH tunnel"(cluster) {
    return toPath(await startProxy(cluster, { tlsRouting: false }));
  },
  async "SSH tunnel inside of TLS"(cluster) {
    return toPath(await startProxy(cluster, { refuseAuthRoute: true }));
  },
  async "HTTP proxy and TLS routing"(cluster) {
    const publicAddr = "teleport.example.com:443";
    const { address, webAuthorityPem } = await startProxy(cluster, { publicAddr });
    const httpProxy = await startHttpProxy({ hosts: { [publicAddr]: address } });
    const proxy = { http: "", https: httpProxy.url, none: "" };
    return {
      addr: publicAddr,
      deps: { webAuthorities: [webAuthorityPem], proxy },
      openSockets: () => httpProxy.openSockets,
    };
  },
};

describe.each(Object.entries(paths))("%s:", { timeout: 20_000 }, (_, start) => {
  test("calls and watches work, outlive a rotation of the authority, and leave no socket behind", async () => {
    const cluster = await startTestCluster();
    const { addr, deps, openSockets } = await start(cluster);
    const client = cluster.createClient({ addr, refreshIntervalMs: 20 }, deps);
    await client.ping(never);
    await deliver(client, cluster);

    await cluster.auth.rotateAuthority();
    writeFileSync(cluster.identityPath, await cluster.auth.identityFile());
    cluster.auth.finishRotation();
    cluster.auth.faults.dropConnections();
    await untilAnswered(client);
    await deliver(client, cluster);

    client.close();
    await expect.poll(openSockets, { timeout: 4_000 }).toBe(0);
  });

  test("a connection that fell silent ends the watch", async () => {
    const cluster = await startTestCluster();
    const { addr, deps } = await start(cluster);
    const clock = createFakeClock(new Date());
    const client = await connectWith(cluster, { addr }, { ...deps, clock });
    const watch = client.watch(["access_request"], never)[Symbol.asyncIterator]();
    await watch.next();
    cluster.auth.faults.silenceConnections();
    const ended = catchFault(() => watch.next());
    await clock.advance(15_000);
    expect(await ended).toMatchObject({ code: "unavailable", message: expect.stringContaining("nothing came back") });
  });
});

/** Some ways are found only after a moment: time passes slower than it really does, so that no limit is reached. */
async function connectWith(
  cluster: TestCluster,
  config: Partial<TeleportClientConfig>,
  deps: Partial<TeleportClientDeps> & { clock: FakeClock },
): Promise<ClosableTeleportClient> {
  const client = cluster.createClient(config, deps);
  let answered = false;
  const call = client.ping(never).then(() => {
    answered = true;
  });
  const passTime = async () => {
    await deps.clock.advance(10);
    return answered;
  };
  await expect.poll(passTime, { interval: 20, timeout: 4_000 }).toBe(true);
  await call;
  return client;
}

/** A request that is filed now arrives at a watch. */
async function deliver(client: ClosableTeleportClient, { auth }: TestCluster): Promise<void> {
  const stop = new AbortController();
  const events: WatchEvent[] = [];
  let id: string | undefined;
  for await (const event of client.watch(["access_request"], stop.signal)) {
    events.push(event);
    if (event.type === "init") id = auth.createRequest({ user: "alice@example.com", roles: ["editor"] });
    if (event.type === "put") break;
  }
  expect(JSON.stringify(events.at(-1))).toContain(id);
}

function toPath(server: { address: string; webAuthorityPem: string; readonly openSockets: number }): Path {
  return {
    addr: server.address,
    deps: { webAuthorities: [server.webAuthorityPem] },
    openSockets: () => server.openSockets,
  };
}
