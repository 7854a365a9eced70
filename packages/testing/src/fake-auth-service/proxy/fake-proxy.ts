import { once } from "node:events";
import { createSecureServer, type Http2SecureServer } from "node:http2";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type ProfileName, profiles } from "../cluster/profiles.ts";
import { createCertificateAuthority } from "../credentials/certificate-authority.ts";
import { type ClientHello, parseClientHello } from "./client-hello.ts";
import { toWebAnswer, type WebApiFacts } from "./web-api.ts";

const AUTH_ROUTE = /^teleport-auth@([0-9a-f]+)\.teleport\.cluster\.local$/;
/** What the web listener negotiates, besides what it routes. The tunnel's name is how clients probe for load balancers. */
const WEB_PROTOCOLS: readonly string[] = ["http/1.1", "h2", "teleport-reversetunnel"];
const YEAR_MS = 365 * 86_400_000;

export interface FakeProxyOptions {
  /** `host:port` of the Auth Service. */
  readonly authAddress: string;
  readonly clusterName: string;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  readonly profile?: ProfileName;
  /** What the web API says, and whether the Auth route is served. Default true. */
  readonly tlsRouting?: boolean;
  /** Default: the address it listens on. */
  readonly publicAddr?: string;
  readonly enterprise?: boolean;
}

/** Where one connection went. */
export interface ProxyRoute extends ClientHello {
  readonly to: "auth" | "web" | "refused";
}

/** A running Proxy in front of an Auth Service. */
export interface FakeProxy {
  /** `host:port`. */
  readonly address: string;
  /** The authority of its web certificate: what stands for the system's roots. */
  readonly webAuthorityPem: string;
  /** Every connection so far, in order. */
  readonly routes: readonly ProxyRoute[];
  close(): void;
}

/**
 * One port, as Teleport's TLS routing has it: it looks at the ClientHello only. `teleport-auth@<hex>…` as the first
 * protocol goes to Auth byte by byte, so TLS is between client and Auth; all else meets the web certificate and API.
 */
export async function createFakeProxy(options: FakeProxyOptions): Promise<FakeProxy> {
  const { host = "127.0.0.1", port = 0, tlsRouting = true } = options;
  const routes: ProxyRoute[] = [];
  const sockets = new Set<Socket>();
  const { web, webAuthorityPem } = await createWebServer(host, () => ({
    clusterName: options.clusterName,
    profile: profiles[options.profile ?? 18],
    publicAddr: options.publicAddr ?? address,
    tlsRouting,
    enterprise: options.enterprise ?? true,
  }));
  const server = createServer({ noDelay: true }, (socket) => {
    track(sockets, socket);
    peek(socket, (hello) => {
      const to = toRoute(hello, options.clusterName, tlsRouting);
      routes.push({ ...hello, to });
      if (to === "auth") forward(socket, options.authAddress, sockets);
      else if (to === "web") web.emit("connection", socket);
      else socket.destroy();
    });
  });
  const address = `${host}:${await listen(server, host, port)}`;
  return {
    address,
    webAuthorityPem,
    routes,
    close() {
      server.close();
      web.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The first known protocol in the client's order decides; a cluster nobody knows is refused. */
function toRoute({ alpn }: ClientHello, clusterName: string, tlsRouting: boolean): ProxyRoute["to"] {
  const hex = AUTH_ROUTE.exec(alpn[0] ?? "")?.[1];
  if (hex === undefined || !tlsRouting) return "web";
  return hex === Buffer.from(clusterName).toString("hex") ? "auth" : "refused";
}

/** Collects bytes until the ClientHello is there, then puts them back for whoever serves the connection. */
function peek(socket: Socket, found: (hello: ClientHello) => void): void {
  let seen = Buffer.alloc(0);
  const look = () => {
    const chunk: unknown = socket.read();
    if (!(chunk instanceof Buffer)) return;
    seen = Buffer.concat([seen, chunk]);
    const hello = parseClientHello(seen);
    if (hello === "incomplete") return;
    socket.off("readable", look);
    if (!hello) {
      socket.destroy();
      return;
    }
    socket.unshift(seen);
    found(hello);
  };
  socket.on("readable", look);
}

function forward(socket: Socket, authAddress: string, sockets: Set<Socket>): void {
  const split = authAddress.lastIndexOf(":");
  const target = connect({
    host: authAddress.slice(0, split),
    port: Number(authAddress.slice(split + 1)),
    noDelay: true,
  });
  track(sockets, target);
  pipe(socket, target);
  pipe(target, socket);
}

/** Bytes, the end and cuts go through. */
function pipe(from: Duplex, to: Duplex): void {
  from.pipe(to);
  from.once("close", () => to.destroy());
}

async function createWebServer(host: string, facts: () => WebApiFacts) {
  const validity = { from: new Date(Date.now() - 60_000), until: new Date(Date.now() + YEAR_MS) };
  const authority = await createCertificateAuthority("web", validity);
  const names = { commonName: "proxy", dns: ["localhost"], ips: [...new Set([host, "127.0.0.1"])] };
  const { certificatePem, privateKeyPem } = await authority.issueServer(names, validity);
  const web: Http2SecureServer = createSecureServer({
    key: privateKeyPem,
    cert: certificatePem,
    allowHTTP1: true,
    ALPNCallback: ({ protocols }) => protocols.find((protocol) => WEB_PROTOCOLS.includes(protocol)),
  });
  web.on("request", (request, response) => {
    const { status, body } = toWebAnswer(request.url.split("?")[0] ?? "", facts());
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });
  // A probe for load balancers: it learnt what it wanted from the handshake and closes.
  web.on("unknownProtocol", (socket) => socket.on("error", () => socket.destroy()));
  return { web, webAuthorityPem: authority.certificatePem };
}

function track(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on("error", () => socket.destroy());
  socket.once("close", () => sockets.delete(socket));
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  await once(server, "listening");
  const bound = server.address();
  return typeof bound === "object" && bound ? bound.port : port;
}
