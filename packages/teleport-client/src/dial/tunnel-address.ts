import * as z from "zod";
import { defaultTunnelPort, parseAddress, type Target, toTarget } from "./address.ts";

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
    return toNamed(addresses.public_addr, port) ?? asked;
  }
  const port = findPort(addresses.tunnel_listen_addr) ?? defaultTunnelPort;
  return (
    toNamed(addresses.ssh_tunnel_public_addr, port) ??
    withPort(toNamed(addresses.ssh_public_addr, port), port) ??
    withPort(toNamed(addresses.public_addr, port), port) ??
    toNamed(addresses.tunnel_listen_addr, port) ?? { host: asked.host, port }
  );
}

function toNamed(address: string, defaultPort: number): Target | undefined {
  if (address === "") return undefined;
  const target = toTarget(address, defaultPort);
  return target.host === "0.0.0.0" || target.host === "::" ? undefined : target;
}

function withPort(target: Target | undefined, port: number): Target | undefined {
  return target === undefined ? undefined : { ...target, port };
}

function findPort(address: string): number | undefined {
  return address === "" ? undefined : parseAddress(address).port;
}
