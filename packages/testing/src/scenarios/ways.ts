import { writeFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import type { ExtraEnvironment } from "../child-process.ts";
import type { FakeAuthService } from "../fake-auth-service/fake-auth-service.ts";
import { createFakeProxy, type FakeProxyOptions } from "../fake-auth-service/proxy/fake-proxy.ts";
import { createFakeHttpProxy } from "../fake-auth-service/proxy/http-proxy.ts";
import { createFakeLoadBalancer, type FakeLoadBalancerOptions } from "../fake-auth-service/proxy/load-balancer.ts";
import { toToml } from "../simulated-config.ts";
import type { Theatre } from "../theatre.ts";

/** What stands between a plugin and the Auth Service. */
export interface Way {
  /** For `[teleport] addr`. */
  readonly addr: string;
  /** Authorities of the web certificates on the way. */
  readonly authorities: readonly string[];
  /** URL of the HTTP proxy on the way, if there is one. */
  readonly httpProxy?: string;
  close(): void;
}

type OpenWay = (auth: FakeAuthService) => Promise<Way>;

/** A way, and what the log says when it was taken. */
export interface WayStory {
  readonly title: string;
  /** Where the Auth Service listens. Default `127.0.0.1`. */
  readonly host?: string;
  readonly open: OpenWay;
  readonly route: string;
  target(way: Way): string;
  /** Ways that have failed before, each with its reason. */
  readonly failed: readonly ((way: Way) => string)[];
  /** Why it cannot be taken on this machine. */
  readonly skipped?: string | undefined;
}

const skipped = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"))
  ? undefined
  : "this machine has no IPv6";

const addr = (way: Way) => way.addr;
const throughIt = (way: Way) => `${way.addr} through the HTTP proxy ${new URL(way.httpProxy ?? "").host}`;

const strangeCertificate =
  "the server's certificate is not of the identity's cluster (UNABLE_TO_VERIFY_LEAF_SIGNATURE)";
const notTheAuthService = (way: Way) => `direct to ${way.addr}: ${strangeCertificate}`;
const notTheAuthServiceThere = (way: Way) => `direct to ${throughIt(way)}: ${strangeCertificate}`;
const takenApart = (way: Way) => `TLS routing to ${way.addr}: ${strangeCertificate}`;
const alerted = (way: Way) => `TLS routing to ${way.addr}: the server does not offer what the Auth Service speaks`;
const hungUp = (way: Way) => `TLS routing to ${way.addr}: the connection was closed by the other side (ECONNRESET)`;
const noTls = (way: Way) => `direct to ${way.addr}: the server does not speak TLS (ERR_SSL_WRONG_VERSION_NUMBER)`;

/** Every way of `docs/network.md`. */
export const ways: readonly WayStory[] = [
  { title: "directly", open: straight, route: "direct", target: addr, failed: [] },
  { title: "directly by IPv6", host: "::1", open: straight, route: "direct", target: addr, failed: [], skipped },
  {
    title: "by TLS routing",
    open: throughProxy(),
    route: "TLS routing",
    target: addr,
    failed: [notTheAuthService],
  },
  {
    title: "by TLS routing and IPv6",
    open: throughProxy({ host: "::1" }),
    route: "TLS routing",
    target: addr,
    failed: [notTheAuthService],
    skipped,
  },
  {
    title: "behind a load balancer, by a web socket",
    open: throughLoadBalancer(),
    route: "connection upgrade",
    target: addr,
    failed: [notTheAuthService, takenApart],
  },
  {
    title: "behind a load balancer, by the upgrade of Proxies before 15.1",
    open: throughLoadBalancer({ profile: 14 }, "alert"),
    route: "connection upgrade",
    target: addr,
    failed: [alerted],
  },
  {
    title: "by an SSH tunnel at its own port, which the web port tells",
    open: throughProxy({ tlsRouting: false }),
    route: "SSH tunnel",
    target: addr,
    failed: [notTheAuthService],
  },
  {
    title: "by an SSH tunnel inside of TLS",
    open: throughProxy({ refuseAuthRoute: true }),
    route: "SSH tunnel",
    target: addr,
    failed: [notTheAuthService, hungUp],
  },
  { title: "by SSH at a port for tunnels", open: atTunnelPort, route: "SSH", target: addr, failed: [noTls] },
  {
    title: "through an HTTP proxy",
    open: throughHttpProxy(),
    route: "TLS routing",
    target: throughIt,
    failed: [notTheAuthServiceThere],
  },
  {
    title: "through an HTTP proxy by IPv6",
    open: throughHttpProxy("::1"),
    route: "TLS routing",
    target: throughIt,
    failed: [notTheAuthServiceThere],
    skipped,
  },
];

/** Leads whatever starts from now on this way: gives the environment to start it with. */
export async function lead({ auth, dir, editConfig }: Theatre, way: Way): Promise<ExtraEnvironment> {
  await editConfig((toml) => toml.replace(toToml(auth.address), toToml(way.addr)));
  if (way.authorities.length === 0) return {};
  const trusted = join(dir, "trusted.pem");
  await writeFile(trusted, way.authorities.join("\n"));
  return { SSL_CERT_FILE: trusted, ...(way.httpProxy === undefined ? {} : { HTTPS_PROXY: way.httpProxy }) };
}

async function straight({ address }: FakeAuthService): Promise<Way> {
  return { addr: address, authorities: [], close: () => {} };
}

/** A Proxy, reached at its web port. */
function throughProxy(options: Partial<FakeProxyOptions> = {}): OpenWay {
  return async (auth) => {
    const proxy = await openProxy(auth, options);
    return { addr: proxy.address, authorities: [proxy.webAuthorityPem], close: proxy.close };
  };
}

/** A Proxy, reached at its port for SSH tunnels. */
async function atTunnelPort(auth: FakeAuthService): Promise<Way> {
  const proxy = await openProxy(auth, { tlsRouting: false });
  return { addr: proxy.tunnelAddress, authorities: [], close: proxy.close };
}

/** A Proxy behind a load balancer that takes TLS apart. */
function throughLoadBalancer(
  options: Partial<FakeProxyOptions> = {},
  alpn: FakeLoadBalancerOptions["alpn"] = "none",
): OpenWay {
  return async (auth) => {
    const proxy = await openProxy(auth, options);
    const balancer = await createFakeLoadBalancer({ proxyAddress: proxy.address, alpn });
    return {
      addr: balancer.address,
      authorities: [balancer.webAuthorityPem],
      close() {
        balancer.close();
        proxy.close();
      },
    };
  };
}

/** A Proxy whose name only an HTTP proxy knows. */
function throughHttpProxy(host = "127.0.0.1"): OpenWay {
  return async (auth) => {
    const addr = "teleport.example.com:443";
    const proxy = await openProxy(auth, { publicAddr: addr, host });
    const httpProxy = await createFakeHttpProxy({ hosts: { [addr]: proxy.address }, host });
    return {
      addr,
      authorities: [proxy.webAuthorityPem],
      httpProxy: httpProxy.url,
      close() {
        httpProxy.close();
        proxy.close();
      },
    };
  };
}

function openProxy(
  { address: authAddress, clusterName, authorities }: FakeAuthService,
  options: Partial<FakeProxyOptions>,
) {
  return createFakeProxy({ authAddress, clusterName, sshAuthority: authorities.sshAuthority, ...options });
}
