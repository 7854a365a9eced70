import { type Clock, systemClock } from "@access-plugins/core";
import type { status } from "@grpc/grpc-js";
import { createAccessRequestOperations } from "./access-request-operations.ts";
import { createAccessRequestStore } from "./access-request-store.ts";
import { admit } from "./admission.ts";
import { type CallJournal, createCallJournal } from "./call-journal.ts";
import type { Cluster } from "./cluster.ts";
import { defaultRoles, defaultUserNames, defaultUsers } from "./defaults.ts";
import { createDirectory, type Directory, type UserSpec } from "./directory.ts";
import { createEventFanout } from "./event-fanout.ts";
import { createExpiryJob } from "./expiry-job.ts";
import { createCallFaults, type Faults } from "./faults.ts";
import { createGrpcHost } from "./grpc-host.ts";
import {
  createIdentityIssuer,
  type Identity,
  type IdentityIssuerState,
  type IdentityOptions,
} from "./identity-issuer.ts";
import { createPingEnforcement } from "./ping-enforcement.ts";
import { createPluginDataStore } from "./plugin-data-store.ts";
import { type ProfileName, profiles } from "./profiles.ts";
import { createRequestDesk, type RequestDesk } from "./request-desk.ts";
import { createRequestIds } from "./request-id.ts";
import type { RoleSpec } from "./role.ts";
import { serveAccessRequests } from "./service-access-requests.ts";
import { type PingFacts, servePing } from "./service-ping.ts";
import { servePluginData } from "./service-plugin-data.ts";
import { serveUsers } from "./service-users.ts";
import { serveWatch } from "./service-watch.ts";
import { StatusError } from "./status-error.ts";
import { createTlsListener } from "./tls-listener.ts";

const WEEK_MS = 7 * 86_400_000;
const EXPIRY_INTERVAL_MS = 300_000;
const PENDING_GRACE_MS = 40_000;

/** All optional: without any, a cluster `example.com` of version 18 with the users of {@link defaultUserNames}. */
export interface FakeAuthServiceOptions {
  readonly clusterName?: string;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Which major version of Teleport is played. Default 18. */
  readonly profile?: ProfileName;
  /** Time of requests, expiry and plugin data. Certificates always live on the machine's clock. */
  readonly clock?: Clock;
  /** Added to the default users; the same name replaces. */
  readonly users?: readonly UserSpec[];
  /** Added to the default roles; the same name replaces. */
  readonly roles?: readonly RoleSpec[];
  /** Other clusters whose resources may be requested. */
  readonly leafClusters?: readonly string[];
  /** How often expired requests are deleted. Default 5 minutes, as in a real cluster. */
  readonly expiryIntervalMs?: number;
  /** How long pending requests are left alone after their end. Default 40 s, but not more than the interval. */
  readonly pendingExpiryGraceMs?: number;
  /** How long a request waits for reviews when it does not say so itself. Default 7 days. */
  readonly pendingTtlMs?: number;
  /** Lets clients of any `version` in, as `TELEPORT_UNSTABLE_ALLOW_OLD_CLIENTS=yes` does. */
  readonly allowOldClients?: boolean;
  /** What Ping says. Default: no Proxy, enterprise. */
  readonly proxyPublicAddr?: string;
  readonly enterprise?: boolean;
  /** Certificate authorities of an earlier run, so that identities issued then stay good. */
  readonly authorities?: IdentityIssuerState;
}

/** A running simulated Auth Service and everything a test may want to see of it or do to it. */
export interface FakeAuthService extends RequestDesk {
  /** `host:port`. Stays the same over {@link FakeAuthService.stop} and start. */
  readonly address: string;
  readonly clusterName: string;
  /** Users and roles; changes take effect with the next call. */
  readonly directory: Directory;
  readonly calls: CallJournal;
  readonly faults: Faults;
  /** What Ping tells from now on. */
  readonly ping: PingFacts;
  /** Credentials of a user of the directory (default: the plugin's), with the roles it has now. */
  identity(user?: string, options?: IdentityOptions): Promise<Identity>;
  /** The text of that user's identity file. */
  identityFile(user?: string, options?: IdentityOptions): Promise<string>;
  /** A new authority signs from now on, the server's certificate included; both are trusted until finished. */
  rotateAuthority(): Promise<void>;
  finishRotation(): void;
  /** A new server certificate of the same authority for new connections. */
  renewServerCertificate(): Promise<void>;
  /** PEM texts of the trusted authorities, and what a later run needs to go on with them. */
  readonly authorities: IdentityIssuerState;
  /** Watches that are open, of one user or all. */
  watchCount(user?: string): number;
  /** Waits until at least `count` (1) watches are open. Rejects after `timeoutMs` (10 s). */
  untilWatched(count?: number, user?: string, timeoutMs?: number): Promise<void>;
  /** One run of the expiry job now; tells how many requests were deleted. */
  runExpiry(): number;
  /** Closes the port and cuts all connections. State, clock and calls stay. */
  stop(): void;
  /** Opens the same port again. */
  start(): Promise<void>;
  /** For good. */
  close(): void;
}

/** Starts a simulated Auth Service: real gRPC over real mutual TLS, state in memory. */
export async function createFakeAuthService(options: FakeAuthServiceOptions = {}): Promise<FakeAuthService> {
  const clock = options.clock ?? systemClock;
  const chosen = profiles[options.profile ?? 18];
  const profile = options.allowOldClients ? { ...chosen, minClientMajor: 0 } : chosen;
  const cluster = createCluster(options, clock, profile);
  const operations = createAccessRequestOperations(cluster, {
    directory: cluster.directory,
    profile,
    clusterName: cluster.name,
    leafClusters: options.leafClusters ?? [],
    pendingTtlMs: options.pendingTtlMs ?? WEEK_MS,
    now: () => clock.now(),
    createId: createRequestIds(profile.uuidVersion, () => clock.now()),
  });
  const intervalMs = options.expiryIntervalMs ?? EXPIRY_INTERVAL_MS;
  const expiry = createExpiryJob({
    requests: cluster.requests,
    pluginData: cluster.pluginData,
    clock,
    intervalMs,
    pendingGraceMs: options.pendingExpiryGraceMs ?? Math.min(PENDING_GRACE_MS, intervalMs),
  });
  const issuer = await createIdentityIssuer(cluster.name, options.authorities);
  let serverCertificate = await issuer.issueServer();
  const credentials = () => ({
    key: serverCertificate.privateKeyPem,
    cert: serverCertificate.certificatePem,
    ca: issuer.authorities.map((authority) => authority.certificatePem),
  });
  const listener = createTlsListener({
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    credentials: credentials(),
    onConnection: (connection) => host.attach(connection),
  });
  const pings = createPingEnforcement({ port: () => listener.port, monotonic: () => clock.monotonic() });
  const calls = createCallJournal();
  const callFaults = createCallFaults();
  const host = createGrpcHost({
    serverVersion: profile.serverVersion,
    missing: profile.missing,
    recorder: calls,
    faults: callFaults,
    findConnection: (peer) => listener.connections.get(peer),
    admit: (identity, metadata) => admit(identity, metadata, profile),
    onAnswer: (peer) => pings.noteSent(peer),
  });
  const ping: PingFacts = {
    proxyPublicAddr: options.proxyPublicAddr ?? "",
    enterprise: options.enterprise ?? true,
  };
  servePing(host, cluster, ping);
  serveAccessRequests(host, cluster, operations);
  servePluginData(host, cluster);
  serveWatch(host, cluster);
  serveUsers(host, cluster);
  await listener.start();

  const renew = async () => {
    serverCertificate = await issuer.issueServer();
    listener.setCredentials(credentials());
  };
  const identity = (name: string = defaultUserNames.plugin, how?: IdentityOptions) => {
    const user = cluster.directory.users.get(name);
    if (!user) return Promise.reject(new Error(`There is no user ${name}: add it with directory.setUser first.`));
    return issuer.issue({ user: name, roles: user.roles, traits: user.traits ?? {} }, how);
  };
  const ofUser = (user: string | undefined) =>
    [...listener.connections.values()].filter((one) => user === undefined || one.identity.user === user);
  const watchCount = (user?: string) =>
    [...cluster.fanout.subscribers].filter((one) => user === undefined || one.user === user).length;
  return {
    ...createRequestDesk(cluster, operations),
    get address() {
      return `${listener.host}:${listener.port}`;
    },
    clusterName: cluster.name,
    directory: cluster.directory,
    calls,
    ping,
    faults: {
      hold: callFaults.hold,
      fail: callFaults.fail,
      delay: callFaults.delay,
      clear: callFaults.clear,
      endWatches(code: status, text: string) {
        const watches = [...cluster.fanout.subscribers];
        for (const watch of watches) watch.end(new StatusError(code, text));
        return watches.length;
      },
      dropConnections: (user) => forEach(ofUser(user), (one) => one.destroy()),
      silenceConnections: (user) => forEach(ofUser(user), (one) => one.silence()),
      refuseConnections: () => listener.refuse(),
      acceptConnections: () => listener.start(),
    },
    identity,
    identityFile: async (user, how) => (await identity(user, how)).file,
    async rotateAuthority() {
      await issuer.rotate();
      await renew();
    },
    finishRotation() {
      issuer.finishRotation();
      listener.setCredentials(credentials());
    },
    renewServerCertificate: renew,
    get authorities() {
      return { authorities: issuer.authorities, sshAuthority: issuer.sshAuthority };
    },
    watchCount,
    async untilWatched(count = 1, user, timeoutMs) {
      const enough = () => (watchCount(user) >= count ? true : undefined);
      await cluster.fanout.condition.until(enough, `${count} open watches`, timeoutMs);
    },
    runExpiry: () => expiry.run(),
    stop: () => listener.stop(),
    start: () => listener.start(),
    close() {
      expiry.stop();
      pings.close();
      callFaults.clear();
      listener.stop();
      host.close();
    },
  };
}

function createCluster(options: FakeAuthServiceOptions, clock: Clock, profile: Cluster["profile"]): Cluster {
  const fanout = createEventFanout();
  const requests = createAccessRequestStore(fanout);
  return {
    name: options.clusterName ?? "example.com",
    profile,
    directory: createDirectory(
      [...defaultUsers, ...(options.users ?? [])],
      [...defaultRoles, ...(options.roles ?? [])],
    ),
    requests,
    pluginData: createPluginDataStore({
      now: () => clock.now(),
      findAccessExpiry: (id) => requests.get(id)?.accessExpiry,
    }),
    fanout,
    now: () => clock.now().getTime(),
  };
}

function forEach<T>(items: readonly T[], act: (item: T) => void): number {
  for (const item of items) act(item);
  return items.length;
}
