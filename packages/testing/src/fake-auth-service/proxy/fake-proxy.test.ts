import { once } from "node:events";
import { get } from "node:https";
import { text } from "node:stream/consumers";
import { connect } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { dialTls, untilEnd, untilSecure } from "../testing/raw-tls.ts";
import { startTestCluster } from "../testing/test-cluster.ts";
import { parseClientHello } from "./client-hello.ts";
import { createFakeProxy, type FakeProxyOptions } from "./fake-proxy.ts";

const HEX = "6578616d706c652e636f6d";

async function start(options: Partial<FakeProxyOptions> = {}) {
  const { auth } = await startTestCluster();
  const proxy = await createFakeProxy({ authAddress: auth.address, clusterName: auth.clusterName, ...options });
  onTestFinished(() => proxy.close());
  return { auth, proxy };
}

describe("routing", () => {
  test("teleport-auth@ for the cluster reaches Auth with TLS untouched", async () => {
    const { auth, proxy } = await start();
    const ALPNProtocols = [`teleport-auth@${HEX}.teleport.cluster.local`, "h2"];
    const socket = await untilSecure(dialTls(proxy.address, await auth.identity(), { ALPNProtocols }));
    expect([socket.authorized, socket.alpnProtocol]).toEqual([true, "h2"]);
    // The HTTP/2 settings come from Auth itself.
    await once(socket, "data");
    expect(proxy.routes).toEqual([{ serverName: "teleport.cluster.local", alpn: ALPNProtocols, to: "auth" }]);
  });

  test("another cluster is refused", async () => {
    const { auth, proxy } = await start();
    const ALPNProtocols = ["teleport-auth@6f6e65.teleport.cluster.local", "h2"];
    await untilEnd(dialTls(proxy.address, await auth.identity(), { ALPNProtocols }));
    expect(proxy.routes.map(({ to }) => to)).toEqual(["refused"]);
  });

  test("plain h2 meets the web certificate, which the cluster's authorities do not know", async () => {
    const { auth, proxy } = await start();
    const identity = await auth.identity();
    expect(await untilEnd(dialTls(proxy.address, identity))).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    const socket = await untilSecure(dialTls(proxy.address, identity, { rejectUnauthorized: false }));
    expect(socket.alpnProtocol).toBe("h2");
  });

  test("without TLS routing the route does not exist", async () => {
    const { auth, proxy } = await start({ tlsRouting: false });
    const ALPNProtocols = [`teleport-auth@${HEX}.teleport.cluster.local`, "h2"];
    await untilEnd(dialTls(proxy.address, await auth.identity(), { ALPNProtocols }));
    expect(proxy.routes.map(({ to }) => to)).toEqual(["web"]);
  });

  test("the probe for load balancers gets the protocol it asks for", async () => {
    const { proxy } = await start();
    const [host, port] = proxy.address.split(":");
    const ALPNProtocols = ["teleport-reversetunnel"];
    const socket = connect({
      host,
      port: Number(port),
      ca: proxy.webAuthorityPem,
      servername: "localhost",
      ALPNProtocols,
    });
    onTestFinished(() => void socket.destroy());
    await once(socket, "secureConnect");
    expect(socket.alpnProtocol).toBe("teleport-reversetunnel");
  });
});

describe("web API", () => {
  async function fetchJson(address: string, ca: string, path: string) {
    const request = get(`https://${address}${path}`, { ca, servername: "localhost", agent: false });
    const [response] = await once(request, "response");
    return { status: response.statusCode, body: JSON.parse(await text(response)) };
  }

  test("find and ping tell cluster, version, edition and routing; ping has auth as well", async () => {
    const { proxy } = await start({ publicAddr: "proxy.example.com:443", profile: 15, enterprise: false });
    const find = await fetchJson(proxy.address, proxy.webAuthorityPem, "/webapi/find?group=x");
    expect(find).toMatchObject({
      status: 200,
      body: {
        cluster_name: "example.com",
        server_version: "15.1.9",
        edition: "oss",
        proxy: { tls_routing_enabled: true, ssh: { public_addr: "proxy.example.com:443" } },
      },
    });
    expect(find.body).not.toHaveProperty("auth");
    expect((await fetchJson(proxy.address, proxy.webAuthorityPem, "/webapi/ping")).body).toMatchObject({
      ...find.body,
      auth: { type: "local" },
    });
  });

  test("other paths are not found", async () => {
    const { proxy } = await start();
    expect(await fetchJson(proxy.address, proxy.webAuthorityPem, "/v1/x")).toMatchObject({ status: 404 });
  });
});

describe("connection upgrade", () => {
  test.each([
    [18, "websocket, alpn-ping", 101, "websocket"],
    [18, "alpn-ping", 101, "alpn-ping"],
    [14, "websocket, alpn-ping", 101, "alpn-ping"],
    [14, "websocket", 404, undefined],
    [18, "something", 404, undefined],
  ] as const)("version %i answers the offer of %s with %i %s", async (profile, upgrade, status, chosen) => {
    const { proxy } = await start({ profile });
    const call = get(`https://${proxy.address}/webapi/connectionupgrade`, {
      ca: proxy.webAuthorityPem,
      servername: "localhost",
      agent: false,
      headers: {
        connection: "Upgrade",
        upgrade,
        "sec-websocket-version": "13",
        "sec-websocket-key": Buffer.alloc(16).toString("base64"),
        "sec-websocket-protocol": "alpn-ping",
      },
    });
    onTestFinished(() => void call.destroy());
    const [response, socket] = await Promise.race([once(call, "upgrade"), once(call, "response")]);
    socket?.destroy();
    expect([response.statusCode, response.headers.upgrade]).toEqual([status, chosen]);
  });
});

describe("ClientHello", () => {
  test("bytes that are no TLS are recognised as such", () => {
    expect(parseClientHello(Buffer.from("GET / HTTP/1.1\r\n"))).toBeUndefined();
  });

  test("a part of a record asks for more", () => {
    expect(parseClientHello(Buffer.alloc(0))).toBe("incomplete");
    expect(parseClientHello(Buffer.from([22, 3, 1, 0, 200, 1]))).toBe("incomplete");
  });
});
