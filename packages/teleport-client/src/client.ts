import type { Clock, ClusterInfo, Log, ProxySettings, TeleportClient } from "@access-plugins/core";
import { PluginError } from "@access-plugins/core";
import { getAccessListOwners, listAccessLists } from "./access-lists.ts";
import { getAccessRequest, listAccessRequests } from "./access-requests.ts";
import { createCaller } from "./caller.ts";
import { toClusterInfo } from "./convert.ts";
import { type CredentialStatus, createCredentialSource } from "./credential-source.ts";
import { createDialer } from "./dial/dialer.ts";
import { createNetwork } from "./dial/network.ts";
import { createRoutes } from "./dial/routes.ts";
import type { CredentialFiles } from "./identity.ts";
import { listAccessMonitoringRules } from "./monitoring-rules.ts";
import { getAllPluginData, getPluginData, updatePluginData } from "./plugin-data.ts";
import { findResources } from "./resources.ts";
import { getOwnRoles, getRole, getUser, getUserTraits } from "./users.ts";
import { watchEvents } from "./watch.ts";

/** How to reach a cluster and as whom. */
export interface TeleportClientConfig {
  /**
   * `host`, `host:port` or `https://host[:port]` of a Proxy or of the Auth Service, IPv6 with or without brackets; empty
   * means `localhost:3025`. Port 3025 is dialled directly; at any other port everything is tried at once (directly, TLS
   * routing, connection upgrade, SSH tunnel); without a port: a Proxy at 443 and 3080, directly 3025, SSH at 3024.
   */
  readonly addr: string;
  readonly credentials: CredentialFiles;
  /** How often the files are read and compared by content; whatever is new is used from then on. Default 60,000. */
  readonly refreshIntervalMs?: number;
}

/** What a client needs of its surroundings. */
export interface TeleportClientDeps {
  readonly clock: Clock;
  readonly log: Log;
  /**
   * PEM certificates that a Proxy's web certificate may chain to, besides the machine's own (system store, Node's list,
   * NODE_EXTRA_CA_CERTS). The connection to the Auth Service trusts the identity's authorities only.
   */
  readonly webAuthorities?: readonly string[];
  /** HTTP proxies. The one for `https` is on the way to Teleport, but for what runs on this machine. Default: none. */
  readonly proxy?: ProxySettings;
  /**
   * Whether a Proxy (`host:port`) is behind a load balancer that needs a connection upgrade
   * (`TELEPORT_TLS_ROUTING_CONN_UPGRADE`). Default: a TLS handshake tells.
   */
  readonly connectionUpgrade?: ((address: string) => boolean) | undefined;
  /** Where SSH tunnels are taken, `host` or `host:port` (`TELEPORT_TUNNEL_PUBLIC_ADDR`). Default: the Proxy tells. */
  readonly tunnelAddr?: string | undefined;
}

/** A client with an end, and with credentials one can ask about. */
export interface ClosableTeleportClient extends TeleportClient {
  /** How the credentials stand now. Reads nothing. */
  credentialStatus(): CredentialStatus;
  /** Ends all connections, calls (`aborted`) and watches. Needed: open connections keep the process alive. */
  close(): void;
}

const defaultRefreshIntervalMs = 60_000;

/**
 * Core's `TeleportClient` on gRPC over mutual TLS. Throws `invalid_config` for an address that cannot be one; files are
 * read and connections made by the first call, whose errors also name files (`invalid_config`, `unauthenticated`) and
 * every way that was tried. Calls share one connection and end within 10 s; each watch has its own connection.
 */
export function createTeleportClient(config: TeleportClientConfig, deps: TeleportClientDeps): ClosableTeleportClient {
  const { addr, credentials: files, refreshIntervalMs = defaultRefreshIntervalMs } = config;
  const { clock, log, connectionUpgrade, tunnelAddr } = deps;
  const newRoutes = createRoutes(addr, { network: createNetwork(deps), connectionUpgrade, tunnelAddr });
  const source = createCredentialSource({ files, refreshIntervalMs, clock, log });
  const dialer = createDialer({ address: addr, createRoutes: newRoutes, clock, log });
  const caller = createCaller({ source, dialer, clock });
  const closed = new AbortController();
  /** A cluster never changes its name. */
  let cluster: string | undefined;

  async function ping(signal: AbortSignal): Promise<ClusterInfo> {
    const operation = "Ping";
    const info = toClusterInfo(
      await caller.call({ operation, run: ({ auth }, options) => auth.ping({}, options) }, signal),
    );
    cluster = info.clusterName;
    return info;
  }

  return {
    ping,
    watch: (kinds, signal) =>
      watchEvents({ source, dialer, clock, onSilence: caller.doubt }, kinds, AbortSignal.any([signal, closed.signal])),
    listAccessRequests: (signal) => listAccessRequests(caller, signal),
    getAccessRequest: (id, signal) => getAccessRequest(caller, id, signal),
    getPluginData: (of, signal) => getPluginData(caller, of, signal),
    getAllPluginData: (kind, plugin, signal) => getAllPluginData(caller, kind, plugin, signal),
    updatePluginData: (of, set, expect, signal) => updatePluginData(caller, of, set, expect, signal),
    getOwnRoles: (signal) => getOwnRoles(caller, signal),
    getRole: (name, signal) => getRole(caller, name, signal),
    getUser: (name, signal) => getUser(caller, name, signal),
    getUserTraits: (name, signal) => getUserTraits(caller, name, signal),
    findResources: async (ids, signal) =>
      findResources(caller, cluster ?? (await ping(signal)).clusterName, ids, signal),
    listAccessMonitoringRules: (plugin, signal) => listAccessMonitoringRules(caller, plugin, signal),
    listAccessLists: (signal) => listAccessLists(caller, signal),
    getAccessListOwners: (list, signal) => getAccessListOwners(caller, list, signal),
    credentialStatus: () => source.status(),
    close() {
      closed.abort(new PluginError("aborted", "The Teleport client is closed."));
      source.close();
      caller.close();
    },
  };
}
