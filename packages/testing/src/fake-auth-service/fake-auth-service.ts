import { systemClock } from "@access-plugins/core";
import { createAccessRequestOperations } from "./access-requests/access-request-operations.ts";
import { createExpiryJob } from "./access-requests/expiry-job.ts";
import { createRequestIds } from "./access-requests/request-id.ts";
import { type AuthFront, createAuthFront } from "./auth-front.ts";
import type { AccessListStore } from "./cluster/access-list-store.ts";
import { type Cluster, createCluster } from "./cluster/cluster.ts";
import type { Directory } from "./cluster/directory.ts";
import { type RuleSpec, toRuleMessage } from "./cluster/monitoring-rule-store.ts";
import type { ResourceCatalog } from "./cluster/resource-catalog.ts";
import { createStateLog, type StateLog } from "./cluster/state-log.ts";
import type { FakeAuthServiceOptions } from "./options.ts";
import { createRequestDesk, type RequestDesk } from "./request-desk.ts";
import { serveAccessLists } from "./services/access-lists.ts";
import { serveAccessRequests } from "./services/access-requests.ts";
import { serveMonitoringRules } from "./services/monitoring-rules.ts";
import { type PingFacts, servePing } from "./services/ping.ts";
import { servePluginData } from "./services/plugin-data.ts";
import { serveResources } from "./services/resources.ts";
import { serveUsers } from "./services/users.ts";
import { serveWatch } from "./services/watch.ts";

const WEEK_MS = 7 * 86_400_000;
const EXPIRY_INTERVAL_MS = 300_000;
const PENDING_GRACE_MS = 40_000;

/** A running simulated Auth Service and everything a test may want to see of it or do to it. */
export interface FakeAuthService extends AuthFront, RequestDesk {
  readonly clusterName: string;
  /** Users and roles; changes take effect with the next call. */
  readonly directory: Directory;
  readonly resources: ResourceCatalog;
  /** Access lists; changes are announced to the watches. */
  readonly accessLists: Pick<AccessListStore, "set" | "delete">;
  /** Access monitoring rules, as an administrator writes them; changes are announced to the watches. */
  readonly monitoringRules: { set(rule: RuleSpec): void; delete(name: string): void };
  /** What Ping tells from now on. */
  readonly ping: PingFacts;
  /** Requests, rules, access lists and plugin data as lines, for a later run to go on with. */
  readonly state: StateLog;
  /** Watches that are open, of one user or all. */
  watchCount(user?: string): number;
  /** Waits until at least `count` (1) watches are open. Rejects after `timeoutMs` (10 s). */
  untilWatched(count?: number, user?: string, timeoutMs?: number): Promise<void>;
  /** One run of the expiry job now; tells how many requests were deleted. */
  runExpiry(): number;
  /** Stops for good. */
  close(): void;
}

/** Starts a simulated Auth Service: real gRPC over real mutual TLS, state in memory. */
export async function createFakeAuthService(options: FakeAuthServiceOptions = {}): Promise<FakeAuthService> {
  const clock = options.clock ?? systemClock;
  const cluster = createCluster(options, clock);
  const state = createStateLog(cluster);
  state.restore(options.state ?? []);
  const operations = createAccessRequestOperations(cluster, {
    directory: cluster.directory,
    profile: cluster.profile,
    clusterName: cluster.name,
    leafClusters: options.leafClusters ?? [],
    pendingTtlMs: options.pendingTtlMs ?? WEEK_MS,
    now: () => clock.now(),
    createId: createRequestIds(cluster.profile.uuidVersion, () => clock.now()),
  });
  const front = await createAuthFront(cluster, clock, options);
  const ping = { proxyPublicAddr: options.proxyPublicAddr ?? "", enterprise: options.enterprise ?? true };
  servePing(front.host, cluster, ping);
  serveAccessRequests(front.host, cluster, operations);
  servePluginData(front.host, cluster);
  serveWatch(front.host, cluster);
  serveUsers(front.host, cluster);
  serveResources(front.host, cluster);
  serveMonitoringRules(front.host, cluster);
  serveAccessLists(front.host, cluster, operations, { isEnterprise: () => ping.enterprise });
  await front.start();
  const intervalMs = options.expiryIntervalMs ?? EXPIRY_INTERVAL_MS;
  const pendingGraceMs = options.pendingExpiryGraceMs ?? Math.min(PENDING_GRACE_MS, intervalMs);
  const expiry = createExpiryJob({ cluster, clock, intervalMs, pendingGraceMs });
  return {
    ...createRequestDesk(cluster, operations),
    ...toWatches(cluster),
    ...front,
    get address() {
      return front.address;
    },
    get authorities() {
      return front.authorities;
    },
    clusterName: cluster.name,
    directory: cluster.directory,
    resources: cluster.resources,
    accessLists: cluster.accessLists,
    monitoringRules: {
      set: (rule) => void cluster.monitoringRules.put(toRuleMessage(rule)),
      delete: (name) => void cluster.monitoringRules.delete(name),
    },
    ping,
    state,
    runExpiry: () => expiry.run(),
    close() {
      expiry.stop();
      front.close();
    },
  };
}

function toWatches({ fanout }: Cluster): Pick<FakeAuthService, "watchCount" | "untilWatched"> {
  const watchCount = (user?: string) =>
    [...fanout.subscribers].filter((one) => user === undefined || one.user === user).length;
  return {
    watchCount,
    async untilWatched(count = 1, user, timeoutMs) {
      const enough = () => (watchCount(user) >= count ? true : undefined);
      await fanout.condition.until(enough, `${count} open watches`, timeoutMs);
    },
  };
}
