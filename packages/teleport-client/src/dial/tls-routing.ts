import { PluginError } from "@access-plugins/core";
import type { Credentials } from "../identity.ts";
import { toDialError } from "./dial-fault.ts";
import type { Discovery } from "./discovery.ts";
import type { Network } from "./network.ts";
import type { ProxySettings } from "./proxy-settings.ts";
import { authServerName, notApplicable, type Route, routingOff, startAuthTls } from "./route.ts";
import { limitStep } from "./step-limit.ts";

/** ALPN names are limited to 255 bytes. */
const maxAlpnBytes = 255;

/**
 * Through the Proxy's web port: the Proxy reads the name of the cluster from the first ALPN entry and passes the
 * connection on to the Auth Service as it is, so that certificates and verification are those of a direct connection.
 */
export function createTlsRoutingRoute({ target, settings, isUpgradeForced }: Discovery, network: Network): Route {
  return {
    name: "TLS routing",
    target: network.describe(target),
    async connect(credentials, signal) {
      const protocol = toProtocol(await settings(signal), credentials);
      if (isUpgradeForced === true) throw notApplicable("the environment asks for a connection upgrade");
      try {
        const wire = await network.openWire(target, signal);
        return await limitStep(network.clock, signal, (limit) => startAuthTls(wire, credentials, [protocol], limit));
      } catch (thrown) {
        throw toDialError(thrown, "auth");
      }
    },
  };
}

/** The ALPN entry to send to a Proxy; throws when it routes no TLS. */
export function toProtocol({ tlsRouting, clusterName }: ProxySettings, credentials: Credentials): string {
  if (!tlsRouting) throw routingOff(clusterName);
  return toRoutingProtocol(clusterName || credentials.cluster);
}

/** The ALPN entry that stands for the Auth Service of a cluster; hexadecimal because dots would split the name. */
export function toRoutingProtocol(clusterName: string): string {
  const protocol = `teleport-auth@${Buffer.from(clusterName).toString("hex")}.${authServerName}`;
  if (protocol.length <= maxAlpnBytes) return protocol;
  throw new PluginError("invalid_config", `the cluster's name is too long for TLS routing: "${clusterName}"`, {
    fix: "Use the Auth Service's own address (host:3025) as [teleport] addr.",
  });
}
