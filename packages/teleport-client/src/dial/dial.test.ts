import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { createFakeClock, type FakeProxyOptions } from "@access-plugins/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { catchFault } from "../testing/catch-fault.ts";
import { startProxy } from "../testing/proxied-cluster.ts";
import { startTestCluster, type TestCluster, untilAnswered } from "../testing/test-cluster.ts";

const never = new AbortController().signal;
const hour = 3_600_000;

describe("the Auth Service itself", () => {
  test("is reached directly, and the log says so", async () => {
    const { auth, createClient, log } = await startTestCluster();
    await createClient().ping(never);
    expect(log.lines).toContainEqual({
      level: "info",
      message: "Connected to Teleport",
      fields: expect.objectContaining({ route: "direct", target: auth.address }),
    });
  });

  test("that is not there is told with every way that was tried", async () => {
    const { auth, createClient } = await startTestCluster();
    auth.stop();
    const fault = await catchFault(() => createClient().ping(never));
    expect(fault).toMatchObject({ code: "unavailable", ambiguous: false, reason: "ECONNREFUSED" });
    expect(fault.message.split("\n")).toEqual([
      `Cannot connect to Teleport at "${auth.address}". Tried at once:`,
      `  direct to ${auth.address}: the connection was refused (ECONNREFUSED). Check host and port, and that Teleport is running there.`,
      `  TLS routing to ${auth.address}: the connection was refused (ECONNREFUSED). Check host and port, and that Teleport is running there.`,
      `  SSH to ${auth.address}: the connection was refused (ECONNREFUSED). Check host and port, and that Teleport is running there.`,
    ]);
  });

  test("behind a name that does not resolve", async () => {
    const { createClient } = await startTestCluster();
    const fault = await catchFault(() => createClient({ addr: "teleport.invalid:3025" }).ping(never));
    expect(fault.code).toBe("unavailable");
    expect(fault.message).toMatch(
      /^Cannot connect to Teleport at "teleport\.invalid:3025" \(direct to teleport\.invalid:3025\): the host name /u,
    );
    expect(fault.fix).toContain("DNS");
  });

  test("that never answers is given up after 8 s", async () => {
    const { createClient } = await startTestCluster();
    const { address, sockets } = await startTcpServer(() => {});
    const clock = createFakeClock(new Date());
    const call = catchFault(() => createClient({ addr: address }, { clock }).ping(never));
    // All handshakes have begun, so their limits run.
    await expect.poll(() => sockets.filter(({ bytesRead }) => bytesRead > 0).length).toBe(3);
    await clock.advance(8_000);
    const fault = await call;
    expect(fault.code).toBe("unavailable");
    expect(fault.message).toContain("there was no answer within 8 s");
    await expect.poll(() => sockets.every((socket) => socket.destroyed)).toBe(true);
  });

  test("of another cluster is not trusted", async () => {
    const { createClient } = await startTestCluster();
    const other = await startTestCluster({ clusterName: "elsewhere.example.com" });
    const fault = await catchFault(() => createClient({ addr: other.auth.address }).ping(never));
    expect(fault.message).toContain("the server's certificate is not of the identity's cluster");
    expect(other.auth.calls.all).toHaveLength(0);
  });
});

describe("something else at the address is recognised:", () => {
  test("a server without TLS", async () => {
    const { createClient } = await startTestCluster();
    const { address } = await startTcpServer((socket) => socket.end("220 mail.example.com ESMTP\r\n"));
    const fault = await catchFault(() => createClient({ addr: address }).ping(never));
    expect(fault.code).toBe("invalid_config");
    expect(fault.message).toContain("does not speak TLS");
  });

  test("a server that hangs up", async () => {
    const { createClient } = await startTestCluster();
    const { address } = await startTcpServer((socket) => socket.destroy());
    const fault = await catchFault(() => createClient({ addr: address }).ping(never));
    expect(fault.code).toBe("unavailable");
    expect(fault.message).toContain("closed by the other side");
  });

  test("a server of the cluster without HTTP/2", async () => {
    const cluster = await startTestCluster();
    const fault = await catchFault(async () => {
      const addr = await startTlsServer(cluster, undefined);
      await cluster.createClient({ addr }).ping(never);
    });
    expect(fault.message).toContain("speaks TLS but not HTTP/2");
  });

  test("a server of the cluster that refuses HTTP/2", async () => {
    const cluster = await startTestCluster();
    const addr = await startTlsServer(cluster, ["http/1.1"]);
    const fault = await catchFault(() => cluster.createClient({ addr }).ping(never));
    expect(fault.message).toContain("does not offer what the Auth Service speaks");
  });

  test("a server that closes right after the handshake", async () => {
    const cluster = await startTestCluster();
    const addr = await startTlsServer(cluster, ["h2"]);
    const fault = await catchFault(() => cluster.createClient({ addr }).ping(never));
    expect(fault.code).toBe("unavailable");
    expect(fault.message).toMatch(/closed/u);
  });
});

describe("a certificate the server does not take", () => {
  test("because it expired is told as such, although the handshake succeeded here", async () => {
    const { auth, createClient, identityPath } = await startTestCluster();
    const validUntil = new Date(Date.now() - hour);
    writeFileSync(
      identityPath,
      await auth.identityFile(undefined, { validFrom: new Date(Date.now() - 9 * hour), validUntil }),
    );
    // This machine's clock is behind.
    const clock = createFakeClock(new Date(Date.now() - 2 * hour));
    const fault = await catchFault(() => createClient({}, { clock }).ping(never));
    expect(fault.code).toBe("unauthenticated");
    expect(fault.message).toContain("the server refuses our certificate: it calls it expired");
    expect(fault.fix).toContain("Renew");
  });

  test("because it does not know its authority", async () => {
    const { auth, createClient, identityPath } = await startTestCluster();
    writeFileSync(identityPath, await auth.identityFile(undefined, { signedBy: "unknown" }));
    const fault = await catchFault(() => createClient().ping(never));
    expect(fault.code).toBe("unauthenticated");
    expect(fault.message).toContain("does not know the authority that signed it");
  });

  test("because it was signed by an intermediate: we send the leaf alone", async () => {
    const { auth, createClient, identityPath } = await startTestCluster();
    const { file, certificatePem } = await auth.identity(undefined, { signedBy: "intermediate" });
    expect(certificatePem.match(/BEGIN CERTIFICATE/gu)).toHaveLength(2);
    writeFileSync(identityPath, file);
    const fault = await catchFault(() => createClient().ping(never));
    expect(fault.code).toBe("unauthenticated");
    expect(fault.message).toContain("does not know the authority that signed it");
  });
});

describe("a rotation of the cluster's authority", () => {
  test("leaves open connections alone", async () => {
    const { auth, createClient } = await startTestCluster();
    const client = createClient();
    await client.ping(never);
    await auth.rotateAuthority();
    auth.finishRotation();
    await expect(client.ping(never)).resolves.toMatchObject({ clusterName: "example.com" });
  });

  test("leaves an old identity behind until it is renewed, then all is well without a restart", async () => {
    const { auth, createClient, identityPath } = await startTestCluster();
    const client = createClient({ refreshIntervalMs: 20 });
    await auth.rotateAuthority();
    auth.finishRotation();
    expect(await catchFault(() => client.ping(never))).toMatchObject({ code: "unauthenticated" });
    writeFileSync(identityPath, await auth.identityFile());
    await untilAnswered(client);
  });
});

describe("TLS routing", () => {
  test("reaches the Auth Service through the Proxy's web port", async () => {
    const cluster = await startTestCluster();
    const { proxy, client } = await startProxied(cluster);
    expect(await client.ping(never)).toMatchObject({ clusterName: "example.com" });
    expect(cluster.auth.calls.of("Ping")).toMatchObject([{ caller: "access-plugin" }]);
    expect(cluster.log.lines).toContainEqual({
      level: "info",
      message: "Connected to Teleport",
      fields: {
        route: "TLS routing",
        target: proxy.address,
        failed: [expect.stringMatching(/^direct to .*: the server's certificate is not of the identity's cluster/u)],
      },
    });
    expect(proxy.routes).toContainEqual({
      to: "auth",
      serverName: "teleport.cluster.local",
      alpn: ["teleport-auth@6578616d706c652e636f6d.teleport.cluster.local", "h2"],
    });
  });

  test("is kept for the next connections, without asking the Proxy again", async () => {
    const cluster = await startTestCluster();
    const { proxy, client } = await startProxied(cluster);
    await client.ping(never);
    const before = proxy.routes.filter(({ to }) => to === "web").length;
    cluster.auth.faults.dropConnections();
    await untilAnswered(client);
    expect(proxy.routes.map(({ to }) => to).filter((to) => to === "auth")).toHaveLength(2);
    expect(proxy.routes.filter(({ to }) => to === "web")).toHaveLength(before);
  });

  test("needs a web certificate that this machine trusts", async () => {
    const cluster = await startTestCluster();
    const { proxy } = await startProxied(cluster);
    const fault = await catchFault(() => cluster.createClient({ addr: proxy.address }).ping(never));
    expect(fault.code).toBe("unauthenticated");
    expect(fault.message).toMatch(
      /TLS routing to .*: the Proxy's web certificate is not trusted .* NODE_EXTRA_CA_CERTS/u,
    );
    // Whether a Proxy or the Auth Service is meant to be there is not known here.
    expect(fault.fix).toMatch(
      /^If this is the Auth Service of the right cluster: Renew .* SSL_CERT_FILE, NODE_EXTRA_CA_CERTS/u,
    );
  });

  test("to a Proxy of another cluster meets a server that is not trusted", async () => {
    const cluster = await startTestCluster();
    const other = await startTestCluster({ clusterName: "elsewhere.example.com" });
    const { proxy } = await startProxied(other);
    const client = cluster.createClient({ addr: proxy.address }, { webAuthorities: [proxy.webAuthorityPem] });
    const fault = await catchFault(() => client.ping(never));
    expect(fault.code).toBe("unauthenticated");
    expect(fault.message).toMatch(/TLS routing to .*: the server's certificate is not of the identity's cluster/u);
  });
});

async function startProxied(cluster: TestCluster, options: Partial<FakeProxyOptions> = {}) {
  const proxy = await startProxy(cluster, options);
  const client = cluster.createClient({ addr: proxy.address }, { webAuthorities: [proxy.webAuthorityPem] });
  return { proxy, client };
}

async function startTcpServer(onSocket: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    // Without a reader the end of the other side would go unnoticed.
    socket.resume();
    onSocket(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { address: await listen(server), sockets };
}

/** With a certificate of the cluster; hangs up on everybody. */
async function startTlsServer({ auth }: TestCluster, protocols: string[] | undefined): Promise<string> {
  const [authority] = auth.authorities.authorities;
  if (authority === undefined) throw new Error("the cluster has no authority");
  const { certificatePem: cert, privateKeyPem: key } = await authority.issueServer(
    { commonName: "raw", dns: ["teleport.cluster.local"], ips: [] },
    { from: new Date(Date.now() - hour), until: new Date(Date.now() + hour) },
  );
  const server = createTlsServer({ cert, key, ...(protocols ? { ALPNProtocols: protocols } : {}) }, (socket) => {
    socket.on("error", () => {});
    socket.end();
  });
  onTestFinished(() => void server.close());
  return listen(server);
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the server does not listen");
  return `127.0.0.1:${bound.port}`;
}
