import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { request } from "node:https";
import type { Duplex } from "node:stream";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { createSocketSet, join, listen } from "./sockets.ts";
import { createWebCertificate } from "./web-certificate.ts";

export interface FakeLoadBalancerOptions {
  /** `host:port` of the Proxy behind it. */
  readonly proxyAddress: string;
  /** How it treats protocols it does not know: it negotiates none (nginx), or refuses with a TLS alert. Default none. */
  readonly alpn?: "none" | "alert";
  /** It forgets the header `Upgrade`, as many do unless told otherwise. Default false. */
  readonly stripUpgrade?: boolean;
  /** `host:port` under which clients know it, if not the address it listens on. */
  readonly publicAddr?: string;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
}

/** A load balancer of layer 7: it ends TLS with its own certificate, speaks HTTP/1.1 and passes upgrades on. */
export interface FakeLoadBalancer {
  /** `host:port`. */
  readonly address: string;
  readonly webAuthorityPem: string;
  /** Path of every request so far. */
  readonly requests: readonly string[];
  /** Connections that are open now. */
  readonly openSockets: number;
  close(): void;
}

export async function createFakeLoadBalancer(options: FakeLoadBalancerOptions): Promise<FakeLoadBalancer> {
  const { alpn = "none", host = "127.0.0.1", port = 0, stripUpgrade = false } = options;
  const upstream = new URL(`https://${options.proxyAddress}`);
  const sockets = createSocketSet();
  const requests: string[] = [];
  const { cert, key, authorityPem } = await createWebCertificate(host, options.publicAddr);
  // What is behind a load balancer is inside of a private network: it does not look at certificates there.
  const upstreamTls = { host: upstream.hostname, port: Number(upstream.port), rejectUnauthorized: false };

  const http = createHttpServer((incoming, response) => {
    requests.push(incoming.url ?? "");
    forward(incoming, response, upstream);
  });
  if (!stripUpgrade) {
    http.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
      requests.push(incoming.url ?? "");
      const other = sockets.add(connectTls({ ...upstreamTls, ALPNProtocols: ["http/1.1"] }).setNoDelay());
      other.write(`${toHead(incoming)}\r\n`);
      other.write(head);
      join(socket, other);
    });
  }
  const protocols = alpn === "alert" ? { ALPNProtocols: ["http/1.1"] } : {};
  const server = createTlsServer({ cert, key, noDelay: true, ...protocols }, (socket) =>
    http.emit("connection", socket),
  );
  server.on("connection", (socket) => sockets.add(socket));
  const address = await listen(server, host, port);
  return {
    address,
    webAuthorityPem: authorityPem,
    requests,
    get openSockets() {
      return sockets.size;
    },
    close() {
      server.close();
      http.close();
      sockets.destroy();
    },
  };
}

function forward(incoming: IncomingMessage, response: ServerResponse, upstream: URL): void {
  const { method, headers, url = "/" } = incoming;
  const { connection: _, upgrade: __, ...rest } = headers;
  const options = { method, headers: rest, rejectUnauthorized: false, agent: false };
  const call = request(new URL(url, upstream), options, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  call.on("error", () => response.writeHead(502).end());
  incoming.pipe(call);
}

/** The request as it came, up to its empty line. */
function toHead({ method, url, rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}\r\n`] : []));
  return `${method} ${url} HTTP/1.1\r\n${lines.join("")}`;
}
