import type { Clock } from "@access-plugins/core";
import { type AccessRequestStore, createAccessRequestStore } from "../access-requests/access-request-store.ts";
import type { CallContext } from "../grpc/call-context.ts";
import type { FakeAuthServiceOptions } from "../options.ts";
import { type AccessListStore, createAccessListStore } from "./access-list-store.ts";
import { defaultRoles, defaultUsers } from "./defaults.ts";
import { createDirectory, type Directory } from "./directory.ts";
import { createEventFanout, type EventFanout } from "./event-fanout.ts";
import { createMonitoringRuleStore, type MonitoringRuleStore, toRuleMessage } from "./monitoring-rule-store.ts";
import { type Caller, toCaller } from "./permissions.ts";
import { createPluginDataStore, type PluginDataStore } from "./plugin-data-store.ts";
import { type Profile, profiles } from "./profiles.ts";
import { createResourceCatalog, type ResourceCatalog } from "./resource-catalog.ts";

/** The state of one simulated cluster: what every service works on. */
export interface Cluster {
  readonly name: string;
  readonly profile: Profile;
  readonly directory: Directory;
  readonly requests: AccessRequestStore;
  readonly pluginData: PluginDataStore;
  readonly resources: ResourceCatalog;
  readonly monitoringRules: MonitoringRuleStore;
  readonly accessLists: AccessListStore;
  readonly fanout: EventFanout;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export function createCluster(options: FakeAuthServiceOptions, clock: Clock): Cluster {
  const fanout = createEventFanout();
  const requests = createAccessRequestStore(fanout);
  const monitoringRules = createMonitoringRuleStore(fanout);
  for (const rule of options.monitoringRules ?? []) monitoringRules.put(toRuleMessage(rule));
  const profile = profiles[options.profile ?? 18];
  return {
    name: options.clusterName ?? "example.com",
    profile: options.allowOldClients ? { ...profile, minClientMajor: 0 } : profile,
    directory: createDirectory(
      [...defaultUsers, ...(options.users ?? [])],
      [...defaultRoles, ...(options.roles ?? [])],
    ),
    requests,
    pluginData: createPluginDataStore({
      now: () => clock.now(),
      findAccessExpiry: (id) => requests.get(id)?.accessExpiry,
    }),
    resources: options.catalog ?? createResourceCatalog(options.resources ?? []),
    monitoringRules,
    accessLists: createAccessListStore(fanout, options.accessLists ?? []),
    fanout,
    now: () => clock.now().getTime(),
  };
}

/** Who calls, with what its roles allow at this moment. */
export const callerOf = (cluster: Cluster, { identity }: CallContext): Caller => toCaller(identity, cluster.directory);
