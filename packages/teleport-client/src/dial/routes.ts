import { type Candidate, toCandidates } from "./address.ts";
import { createDirectRoute } from "./direct.ts";
import type { FindProxy } from "./proxy-settings.ts";
import type { Route } from "./route.ts";
import { createTlsRoutingRoute } from "./tls-routing.ts";
import type { OpenWire } from "./wire.ts";

/**
 * Every way to a configured address, new ones with each call. Further ways to a Proxy (connection upgrade, SSH tunnel)
 * join here. Throws `invalid_config` at once when the address cannot be one.
 */
export function createRoutes(address: string, openWire: OpenWire, findProxy: FindProxy): () => readonly Route[] {
  const candidates = toCandidates(address);
  const toRoute = (candidate: Candidate) =>
    candidate.as === "auth"
      ? createDirectRoute(candidate, openWire)
      : createTlsRoutingRoute(candidate, findProxy, openWire);
  return () => candidates.map(toRoute);
}
