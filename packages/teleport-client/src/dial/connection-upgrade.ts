import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { Target } from "./address.ts";
import { toDialError } from "./dial-fault.ts";
import type { Discovery } from "./discovery.ts";
import { openLegacyUpgrade } from "./legacy-upgrade.ts";
import type { Network } from "./network.ts";
import { notApplicable, type Route, startAuthTls } from "./route.ts";
import { limitStep } from "./step-limit.ts";
import { toProtocol } from "./tls-routing.ts";
import { isUpgradeRefused } from "./upgrade-refusal.ts";

/**
 * Through a load balancer that takes TLS apart: an HTTP request to the Proxy turns into a stream of bytes, and inside
 * of it everything is as with TLS routing.
 */
export function createUpgradeRoute({ target, knownSettings, needsUpgrade }: Discovery, network: Network): Route {
  return {
    name: "connection upgrade",
    target: network.describe(target),
    async connect(credentials, signal) {
      const protocol = toProtocol(await knownSettings(signal), credentials);
      if (!(await needsUpgrade(signal))) throw notApplicable("TLS reaches the Proxy as it is");
      const wire = await openUpgraded(target, network, signal);
      return limitStep(network.clock, signal, (limit) => startAuthTls(wire, credentials, [protocol], limit));
    },
  };
}

/** As a web socket; where that is refused, as Proxies before 15.1 know it. */
async function openUpgraded(target: Target, network: Network, signal: AbortSignal): Promise<Duplex> {
  try {
    // Loaded when needed: hardly anybody goes this way.
    const { openWebSocket } = await import("./web-socket.ts");
    return await upgrade(openWebSocket, target, network, signal);
  } catch (thrown) {
    if (!isUpgradeRefused(thrown)) throw toDialError(thrown, "web");
  }
  try {
    return await upgrade(openLegacyUpgrade, target, network, signal);
  } catch (thrown) {
    throw toDialError(thrown, "web");
  }
}

async function upgrade(
  open: (socket: TLSSocket, target: Target, signal: AbortSignal) => Promise<Duplex>,
  target: Target,
  { openWeb, clock }: Network,
  signal: AbortSignal,
): Promise<Duplex> {
  const socket = await openWeb(target, ["http/1.1"], signal);
  return limitStep(clock, signal, (limit) => open(socket, target, limit));
}
