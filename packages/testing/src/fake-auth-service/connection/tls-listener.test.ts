import { once } from "node:events";
import { AuthService } from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { status } from "@grpc/grpc-js";
import { describe, expect, onTestFinished, test } from "vitest";
import { createAuthClient } from "../grpc/auth-client.ts";
import { dialTls, untilEnd, untilSecure } from "../testing/raw-tls.ts";
import { startTestCluster } from "../testing/test-cluster.ts";

const { ping, getCurrentUser } = AuthService.method;
const YEAR_MS = 365 * 86_400_000;

describe("server side of the handshake", () => {
  test.each(["teleport.cluster.local", "6578616d706c652e636f6d.teleport.cluster.local", "localhost"])(
    "the certificate is good for %s",
    async (servername) => {
      const { auth } = await startTestCluster();
      const socket = await untilSecure(dialTls(auth.address, await auth.identity(), { servername }));
      expect([socket.authorized, socket.alpnProtocol, socket.getProtocol()]).toEqual([true, "h2", "TLSv1.3"]);
    },
  );

  test("a routing protocol in front of h2 still ends in h2", async () => {
    const { auth } = await startTestCluster();
    const ALPNProtocols = ["teleport-auth@6578616d706c652e636f6d.teleport.cluster.local", "h2"];
    const socket = await untilSecure(dialTls(auth.address, await auth.identity(), { ALPNProtocols }));
    expect(socket.alpnProtocol).toBe("h2");
  });

  test("a client that offers no h2 is refused", async () => {
    const { auth } = await startTestCluster();
    const socket = dialTls(auth.address, await auth.identity(), { ALPNProtocols: ["http/1.1"] });
    expect(await untilEnd(socket)).toBe("ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL");
  });

  test("TLS 1.1 is refused", async () => {
    const { auth } = await startTestCluster();
    const socket = dialTls(auth.address, await auth.identity(), {
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    expect(await untilEnd(socket)).toBe("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
  });
});

describe("client certificates", () => {
  test.each([
    [
      "expired",
      { validFrom: new Date(Date.now() - YEAR_MS), validUntil: new Date(Date.now() - 1000) },
      "ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED",
    ],
    [
      "not valid yet",
      { validFrom: new Date(Date.now() + YEAR_MS), validUntil: new Date(Date.now() + 2 * YEAR_MS) },
      "ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED",
    ],
    ["of an unknown authority", { signedBy: "unknown" }, "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA"],
  ] as const)("one that is %s is refused with the alert of a genuine server", async (_what, how, code) => {
    const { auth } = await startTestCluster();
    expect(await untilEnd(dialTls(auth.address, await auth.identity(undefined, how)))).toBe(code);
  });

  test("TLS 1.2 clients with a refused certificate are cut", async () => {
    const { auth } = await startTestCluster();
    const identity = await auth.identity(undefined, { signedBy: "unknown" });
    const socket = dialTls(auth.address, identity, { maxVersion: "TLSv1.2" });
    expect(await untilEnd(socket)).not.toBe("");
    expect(auth.calls.all).toEqual([]);
  });

  test("none at all may ping and nothing else", async () => {
    const { auth } = await startTestCluster();
    const { authorityPems } = await auth.identity();
    const client = createAuthClient(auth.address, { authorityPems });
    onTestFinished(() => client.close());
    expect((await client.call(ping, {})).ClusterName).toBe("example.com");
    const { updatePluginData } = AuthService.method;
    await expect(client.call(updatePluginData, { Kind: "access_request" })).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
  });

  test("a chain with an intermediate is refused call by call", async () => {
    const { auth } = await startTestCluster();
    const client = createAuthClient(auth.address, await auth.identity(undefined, { signedBy: "intermediate" }));
    onTestFinished(() => client.close());
    await expect(client.call(ping, {})).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
      message: "access denied: intermediaries are not supported",
    });
  });

  test("the user and the roles are those of the certificate", async () => {
    const { auth, connect } = await startTestCluster();
    const admin = await connect("admin");
    auth.directory.setUser({ name: "admin", roles: ["access"] });
    expect((await admin.call(getCurrentUser, {})).Metadata?.Name).toBe("admin");
    const roles = [];
    for await (const role of admin.stream(AuthService.method.getCurrentUserRoles, {})) roles.push(role.Metadata?.Name);
    expect(roles).toEqual(["admin"]);
  });
});

describe("rotation", () => {
  test("both authorities are trusted until it is finished", async () => {
    const { auth } = await startTestCluster();
    const old = await auth.identity();
    await auth.rotateAuthority();
    const renewed = await auth.identity();
    expect(renewed.authorityPems).toHaveLength(2);
    // The old identity's trust does not cover the new server certificate, but its own certificate is still taken.
    const ca = [...renewed.authorityPems];
    for (const identity of [old, renewed]) await untilSecure(dialTls(auth.address, identity, { ca }));
    auth.finishRotation();
    expect(await untilEnd(dialTls(auth.address, old, { ca }))).toBe("ERR_SSL_TLSV1_ALERT_UNKNOWN_CA");
    expect((await untilSecure(dialTls(auth.address, renewed))).authorized).toBe(true);
  });

  test("a renewed server certificate is used for new connections only", async () => {
    const { auth } = await startTestCluster();
    const identity = await auth.identity();
    const serial = async () => {
      const socket = await untilSecure(dialTls(auth.address, identity));
      return socket.getPeerX509Certificate()?.serialNumber;
    };
    const before = await serial();
    await auth.renewServerCertificate();
    expect(await serial()).not.toBe(before);
  });
});

describe("the network", () => {
  test("stopping cuts connections, starting takes them again on the same port with all state", async () => {
    const { auth, connect } = await startTestCluster();
    const admin = await connect("admin");
    const id = auth.createRequest();
    const { address } = auth;
    auth.stop();
    await expect(admin.call(ping, {}, { timeoutMs: 500 })).rejects.toMatchObject({ code: expect.any(Number) });
    await auth.start();
    expect(auth.address).toBe(address);
    const again = await connect("admin");
    const listed = await again.call(AuthService.method.listAccessRequests, {});
    expect(listed.AccessRequests.map(({ Metadata }) => Metadata?.Name)).toEqual([id]);
  });

  test("dropping ends the connections of one user only", async () => {
    const { auth } = await startTestCluster();
    const plugin = await untilSecure(dialTls(auth.address, await auth.identity()));
    const admin = await untilSecure(dialTls(auth.address, await auth.identity("admin")));
    // A byte each way, so that the server has finished its side of both handshakes.
    await Promise.all([plugin, admin].map((socket) => once(socket, "data")));
    expect(auth.faults.dropConnections("access-plugin")).toBe(1);
    await untilEnd(plugin);
    expect(admin.closed).toBe(false);
  });

  test("refused connections fail, open ones go on", async () => {
    const { auth, connect } = await startTestCluster();
    const admin = await connect("admin");
    await admin.call(ping, {});
    auth.faults.refuseConnections();
    expect(await untilEnd(dialTls(auth.address, await auth.identity()))).toBe("ECONNREFUSED");
    await admin.call(ping, {});
    await auth.faults.acceptConnections();
    await untilSecure(dialTls(auth.address, await auth.identity()));
  });

  test("a silenced connection stays open and answers nothing, a new one works", async () => {
    const { auth, connect } = await startTestCluster();
    const plugin = await connect();
    await plugin.call(ping, {});
    expect(auth.faults.silenceConnections()).toBe(1);
    await expect(plugin.call(ping, {}, { timeoutMs: 200 })).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
    expect(auth.calls.count("Ping")).toBe(1);
    await (await connect()).call(ping, {});
  });
});
