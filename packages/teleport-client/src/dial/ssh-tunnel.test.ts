import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { systemClock } from "@access-plugins/core";
import { createSshAuthority, type FakeProxy, type FakeProxyOptions } from "@access-plugins/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadCredentials } from "../identity.ts";
import { catchFault } from "../testing/catch-fault.ts";
import { startProxy } from "../testing/proxied-cluster.ts";
import { createTestFolder, startTestCluster, type TestCluster, untilAnswered } from "../testing/test-cluster.ts";
import type { Target } from "./address.ts";
import { createNetwork } from "./network.ts";
import { createSshRoute } from "./ssh-tunnel.ts";

const never = new AbortController().signal;
const hour = 3_600_000;

describe("a Proxy with TLS routing switched off is passed by an SSH tunnel:", () => {
  test("at the port that its web API tells", async () => {
    const { cluster, proxy } = await start();
    expect(await connect(cluster, proxy).ping(never)).toMatchObject({ clusterName: "example.com" });
    expect(cluster.auth.calls.of("Ping")).toMatchObject([{ caller: "access-plugin" }]);
    expect(proxy.tunnelUsers).toEqual(["access-plugin"]);
    expect(cluster.log.lines).toContainEqual({
      level: "info",
      message: "Connected to Teleport",
      fields: expect.objectContaining({ route: "SSH tunnel", target: proxy.address }),
    });
  });

  test("at the address of that port itself, without the web API", async () => {
    const { cluster, proxy } = await start();
    await connect(cluster, proxy, proxy.tunnelAddress).ping(never);
    expect(proxy.routes).toEqual([]);
    expect(cluster.log.lines).toContainEqual(
      expect.objectContaining({ fields: expect.objectContaining({ route: "SSH", target: proxy.tunnelAddress }) }),
    );
  });

  test("at the port that the operator says, whatever the web API tells", async () => {
    const { cluster, proxy } = await start();
    const misled = await startProxy(cluster, { tlsRouting: false, refuseTunnels: true });
    const deps = { webAuthorities: [misled.webAuthorityPem], tunnelAddr: proxy.tunnelAddress };
    await cluster.createClient({ addr: misled.address }, deps).ping(never);
    expect([proxy.tunnelUsers.length, misled.tunnelUsers.length]).toEqual([1, 0]);
  });

  test.each(["rsa", "ec", "ed25519"] as const)("with a user's key of the type %s", async (keyType) => {
    const { cluster, proxy } = await start();
    writeFileSync(cluster.identityPath, await cluster.auth.identityFile(undefined, { keyType }));
    await connect(cluster, proxy).ping(never);
    expect(proxy.tunnelUsers).toEqual(["access-plugin"]);
  });

  test.each([
    ["RSA", () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey],
    ["ECDSA", () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey],
  ])("with a host key of the type %s", async (_, key) => {
    const { cluster, proxy } = await start({ sshHost: { key: key() } });
    await connect(cluster, proxy).ping(never);
  });

  test.each([
    ["", {}, 1],
    [", though the server wants new keys again and again meanwhile", { tunnelRekeyBytes: 50_000 }, 3],
  ])("large answers arrive whole%s", async (_, options, keyExchanges) => {
    const { cluster, proxy } = await start(options);
    const reason = "x".repeat(4_000);
    for (let count = 0; count < 300; count += 1) {
      await cluster.auth.createRequest({ user: "alice@example.com", roles: ["editor"], reason });
    }
    const lengths: number[] = [];
    for await (const page of connect(cluster, proxy).listAccessRequests(never)) {
      lengths.push(...page.map((one) => one.reason.length));
    }
    expect(lengths).toEqual(lengths.map(() => reason.length));
    expect(lengths).toHaveLength(300);
    expect(proxy.tunnelUsers).toHaveLength(1);
    expect(proxy.tunnelKeyExchanges).toBeGreaterThanOrEqual(keyExchanges);
  });

  test("again after a cut", async () => {
    const { cluster, proxy } = await start();
    const client = connect(cluster, proxy);
    await client.ping(never);
    cluster.auth.faults.dropConnections();
    await untilAnswered(client);
    expect(proxy.tunnelUsers).toHaveLength(2);
  });

  test("closing the client leaves no socket behind", async () => {
    const { cluster, proxy } = await start();
    const client = connect(cluster, proxy);
    await client.ping(never);
    expect(proxy.openSockets).toBeGreaterThan(0);
    client.close();
    await expect.poll(() => proxy.openSockets, { timeout: 4_000 }).toBe(0);
  });
});

test("a tunnel inside of TLS serves where TLS routing to the Auth Service does not", async () => {
  // A Proxy that knows the cluster by another name refuses the one of TLS routing.
  const { cluster, proxy } = await start({ tlsRouting: true, refuseAuthRoute: true });
  await connect(cluster, proxy).ping(never);
  expect(proxy.routes.map(({ to }) => to)).toContain("tunnel");
  expect(cluster.log.lines).toContainEqual(
    expect.objectContaining({ fields: expect.objectContaining({ route: "SSH tunnel" }) }),
  );
});

test("TLS routing is ahead of a tunnel where both are possible", async () => {
  const { cluster, proxy } = await start({ tlsRouting: true });
  await connect(cluster, proxy).ping(never);
  expect(cluster.log.lines).toContainEqual(
    expect.objectContaining({ fields: expect.objectContaining({ route: "TLS routing" }) }),
  );
  expect(proxy.tunnelUsers).toEqual([]);
});

describe("a host that cannot be trusted is told, and learns nothing of us:", () => {
  test.each<[string, FakeProxyOptions["sshHost"], string]>([
    ["of another authority", { authority: createSshAuthority() }, "another authority signed it"],
    ["for another host", { names: ["other.example.com"] }, 'it is not for "127.0.0.1"'],
    ["that has expired", { validUntil: new Date(Date.now() - hour) }, "it has expired"],
  ])("with a certificate %s", async (_, sshHost, why) => {
    const { cluster, proxy } = await start({ sshHost: sshHost ?? {} });
    const fault = await catchFault(() => connect(cluster, proxy).ping(never));
    expect(fault.message).toContain(`the SSH host certificate is not of the identity's cluster: ${why}`);
    expect(fault.code).toBe("unauthenticated");
    expect(proxy.tunnelUsers).toEqual([]);
    await expect.poll(() => proxy.openSockets, { timeout: 4_000 }).toBe(0);
  });
});

describe("what else goes wrong is told:", () => {
  test("a user certificate that the Proxy does not take", async () => {
    const { cluster, proxy } = await start();
    const other = await startTestCluster();
    const identity = await cluster.auth.identity();
    const { sshCertificate } = await other.auth.identity();
    writeFileSync(cluster.identityPath, identity.file.replace(identity.sshCertificate, sshCertificate));
    const fault = await catchFault(() => connect(cluster, proxy).ping(never));
    expect(fault.message).toContain("the Proxy refuses our SSH certificate");
    expect(fault.code).toBe("unauthenticated");
  });

  test("an Auth Service that the Proxy does not reach", async () => {
    const { cluster, proxy } = await start({ refuseTunnels: true });
    const fault = await catchFault(() => connect(cluster, proxy).ping(never));
    expect(fault.message).toContain("the Proxy does not connect us to the Auth Service: no such destination");
    expect(fault.code).toBe("unavailable");
  });

  test("credentials that hold nothing for SSH, with the way out", async () => {
    const { cluster, proxy } = await start();
    const credentials = await writeTrio(cluster);
    const { webAuthorityPem } = proxy;
    const client = cluster.createClient({ addr: proxy.address, credentials }, { webAuthorities: [webAuthorityPem] });
    const fault = await catchFault(() => client.ping(never));
    expect(fault).toMatchObject({ code: "invalid_config", reason: "ssh_certificate_missing" });
    expect(fault.message).toContain('the Proxy of "example.com" has TLS routing switched off');
    expect(fault.fix).toContain("host:3025");
  });

  test.each<[string, string, string, string]>([
    ["another protocol", "220 mail.example.com ESMTP\r\n", "invalid_config", "the server does not speak SSH"],
    ["a hang-up", "", "invalid_config", "the server does not speak SSH"],
    ["a hang-up after the greeting", "SSH-2.0-Go\r\n", "unavailable", "closed by the other side"],
    ["nonsense after the greeting", `SSH-2.0-Go\r\n${"x".repeat(4_000)}`, "invalid_config", "nothing else of what"],
  ])("%s at the address", async (_, greeting, code, text) => {
    const { identityPath } = await startTestCluster();
    const credentials = await loadCredentials({ identity: identityPath }, new Date(), never);
    const route = createSshRoute(await startGreeter(greeting), createNetwork({ clock: systemClock }));
    const fault = await catchFault(() => route.connect(credentials, never));
    expect(fault.code).toBe(code);
    expect(fault.message).toContain(text);
  });
});

async function start(options: Partial<FakeProxyOptions> = {}) {
  const cluster = await startTestCluster();
  return { cluster, proxy: await startProxy(cluster, { tlsRouting: false, ...options }) };
}

function connect(cluster: TestCluster, { address, webAuthorityPem }: FakeProxy, addr = address) {
  return cluster.createClient({ addr }, { webAuthorities: [webAuthorityPem] });
}

async function writeTrio({ auth }: TestCluster) {
  const folder = createTestFolder();
  const { privateKeyPem, certificatePem, authorityPems } = await auth.identity();
  const files = { clientKey: `${folder}/x.key`, clientCrt: `${folder}/x.crt`, rootCas: `${folder}/x.cas` };
  writeFileSync(files.clientKey, privateKeyPem);
  writeFileSync(files.clientCrt, certificatePem);
  writeFileSync(files.rootCas, authorityPems.join(""));
  return files;
}

/** A server that says one thing to everybody and hangs up. */
async function startGreeter(greeting: string): Promise<Target> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.end(greeting);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const bound = server.address();
  return { host: "127.0.0.1", port: typeof bound === "object" && bound !== null ? bound.port : 0 };
}
