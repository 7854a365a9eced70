import { PluginError } from "@access-plugins/core";

/** Where something listens. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** A place to try, and what we take it for. */
export interface Candidate extends Target {
  readonly as: "auth" | "proxy" | "tunnel";
}

const defaultAddress = "localhost:3025";
const authPort = 3025;
/** Where a Proxy without TLS routing takes SSH tunnels. */
export const defaultTunnelPort = 3024;

/**
 * The places that a configured address may mean: `host`, `host:port`, `https://host[:port]`, IPv6 with or without
 * brackets; empty is `localhost:3025`. Port 3025 is the Auth Service, any other port the Auth Service, a Proxy or a
 * Proxy's port for SSH tunnels; without a port, a Proxy on 443 or 3080, the Auth Service on 3025 or a tunnel on 3024.
 * Throws `invalid_config`.
 */
export function toCandidates(address: string): readonly Candidate[] {
  const { host, port } = parseAddress(address.trim() || defaultAddress);
  if (port === authPort) return [{ host, port, as: "auth" }];
  if (port !== undefined) {
    return [
      { host, port, as: "auth" },
      { host, port, as: "proxy" },
      { host, port, as: "tunnel" },
    ];
  }
  return [
    { host, port: 443, as: "proxy" },
    { host, port: 3080, as: "proxy" },
    { host, port: authPort, as: "auth" },
    { host, port: defaultTunnelPort, as: "tunnel" },
  ];
}

/** `host:port` as one writes it. */
export function toTargetText({ host, port }: Target): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** The target an address stands for; throws `invalid_config`. */
export function toTarget(address: string, defaultPort: number): Target {
  const { host, port = defaultPort } = parseAddress(address);
  return { host, port };
}

/** Host and port of an address; throws `invalid_config`. */
export function parseAddress(address: string): { host: string; port: number | undefined } {
  const [, scheme, rest = ""] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/isu.exec(address) ?? [];
  if (scheme !== undefined && scheme.toLowerCase() !== "https") {
    throw invalidAddress(address, `nothing of Teleport speaks ${scheme}:// here`);
  }
  const authority = rest.replace(/[/?#].*$/su, "");
  // An IPv6 address without brackets has no port: every colon is its own.
  const isBareIpv6 = authority.split(":").length > 2 && !authority.startsWith("[");
  const [, bracketed, plain, portText] = isBareIpv6
    ? [undefined, authority]
    : (/^(?:\[([^\]]+)\]|([^:[\]]*))(?::(\d*))?$/u.exec(authority) ?? [undefined, undefined, undefined]);
  const host = isBareIpv6 ? authority : (bracketed ?? plain);
  if (host === undefined || /[\s@]/u.test(host)) throw invalidAddress(address, "it is no host with an optional port");
  if (portText === "") throw invalidAddress(address, "the port after the colon is missing");
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > 65_535)) throw invalidAddress(address, `there is no port ${portText}`);
  if (host === "" && port === undefined) throw invalidAddress(address, "the host is missing");
  return { host: host || "localhost", port };
}

function invalidAddress(address: string, why: string): PluginError {
  return new PluginError("invalid_config", `Teleport address "${address}" cannot be used: ${why}.`, {
    fix: 'Write [teleport] addr as "host:port": the Proxy ("teleport.example.com:443") or the Auth Service ("auth.example.com:3025").',
  });
}
