import { type Candidate, defaultTunnelPort, toCandidates, toTarget } from "./address.ts";
import { createUpgradeRoute } from "./connection-upgrade.ts";
import { createDirectRoute } from "./direct.ts";
import { createDiscovery } from "./discovery.ts";
import type { Network } from "./network.ts";
import type { Route } from "./route.ts";
import { createSshRoute, createSshTunnelRoute } from "./ssh-tunnel.ts";
import { createTlsRoutingRoute } from "./tls-routing.ts";

export interface RoutesOptions {
  readonly network: Network;
  /** See `DiscoveryHints`. */
  readonly connectionUpgrade?: ((address: string) => boolean) | undefined;
  /** Where SSH tunnels are taken, `host` or `host:port` (3024); without it a Proxy tells. */
  readonly tunnelAddr?: string | undefined;
}

/**
 * Every way to a configured address, new ones with each call. Throws `invalid_config` when an address cannot be one.
 */
export function createRoutes(address: string, options: RoutesOptions): () => readonly Route[] {
  const { network, connectionUpgrade, tunnelAddr = "" } = options;
  const tunnel = tunnelAddr === "" ? undefined : toTarget(tunnelAddr, defaultTunnelPort);
  const candidates = toCandidates(address);
  const toRoutes = (candidate: Candidate): readonly Route[] => {
    if (candidate.as === "auth") return [createDirectRoute(candidate, network)];
    if (candidate.as === "tunnel") return [createSshRoute(candidate, network)];
    const discovery = createDiscovery(candidate, network, { connectionUpgrade, tunnel });
    return [createTlsRoutingRoute, createUpgradeRoute, createSshTunnelRoute].map((create) =>
      create(discovery, network),
    );
  };
  return () => candidates.flatMap(toRoutes);
}
