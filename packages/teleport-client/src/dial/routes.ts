import { type Candidate, toCandidates } from "./address.ts";
import { createUpgradeRoute } from "./connection-upgrade.ts";
import { createDirectRoute } from "./direct.ts";
import { createDiscovery } from "./discovery.ts";
import type { Network } from "./network.ts";
import type { Route } from "./route.ts";
import { createSshRoute, createSshTunnelRoute } from "./ssh-tunnel.ts";
import { createTlsRoutingRoute } from "./tls-routing.ts";

export interface RoutesOptions {
  readonly network: Network;
  /** Whether an address (`host:port`) needs a connection upgrade; without it a probe tells. */
  readonly connectionUpgrade?: ((address: string) => boolean) | undefined;
}

/** Every way to a configured address, new ones with each call. Throws `invalid_config` when the address cannot be one. */
export function createRoutes(address: string, { network, connectionUpgrade }: RoutesOptions): () => readonly Route[] {
  const candidates = toCandidates(address);
  const toRoutes = (candidate: Candidate): readonly Route[] => {
    if (candidate.as === "auth") return [createDirectRoute(candidate, network)];
    if (candidate.as === "tunnel") return [createSshRoute(candidate, network)];
    const discovery = createDiscovery(candidate, network, connectionUpgrade);
    return [createTlsRoutingRoute, createUpgradeRoute, createSshTunnelRoute].map((create) =>
      create(discovery, network),
    );
  };
  return () => candidates.flatMap(toRoutes);
}
