import type { FakeHttpProxy, FakeHttpProxyOptions } from "@access-plugins/testing";
import { describe, expect, test } from "vitest";
import { catchFault } from "../testing/catch-fault.ts";
import { startHttpProxy, startLoadBalancer, startProxy } from "../testing/proxied-cluster.ts";
import { startTestCluster, type TestCluster, untilAnswered } from "../testing/test-cluster.ts";
import { toHttpProxy } from "./http-proxy.ts";

const never = new AbortController().signal;
/** A name that only the HTTP proxies of these tests know: what runs on this machine is never called through them. */
const teleport = "teleport.example.com:443";

describe("everything goes through the HTTP proxy", () => {
  test("to the Auth Service itself", async () => {
    const cluster = await startTestCluster();
    const target = "auth.example.com:3025";
    const proxy = await startHttpProxy({ hosts: { [target]: cluster.auth.address } });
    await connect(cluster, proxy, target).ping(never);
    expect(proxy.targets).toEqual([target]);
    expect(cluster.log.lines).toContainEqual({
      level: "info",
      message: "Connected to Teleport",
      fields: { route: "direct", target: `${target} through the HTTP proxy ${new URL(proxy.url).host}`, failed: [] },
    });
  });

  test("to a Proxy with TLS routing, its web API and the probe included", async () => {
    const { cluster, proxy, webAuthorities } = await startProxied();
    await connect(cluster, proxy, teleport, { webAuthorities }).ping(never);
    expect(new Set(proxy.targets)).toEqual(new Set([teleport]));
  });

  test("to a load balancer, and upgrades the connection there", async () => {
    const cluster = await startTestCluster();
    const balancer = await startLoadBalancer(await startProxy(cluster), { publicAddr: teleport });
    const proxy = await startHttpProxy({ hosts: { [teleport]: balancer.address } });
    const client = connect(cluster, proxy, teleport, { webAuthorities: [balancer.webAuthorityPem] });
    await client.ping(never);
    expect(balancer.requests).toContain("/webapi/connectionupgrade");
    client.close();
    await expect.poll(() => [proxy.openSockets, balancer.openSockets], { timeout: 4_000 }).toEqual([0, 0]);
  });

  test("to an IPv6 address, which stands in brackets", async () => {
    const cluster = await startTestCluster();
    const target = "[2001:db8::7]:3025";
    const proxy = await startHttpProxy({ hosts: { [target]: cluster.auth.address } });
    await connect(cluster, proxy, target).ping(never);
    expect(proxy.targets).toEqual([target]);
  });

  test("again after a cut", async () => {
    const { cluster, proxy, webAuthorities } = await startProxied();
    const client = connect(cluster, proxy, teleport, { webAuthorities });
    await client.ping(never);
    cluster.auth.faults.dropConnections();
    await untilAnswered(client);
  });
});

test("a proxy that is spoken to over TLS, with credentials", async () => {
  const { cluster, proxy, webAuthorities } = await startProxied({ secure: true, credentials: "wör ker:p@ss:word" });
  const url = proxy.url.replace("//", "//w%C3%B6r%20ker:p%40ss:word@");
  const client = connect(cluster, { url }, teleport, { webAuthorities: [...webAuthorities, proxy.webAuthorityPem] });
  expect(await client.ping(never)).toMatchObject({ clusterName: "example.com" });
});

describe("what runs on this machine and what NO_PROXY names is called directly:", () => {
  test("this machine", async () => {
    const cluster = await startTestCluster();
    const proxy = await startHttpProxy();
    await connect(cluster, proxy, cluster.auth.address).ping(never);
    expect(proxy.targets).toEqual([]);
  });

  test("a name of the list", async () => {
    const cluster = await startTestCluster();
    const proxy = await startHttpProxy();
    const fault = await catchFault(() =>
      connect(cluster, proxy, "teleport.invalid:3025", { none: ".invalid" }).ping(never),
    );
    expect(fault.message).toContain("the host name");
    expect(proxy.targets).toEqual([]);
  });
});

describe("a proxy that does not do it is named with the fix, and without its password:", () => {
  test.each<[string, FakeHttpProxyOptions, string, string, string]>([
    [
      "wrong credentials",
      { credentials: "a:b" },
      "invalid_config",
      "it wants other credentials (HTTP 407)",
      "HTTPS_PROXY",
    ],
    ["a forbidden target", { refuseWith: 403 }, "invalid_config", "(HTTP 403)", "allow CONNECT"],
    ["a target it does not reach", { refuseWith: 502 }, "unavailable", "(HTTP 502)", "proxy's own log"],
  ])("%s", async (_, options, code, text, fix) => {
    const cluster = await startTestCluster();
    const proxy = await startHttpProxy(options);
    const url = proxy.url.replace("//", "//worker:hunter22@");
    const fault = await catchFault(() => connect(cluster, { url }, "auth.example.com:3025").ping(never));
    expect(fault.code).toBe(code);
    expect(fault.message).toContain(`through the HTTP proxy ${new URL(proxy.url).host}): the HTTP proxy: `);
    expect(fault.message).toContain(text);
    expect(fault.fix).toContain(fix);
    expect(JSON.stringify([fault, fault.cause, fault.stack])).not.toMatch(/hunter22|d29ya2VyOmh1bnRlcjIy/u);
    await expect.poll(() => proxy.openSockets, { timeout: 4_000 }).toBe(0);
  });

  test("one that is not there", async () => {
    const cluster = await startTestCluster();
    const fault = await catchFault(() =>
      connect(cluster, { url: "http://[::1]:1" }, "auth.example.com:3025").ping(never),
    );
    expect(fault.code).toBe("unavailable");
    expect(fault.message).toContain(
      "through the HTTP proxy [::1]:1): the HTTP proxy: the connection was refused (ECONNREFUSED)",
    );
    expect(fault.fix).toContain("HTTPS_PROXY");
  });

  test("one whose certificate is not trusted", async () => {
    const cluster = await startTestCluster();
    const proxy = await startHttpProxy({ secure: true });
    const fault = await catchFault(() => connect(cluster, proxy, "auth.example.com:3025").ping(never));
    expect(fault).toMatchObject({ code: "unauthenticated", reason: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
    expect(proxy.targets).toEqual([]);
  });
});

test.each([
  ["http://squid:3128", { host: "squid", port: 3128, secure: false, authorization: undefined }],
  ["http://squid", { host: "squid", port: 80, secure: false, authorization: undefined }],
  ["https://squid", { host: "squid", port: 443, secure: true, authorization: undefined }],
  ["http://[::1]:3128", { host: "::1", port: 3128, secure: false, authorization: undefined }],
  ["http://u:p@squid", { host: "squid", port: 80, secure: false, authorization: "Basic dTpw" }],
  ["http://u@squid", { host: "squid", port: 80, secure: false, authorization: "Basic dTo=" }],
])("%s is read", (text, proxy) => {
  expect(toHttpProxy(text)).toEqual(proxy);
});

async function startProxied(options: FakeHttpProxyOptions = {}) {
  const cluster = await startTestCluster();
  const { address, webAuthorityPem } = await startProxy(cluster, { publicAddr: teleport });
  const proxy = await startHttpProxy({ hosts: { [teleport]: address }, ...options });
  return { cluster, proxy, webAuthorities: [webAuthorityPem] };
}

function connect(
  cluster: TestCluster,
  { url }: Pick<FakeHttpProxy, "url">,
  addr: string,
  { none = "", webAuthorities = [] as readonly string[] } = {},
) {
  return cluster.createClient({ addr }, { proxy: { http: "", https: url, none }, webAuthorities });
}
