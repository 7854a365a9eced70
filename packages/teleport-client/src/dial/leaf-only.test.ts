import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect as connectTcp, createServer as createTcpServer, type Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { loadCredentials } from "../identity.ts";
import { startTestCluster, type TestCluster } from "../testing/test-cluster.ts";
import { startAuthTls } from "./route.ts";
import { openTcp } from "./wire.ts";

const never = new AbortController().signal;
const hour = 3_600_000;
const certificateMessage = 11;

test.each(["cluster", "intermediate"] as const)(
  "a certificate signed by the %s goes over the wire alone, although the file holds its issuer",
  async (signedBy) => {
    const cluster = await startTestCluster();
    const { certificatePem, file } = await cluster.auth.identity(undefined, { signedBy });
    writeFileSync(cluster.identityPath, file);
    const { port, sent } = await startRecorder(await startTls12Server(cluster));
    const credentials = await loadCredentials({ identity: cluster.identityPath }, new Date(), never);
    const wire = await openTcp({ host: "127.0.0.1", port }, never);
    const socket = await startAuthTls(wire, credentials, [], never);
    socket.destroy();
    expect(findCertificates(sent())).toEqual([new X509Certificate(certificatePem).toString()]);
  },
);

/** TLS 1.2 sends certificates in the clear. */
async function startTls12Server({ auth }: TestCluster): Promise<number> {
  const [authority] = auth.authorities.authorities;
  if (authority === undefined) throw new Error("the cluster has no authority");
  const { certificatePem: cert, privateKeyPem: key } = await authority.issueServer(
    { commonName: "auth", dns: ["teleport.cluster.local"], ips: [] },
    { from: new Date(Date.now() - hour), until: new Date(Date.now() + hour) },
  );
  const server = createTlsServer(
    { cert, key, requestCert: true, rejectUnauthorized: false, ALPNProtocols: ["h2"], maxVersion: "TLSv1.2" },
    (socket) => socket.on("error", () => {}),
  );
  return listen(server);
}

/** A port that hands everything on and keeps what the client sent. */
async function startRecorder(target: number): Promise<{ port: number; sent: () => Buffer }> {
  const chunks: Buffer[] = [];
  const server = createTcpServer((client) => {
    const upstream = connectTcp(target, "127.0.0.1");
    client.on("data", (chunk) => void chunks.push(Buffer.from(chunk)));
    client.pipe(upstream).pipe(client);
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  });
  return { port: await listen(server), sent: () => Buffer.concat(chunks) };
}

/** The certificates in the client's Certificate message: RFC 5246 §6.2.1 (records), §7.4.2 (message). */
function findCertificates(bytes: Buffer): string[] {
  let handshake = Buffer.alloc(0);
  for (let at = 0; at + 5 <= bytes.length && bytes[at] === 22; at += 5 + bytes.readUInt16BE(at + 3)) {
    handshake = Buffer.concat([handshake, bytes.subarray(at + 5, at + 5 + bytes.readUInt16BE(at + 3))]);
  }
  for (let at = 0; at + 4 <= handshake.length; at += 4 + handshake.readUIntBE(at + 1, 3)) {
    if (handshake[at] === certificateMessage) {
      return splitList(handshake.subarray(at + 7, at + 4 + handshake.readUIntBE(at + 1, 3)));
    }
  }
  return [];
}

function splitList(list: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at < list.length; at += 3 + list.readUIntBE(at, 3)) {
    found.push(new X509Certificate(list.subarray(at + 3, at + 3 + list.readUIntBE(at, 3))).toString());
  }
  return found;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the server does not listen");
  return bound.port;
}
