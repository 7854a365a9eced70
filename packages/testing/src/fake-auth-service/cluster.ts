import type { AccessRequestStore } from "./access-request-store.ts";
import type { Directory } from "./directory.ts";
import type { EventFanout } from "./event-fanout.ts";
import type { CallContext } from "./grpc-host.ts";
import { type Caller, toCaller } from "./permissions.ts";
import type { PluginDataStore } from "./plugin-data-store.ts";
import type { Profile } from "./profiles.ts";

/** The state of one simulated cluster: what every service works on. */
export interface Cluster {
  readonly name: string;
  readonly profile: Profile;
  readonly directory: Directory;
  readonly requests: AccessRequestStore;
  readonly pluginData: PluginDataStore;
  readonly fanout: EventFanout;
  readonly now: () => number;
}

/** Who calls, with what its roles allow at this moment. */
export const callerOf = (cluster: Cluster, { identity }: CallContext): Caller => toCaller(identity, cluster.directory);
