import { z } from "zod";
import { defaultTunnelPort, parseAddress, type Target } from "./address.ts";

/** The part of a Proxy's settings that tells where it takes SSH tunnels. What is missing is empty. */
export const tunnelAddressSchema = z
  .object({
    public_addr: z.string().default(""),
    ssh_public_addr: z.string().default(""),
    ssh_tunnel_public_addr: z.string().default(""),
    tunnel_listen_addr: z.string().default(""),
    web_listen_addr: z.string().default(""),
  })
  .prefault({});

const defaultWebPort = 443;

/**
 * Where a Proxy takes SSH tunnels, chosen as Teleport's own client does. An address it merely listens on (`0.0.0.0`)
 * says nothing about its host: that is the one we asked.
 */
export function toTunnelTarget(
  addresses: z.output<typeof tunnelAddressSchema>,
  tlsRouting: boolean,
  asked: Target,
): Target {
  if (tlsRouting) {
    const port = findPort(addresses.web_listen_addr) ?? defaultWebPort;
    return toTarget(addresses.public_addr, port) ?? asked;
  }
  const port = findPort(addresses.tunnel_listen_addr) ?? defaultTunnelPort;
  return (
    toTarget(addresses.ssh_tunnel_public_addr, port) ??
    withPort(toTarget(addresses.ssh_public_addr, port), port) ??
    withPort(toTarget(addresses.public_addr, port), port) ??
    toTarget(addresses.tunnel_listen_addr, port) ?? { host: asked.host, port }
  );
}

function toTarget(address: string, defaultPort: number): Target | undefined {
  if (address === "") return undefined;
  const { host, port = defaultPort } = parseAddress(address);
  const isAnywhere = host === "0.0.0.0" || host === "::";
  return isAnywhere ? undefined : { host, port };
}

function withPort(target: Target | undefined, port: number): Target | undefined {
  return target === undefined ? undefined : { ...target, port };
}

function findPort(address: string): number | undefined {
  return address === "" ? undefined : parseAddress(address).port;
}
