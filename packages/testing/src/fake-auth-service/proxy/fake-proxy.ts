import { createSecureServer, type Http2SecureServer } from "node:http2";
import { createServer, isIP } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer } from "node:tls";
import { type ProfileName, profiles } from "../cluster/profiles.ts";
import type { CertificateAuthority } from "../credentials/certificate-authority.ts";
import type { SshAuthority } from "../credentials/ssh-certificate.ts";
import { type ClientHello, parseClientHello } from "./client-hello.ts";
import { createUpgradeServer } from "./connection-upgrade.ts";
import { createSocketSet, join, listen, type SocketSet } from "./sockets.ts";
import { createTunnelServer, type TunnelHost, type TunnelServer, type TunnelServerOptions } from "./tunnel-server.ts";
import { toWebAnswer, type WebApiFacts } from "./web-api.ts";
import { createWebCertificate, type WebCertificate } from "./web-certificate.ts";

const AUTH_ROUTE = /^teleport-auth@([0-9a-f]+)\.teleport\.cluster\.local$/;
/** What the web listener negotiates, besides what it routes. */
const WEB_PROTOCOLS: readonly string[] = ["http/1.1", "h2"];
const TUNNEL_PROTOCOL = "teleport-reversetunnel";

export interface FakeProxyOptions {
  /** `host:port` of the Auth Service. */
  readonly authAddress: string;
  readonly clusterName: string;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Which version it plays; 14 knows connection upgrades of the old kind only. */
  readonly profile?: ProfileName;
  /** What the web API says, and whether the Auth route is served. Default true. */
  readonly tlsRouting?: boolean;
  /** Default: the address it listens on. */
  readonly publicAddr?: string;
  readonly enterprise?: boolean;
  /** Signs its SSH host certificate and the users' certificates; without it no tunnel is taken. */
  readonly sshAuthority?: SshAuthority;
  /** Signs what it shows inside of upgraded connections, as the cluster's authority does. Default: its web certificate. */
  readonly clusterAuthority?: Pick<CertificateAuthority, "issueServer">;
  /** What is odd about its SSH host certificate. */
  readonly sshHost?: Partial<TunnelHost>;
  /** Port for SSH tunnels while TLS routing is off. Default 0: any free one. */
  readonly tunnelPort?: number;
  /** `teleport-auth@…` is not served although TLS routing is on. */
  readonly refuseAuthRoute?: boolean;
  /** The end of SSH tunnels wants new keys after so many bytes. */
  readonly tunnelRekeyBytes?: number;
  /** Tunnels lead nowhere. */
  readonly refuseTunnels?: boolean;
  /** How often upgraded connections are pinged. Default 30,000, as the real one. */
  readonly upgradePingMs?: number;
}

/** Where one connection went. */
export interface ProxyRoute extends ClientHello {
  readonly to: "auth" | "web" | "tunnel" | "refused";
  /** The connection was inside of an upgraded one. */
  readonly upgrade?: "web socket" | "legacy";
}

/** A running Proxy in front of an Auth Service. */
export interface FakeProxy {
  /** `host:port`. */
  readonly address: string;
  /** The authority of its web certificate: what stands for the system's roots. */
  readonly webAuthorityPem: string;
  /** Every connection so far, in order; those to the port for SSH tunnels are not among them. */
  readonly routes: readonly ProxyRoute[];
  /** `host:port` for SSH tunnels: a port of its own while TLS routing is off. */
  readonly tunnelAddress: string;
  /** Who logged in by SSH so far. */
  readonly tunnelUsers: readonly string[];
  /** How often keys were exchanged in SSH tunnels: once at the begin of each. */
  readonly tunnelKeyExchanges: number;
  /** Connections that are open now. */
  readonly openSockets: number;
  close(): void;
}

/**
 * One port, as Teleport's TLS routing has it: it looks at the ClientHello only. `teleport-auth@<hex>…` as the first
 * protocol goes to Auth byte by byte, so TLS is between client and Auth; all else meets the web certificate and API.
 * A connection upgrade through the web API starts over inside of the upgraded connection.
 */
export async function createFakeProxy(options: FakeProxyOptions): Promise<FakeProxy> {
  const { host = "127.0.0.1", port = 0, tlsRouting = true } = options;
  const profile = profiles[options.profile ?? 18];
  const routes: ProxyRoute[] = [];
  const sockets = createSocketSet();
  const tunnelUsers: string[] = [];
  let tunnelKeyExchanges = 0;
  const certificate = await createWebCertificate(host, options.publicAddr);
  const tunnels = createTunnels(options, host, sockets, {
    onUser: (user) => void tunnelUsers.push(user),
    onKeyExchange: () => {
      tunnelKeyExchanges += 1;
    },
  });
  const web = createWebServer(certificate, () => ({
    clusterName: options.clusterName,
    profile,
    publicAddr: options.publicAddr ?? address,
    tunnelAddr: tlsRouting ? "" : tunnelAddress,
    tlsRouting,
    enterprise: options.enterprise ?? true,
  }));
  const inside = options.clusterAuthority ? await issueInside(options.clusterAuthority, host) : certificate;
  const serveTunnels = ({ key, cert }: Pick<WebCertificate, "key" | "cert">) =>
    createTlsServer({ key, cert, ALPNProtocols: [TUNNEL_PROTOCOL] }, tunnels.serve);
  const [tunnelTls, insideTls] = [serveTunnels(certificate), serveTunnels(inside)];
  const serve = (socket: Duplex, upgrade?: ProxyRoute["upgrade"]) => {
    peek(sockets.add(socket), (hello) => {
      const to = toRoute(hello, options.refuseAuthRoute ? "" : options.clusterName, tlsRouting);
      routes.push({ ...hello, to, ...(upgrade ? { upgrade } : {}) });
      if (to === "auth") join(socket, sockets.connect(options.authAddress));
      else if (to === "web") web.emit("connection", socket);
      else if (to === "tunnel") (upgrade ? insideTls : tunnelTls).emit("connection", socket);
      else socket.destroy();
    });
  };
  const upgrades = createUpgradeServer({ profile, pingMs: options.upgradePingMs ?? 30_000, serve });
  web.on("upgrade", upgrades.accept);
  const server = createServer({ noDelay: true }, (socket) => serve(socket));
  const tunnelServer = createServer({ noDelay: true }, (socket) => tunnels.serve(sockets.add(socket)));
  const address = await listen(server, host, port);
  const tunnelAddress = tlsRouting ? address : await listen(tunnelServer, host, options.tunnelPort ?? 0);
  return {
    address,
    tunnelAddress,
    tunnelUsers,
    get tunnelKeyExchanges() {
      return tunnelKeyExchanges;
    },
    webAuthorityPem: certificate.authorityPem,
    routes,
    get openSockets() {
      return sockets.size;
    },
    close() {
      for (const one of [server, tunnelServer, web, tunnelTls, insideTls]) one.close();
      upgrades.close();
      sockets.destroy();
    },
  };
}

/** The first known protocol in the client's order decides; a cluster nobody knows is refused. */
function toRoute({ alpn }: ClientHello, clusterName: string, tlsRouting: boolean): ProxyRoute["to"] {
  if (tlsRouting && alpn[0] === TUNNEL_PROTOCOL) return "tunnel";
  const hex = AUTH_ROUTE.exec(alpn[0] ?? "")?.[1];
  if (hex === undefined || !tlsRouting) return "web";
  return hex === Buffer.from(clusterName).toString("hex") ? "auth" : "refused";
}

async function issueInside(authority: Pick<CertificateAuthority, "issueServer">, host: string) {
  const validity = { from: new Date(Date.now() - 60_000), until: new Date(Date.now() + 365 * 86_400_000) };
  const ips = [...new Set(["127.0.0.1", "::1", ...(isIP(host) === 0 ? [] : [host])])];
  const { certificatePem, privateKeyPem } = await authority.issueServer(
    { commonName: "proxy", dns: ["localhost"], ips },
    validity,
  );
  return { cert: certificatePem, key: privateKeyPem };
}

function createTunnels(
  { sshAuthority, sshHost, authAddress, publicAddr, refuseTunnels, tunnelRekeyBytes }: FakeProxyOptions,
  host: string,
  sockets: SocketSet,
  observer: Pick<TunnelServerOptions, "onUser" | "onKeyExchange">,
): TunnelServer {
  if (sshAuthority === undefined) return { serve: (socket) => void socket.on("error", () => socket.destroy()) };
  const names = [host, "localhost", ...(publicAddr === undefined ? [] : [publicAddr.replace(/:\d+$/, "")])];
  return createTunnelServer({
    authority: sshAuthority,
    host: { names, ...sshHost },
    ...(tunnelRekeyBytes === undefined ? {} : { rekeyBytes: tunnelRekeyBytes }),
    connectAuth: () => (refuseTunnels ? undefined : sockets.connect(authAddress)),
    ...observer,
  });
}

/** Collects bytes until the ClientHello is there, then puts them back for whoever serves the connection. */
function peek(socket: Duplex, found: (hello: ClientHello) => void): void {
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

function createWebServer({ key, cert }: WebCertificate, facts: () => WebApiFacts): Http2SecureServer {
  const web = createSecureServer({
    key,
    cert,
    allowHTTP1: true,
    ALPNCallback: ({ protocols }) => protocols.find((protocol) => WEB_PROTOCOLS.includes(protocol)),
  });
  web.on("request", (request, response) => {
    const { status, body } = toWebAnswer(request.url.split("?")[0] ?? "", facts());
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });
  return web;
}
