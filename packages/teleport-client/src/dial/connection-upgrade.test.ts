import type { FakeLoadBalancer, FakeProxyOptions } from "@access-plugins/testing";
import { describe, expect, test } from "vitest";
import type { TeleportClientDeps } from "../client.ts";
import { catchFault } from "../testing/catch-fault.ts";
import { startLoadBalancer, startProxy } from "../testing/proxied-cluster.ts";
import { startTestCluster, type TestCluster, untilAnswered } from "../testing/test-cluster.ts";

const never = new AbortController().signal;

describe("a load balancer that takes TLS apart is passed by a connection upgrade:", () => {
  test.each(["none", "alert"] as const)("one that answers unknown protocols with %s", async (alpn) => {
    const cluster = await startTestCluster();
    const proxy = await startProxy(cluster);
    const balancer = await startLoadBalancer(proxy, { alpn });
    expect(await connect(cluster, balancer).ping(never)).toMatchObject({ clusterName: "example.com" });
    expect(balancer.requests).toContain("/webapi/connectionupgrade");
    expect(proxy.routes.at(-1)).toMatchObject({
      to: "auth",
      upgrade: "web socket",
      serverName: "teleport.cluster.local",
      alpn: ["teleport-auth@6578616d706c652e636f6d.teleport.cluster.local", "h2"],
    });
    expect(cluster.log.lines).toContainEqual({
      level: "info",
      message: "Connected to Teleport",
      fields: expect.objectContaining({ route: "connection upgrade", target: balancer.address }),
    });
  });

  test("in front of a Proxy that knows no web sockets", async () => {
    const { cluster, balancer, proxy } = await startBalanced({ profile: 14 });
    expect(await connect(cluster, balancer).ping(never)).toMatchObject({ clusterName: "example.com" });
    expect(proxy.routes.at(-1)).toMatchObject({ to: "auth", upgrade: "legacy" });
  });

  test.each([18, 14] as const)("pings of version %i between the bytes change nothing", async (profile) => {
    const { cluster, balancer } = await startBalanced({ profile, upgradePingMs: 1 });
    const client = connect(cluster, balancer);
    for (let count = 0; count < 20; count += 1) await client.ping(never);
  });

  test("large answers arrive whole", async () => {
    const { cluster, balancer } = await startBalanced();
    const reason = "x".repeat(4_000);
    for (let count = 0; count < 300; count += 1) {
      await cluster.auth.createRequest({ user: "alice@example.com", roles: ["editor"], reason });
    }
    const client = connect(cluster, balancer);
    const reasons: number[] = [];
    for await (const page of client.listAccessRequests(never)) reasons.push(...page.map((one) => one.reason.length));
    expect(reasons).toHaveLength(300);
    expect(new Set(reasons)).toEqual(new Set([reason.length]));
  });

  test("a connection that is cut leads to the same way again, without another probe", async () => {
    const { cluster, balancer, proxy } = await startBalanced();
    const client = connect(cluster, balancer);
    await client.ping(never);
    const [requests, routes] = [balancer.requests.length, proxy.routes.length];
    cluster.auth.faults.dropConnections();
    await untilAnswered(client);
    expect(balancer.requests.slice(requests)).toEqual(["/webapi/connectionupgrade"]);
    expect(proxy.routes.slice(routes).map(({ to }) => to)).toEqual(["web", "auth"]);
  });

  test.each([18, 14] as const)("closing the client leaves no socket behind, version %i", async (profile) => {
    const { cluster, balancer, proxy } = await startBalanced({ profile });
    const client = connect(cluster, balancer);
    await client.ping(never);
    expect(balancer.openSockets).toBeGreaterThan(0);
    client.close();
    await expect.poll(() => [balancer.openSockets, proxy.openSockets], { timeout: 4_000 }).toEqual([0, 0]);
  });
});

describe("what an operator says about it holds:", () => {
  test("an upgrade without a load balancer", async () => {
    const cluster = await startTestCluster();
    const proxy = await startProxy(cluster);
    const asked: string[] = [];
    const connectionUpgrade = (address: string) => {
      asked.push(address);
      return true;
    };
    await connect(cluster, proxy, { connectionUpgrade }).ping(never);
    expect(new Set(asked)).toEqual(new Set([proxy.address]));
    expect(proxy.routes.at(-1)).toMatchObject({ to: "auth", upgrade: "web socket" });
  });

  test("no upgrade behind a load balancer", async () => {
    const { cluster, balancer } = await startBalanced();
    const fault = await catchFault(() => connect(cluster, balancer, { connectionUpgrade: () => false }).ping(never));
    expect(fault.message).toMatch(/TLS routing to .*: the server's certificate is not of the identity's cluster/u);
    expect(balancer.requests).not.toContain("/webapi/connectionupgrade");
  });
});

test("a load balancer that passes no upgrades on is named with the fix", async () => {
  const { cluster, balancer } = await startBalanced({}, { stripUpgrade: true });
  const fault = await catchFault(() => connect(cluster, balancer).ping(never));
  expect(fault.message).toMatch(
    /connection upgrade to .*: the connection upgrade was refused \(\/webapi\/connectionupgrade: HTTP 404\)\. Let the load balancer pass/u,
  );
});

async function startBalanced(options: Partial<FakeProxyOptions> = {}, balance: { stripUpgrade?: boolean } = {}) {
  const cluster = await startTestCluster();
  const proxy = await startProxy(cluster, options);
  return { cluster, proxy, balancer: await startLoadBalancer(proxy, balance) };
}

function connect(
  cluster: TestCluster,
  { address, webAuthorityPem }: Pick<FakeLoadBalancer, "address" | "webAuthorityPem">,
  deps: Partial<TeleportClientDeps> = {},
) {
  return cluster.createClient({ addr: address }, { webAuthorities: [webAuthorityPem], ...deps });
}
