import { type Command, InvalidArgumentError, Option } from "commander";
import type { ProfileName } from "../cluster/profiles.ts";
import type { FakeAuthService } from "../fake-auth-service.ts";
import { createFakeProxy, type FakeProxy } from "../proxy/fake-proxy.ts";
import { createFakeHttpProxy, type FakeHttpProxy } from "../proxy/http-proxy.ts";
import { createFakeLoadBalancer, type FakeLoadBalancer } from "../proxy/load-balancer.ts";
import { type CommandIo, toAddress } from "./run-command.ts";
import type { StateDirectory } from "./state-directory.ts";

interface Address {
  readonly host: string;
  readonly port: number;
}

/** What can stand between a client and the Auth Service. */
export interface ProxyFlags {
  readonly cluster: string;
  readonly profile: ProfileName;
  readonly enterprise: boolean;
  readonly proxyListen?: Address;
  readonly proxyTunnelPort?: number;
  readonly balancerListen?: Address;
  readonly balancerAlpn: "none" | "alert";
  readonly httpProxyListen?: Address;
}

/** Adds the flags to a command. */
export function addProxyOptions(command: Command): Command {
  return command
    .option("--proxy-listen <host:port>", "run a Proxy as well; its web authority is proxy.cas", toAddress)
    .option("--proxy-tunnel-port <port>", "the Proxy has TLS routing off and takes SSH tunnels at this port", toPort)
    .option(
      "--balancer-listen <host:port>",
      "run a load balancer of layer 7 before the Proxy (balancer.cas)",
      toAddress,
    )
    .addOption(
      new Option("--balancer-alpn <how>", "how it treats protocols it does not know: no answer, or a TLS alert")
        .default("none")
        .choices(["none", "alert"]),
    )
    .option("--http-proxy-listen <host:port>", "run an HTTP proxy (CONNECT) as well", toAddress);
}

/** Starts what the flags ask for and tells where it is. */
export async function startProxies(
  flags: ProxyFlags,
  service: FakeAuthService,
  directory: StateDirectory,
  io: CommandIo,
): Promise<{ close(): void }> {
  const open: (FakeProxy | FakeLoadBalancer | FakeHttpProxy)[] = [];
  if (flags.proxyListen) {
    const proxy = await startProxy(flags, flags.proxyListen, service);
    open.push(proxy);
    await directory.writeWebAuthority("proxy", proxy.webAuthorityPem);
    const tunnels = flags.proxyTunnelPort === undefined ? "" : `, SSH tunnels at ${proxy.tunnelAddress}`;
    io.err(`proxy ${proxy.address}, web authority in ${directory.path("proxy.cas")}${tunnels}\n`);
    if (flags.balancerListen) {
      const { balancerListen, balancerAlpn: alpn } = flags;
      const balancer = await createFakeLoadBalancer({ ...balancerListen, alpn, proxyAddress: proxy.address });
      open.push(balancer);
      await directory.writeWebAuthority("balancer", balancer.webAuthorityPem);
      io.err(`load balancer ${balancer.address}, web authority in ${directory.path("balancer.cas")}\n`);
    }
  }
  if (flags.httpProxyListen) {
    const httpProxy = await createFakeHttpProxy(flags.httpProxyListen);
    open.push(httpProxy);
    io.err(`HTTP proxy ${httpProxy.url}\n`);
  }
  return {
    close() {
      for (const one of open) one.close();
    },
  };
}

async function startProxy(flags: ProxyFlags, at: Address, service: FakeAuthService): Promise<FakeProxy> {
  const { cluster: clusterName, profile, enterprise, proxyTunnelPort } = flags;
  const { sshAuthority, authorities } = service.authorities;
  const [clusterAuthority] = authorities;
  const proxy = await createFakeProxy({
    ...at,
    authAddress: service.address,
    clusterName,
    profile,
    enterprise,
    sshAuthority,
    ...(clusterAuthority === undefined ? {} : { clusterAuthority }),
    ...(proxyTunnelPort === undefined ? {} : { tlsRouting: false, tunnelPort: proxyTunnelPort }),
  });
  service.ping.proxyPublicAddr ||= proxy.address;
  return proxy;
}

function toPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("Write a port; 0 takes a free one.");
}
