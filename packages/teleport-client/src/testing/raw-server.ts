import { once } from "node:events";
import { createSecureServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { FakeAuthService } from "@access-plugins/testing";
import { onTestFinished } from "vitest";

/** An HTTP/2 server with a certificate of the cluster, for what no well-behaved server does. */
export interface RawServer {
  readonly address: string;
  readonly sessions: readonly ServerHttp2Session[];
}

/** `answer` gets every call by its path. */
export async function startRawServer(
  auth: FakeAuthService,
  answer: (stream: ServerHttp2Stream, path: string) => void,
): Promise<RawServer> {
  const [authority] = auth.authorities.authorities;
  if (authority === undefined) throw new Error("the cluster has no authority");
  const names = { commonName: "raw", dns: ["teleport.cluster.local"], ips: [] };
  const validity = { from: new Date(Date.now() - 60_000), until: new Date(Date.now() + 3_600_000) };
  const { certificatePem: cert, privateKeyPem: key } = await authority.issueServer(names, validity);
  const server = createSecureServer({ cert, key });
  const sessions: ServerHttp2Session[] = [];
  server.on("session", (session) => {
    sessions.push(session);
    session.on("error", () => {});
  });
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    answer(stream, String(headers[":path"]));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return { address: toAddress(server), sessions };
}

/** Starts a gRPC answer; more messages may follow. */
export function sendMessage(stream: ServerHttp2Stream, message: Uint8Array): void {
  if (!stream.headersSent) stream.respond({ ":status": 200, "content-type": "application/grpc+proto" });
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  stream.write(Buffer.concat([prefix, message]));
}

function toAddress(server: Http2Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server does not listen");
  return `127.0.0.1:${address.port}`;
}
