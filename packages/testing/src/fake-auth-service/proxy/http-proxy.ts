import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { createSocketSet, join, listen } from "./sockets.ts";
import { createWebCertificate } from "./web-certificate.ts";

export interface FakeHttpProxyOptions {
  /** It is spoken to over TLS. Default false. */
  readonly secure?: boolean;
  /** `user:password` it asks for. Default: none. */
  readonly credentials?: string;
  /** It answers every CONNECT with this status. */
  readonly refuseWith?: number;
  /** Names only it can resolve: `host:port` to the real one. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
}

/** An HTTP proxy (`CONNECT`) that keeps where it was asked to connect to. */
export interface FakeHttpProxy {
  /** `http[s]://host:port`, without credentials. */
  readonly url: string;
  readonly webAuthorityPem: string;
  /** `host:port` of every CONNECT so far, refused ones as well. */
  readonly targets: readonly string[];
  /** Connections that are open now. */
  readonly openSockets: number;
  close(): void;
}

export async function createFakeHttpProxy(options: FakeHttpProxyOptions = {}): Promise<FakeHttpProxy> {
  const { host = "127.0.0.1", port = 0, secure = false, credentials, refuseWith, hosts = {} } = options;
  const expected = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString("base64")}`;
  const targets: string[] = [];
  const sockets = createSocketSet();
  const { cert, key, authorityPem } = await createWebCertificate(host);
  const server = secure ? createHttpsServer({ cert, key }) : createHttpServer();
  server.on("connection", (socket: Duplex) => sockets.add(socket));
  server.on("connect", ({ url = "", headers }: IncomingMessage, socket: Duplex, head: Buffer) => {
    targets.push(url);
    sockets.add(socket);
    if (refuseWith !== undefined) return answer(socket, refuseWith);
    if (expected !== undefined && headers["proxy-authorization"] !== expected) return answer(socket, 407);
    const target = sockets.connect(hosts[url] ?? url);
    target.once("connect", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      target.write(head);
      join(socket, target);
    });
    target.once("error", () => answer(socket, 502));
  });
  const address = await listen(server, host, port);
  return {
    url: `${secure ? "https" : "http"}://${address}`,
    webAuthorityPem: authorityPem,
    targets,
    get openSockets() {
      return sockets.size;
    },
    close() {
      server.close();
      sockets.destroy();
    },
  };
}

function answer(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} \r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}
