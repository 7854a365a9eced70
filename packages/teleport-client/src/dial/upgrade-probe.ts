import { PluginError } from "@access-plugins/core";
import type { Target } from "./address.ts";
import type { OpenWeb } from "./web-tls.ts";

/** A protocol that every Proxy with TLS routing negotiates, and nobody else knows. */
export const tunnelProtocol = "teleport-reversetunnel";

/** What OpenSSL says to the alert `no_application_protocol` and to a protocol that was not offered. */
const refusals = /ALERT_NO_APPLICATION_PROTOCOL|BAD_EXTENSION/u;

/**
 * Whether something in front of a Proxy takes TLS apart and loses ALPN (a load balancer of layer 7), so that only a
 * connection upgrade gets through. Anything that fails otherwise is no such sign: the other routes tell what it is.
 */
export async function probeUpgrade(target: Target, openWeb: OpenWeb, signal: AbortSignal): Promise<boolean> {
  try {
    const socket = await openWeb(target, [tunnelProtocol], signal);
    const { alpnProtocol } = socket;
    socket.destroy();
    return alpnProtocol !== tunnelProtocol;
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return thrown instanceof PluginError && refusals.test(thrown.reason ?? "");
  }
}
