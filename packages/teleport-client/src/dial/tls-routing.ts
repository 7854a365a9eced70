import { PluginError } from "@access-plugins/core";
import { type Target, toTargetText } from "./address.ts";
import { toDialError } from "./dial-fault.ts";
import type { FindProxy, ProxySettings } from "./proxy-settings.ts";
import { authServerName, type Route, startAuthTls } from "./route.ts";
import type { OpenWire } from "./wire.ts";

/** `reason` of the error that says that a Proxy serves no TLS routing. */
export const routingDisabled = "tls_routing_disabled";

/** ALPN names are limited to 255 bytes. */
const maxAlpnBytes = 255;

/**
 * Through the Proxy's web port: the Proxy reads the name of the cluster from the first ALPN entry and passes the
 * connection on to the Auth Service as it is, so that certificates and verification are those of a direct connection.
 */
export function createTlsRoutingRoute(target: Target, findProxy: FindProxy, openWire: OpenWire): Route {
  let settings: ProxySettings | undefined;
  return {
    name: "TLS routing",
    target: toTargetText(target),
    async connect(credentials, signal) {
      settings ??= await findProxy(target, signal);
      if (!settings.tlsRouting) throw routingOff(settings);
      // The Proxy reads the first entry; the Auth Service behind it negotiates what follows.
      const protocol = toRoutingProtocol(settings.clusterName || credentials.cluster);
      try {
        return await startAuthTls(await openWire(target, signal), credentials, [protocol], signal);
      } catch (thrown) {
        throw toDialError(thrown, "auth");
      }
    },
  };
}

/** The ALPN entry that stands for the Auth Service of a cluster; hexadecimal because dots would split the name. */
export function toRoutingProtocol(clusterName: string): string {
  const protocol = `teleport-auth@${Buffer.from(clusterName).toString("hex")}.${authServerName}`;
  if (protocol.length <= maxAlpnBytes) return protocol;
  throw new PluginError("invalid_config", `the cluster's name is too long for TLS routing: "${clusterName}"`, {
    fix: "Use the Auth Service's own address (host:3025) as [teleport] addr.",
  });
}

function routingOff({ clusterName }: ProxySettings): PluginError {
  return new PluginError("invalid_config", `the Proxy of "${clusterName}" has TLS routing switched off`, {
    reason: routingDisabled,
    fix: "Use the Auth Service's own address (host:3025) as [teleport] addr, or let the cluster's administrator set proxy_listener_mode: multiplex.",
  });
}
