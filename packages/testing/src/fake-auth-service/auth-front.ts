import type { Clock } from "@access-plugins/core";
import type { status } from "@grpc/grpc-js";
import type { Cluster } from "./cluster/cluster.ts";
import { defaultUserNames } from "./cluster/defaults.ts";
import { admit } from "./connection/admission.ts";
import { createPingEnforcement } from "./connection/ping-enforcement.ts";
import { createTlsListener, type TlsListener } from "./connection/tls-listener.ts";
import {
  createIdentityIssuer,
  type Identity,
  type IdentityIssuerState,
  type IdentityOptions,
} from "./credentials/identity-issuer.ts";
import { type CallJournal, createCallJournal } from "./grpc/call-journal.ts";
import { createCallFaults, type Faults } from "./grpc/faults.ts";
import { createGrpcHost, type GrpcHost } from "./grpc/grpc-host.ts";
import { StatusError } from "./grpc/status-error.ts";
import type { FakeAuthServiceOptions } from "./options.ts";

/** What stands between the network and the cluster: port, certificates, gRPC, journal and faults. */
export interface AuthFront {
  /** `host:port`. Stays the same over stop and start. */
  readonly address: string;
  readonly calls: CallJournal;
  readonly faults: Faults;
  /** Credentials of a user of the directory (default: the plugin's), with the roles it has now. */
  identity(user?: string, options?: IdentityOptions): Promise<Identity>;
  /** The text of that user's identity file. */
  identityFile(user?: string, options?: IdentityOptions): Promise<string>;
  /** A new authority signs from now on, the server's certificate included; both are trusted until finished. */
  rotateAuthority(): Promise<void>;
  /** Ends a rotation: identities of the old authority are refused from now on. */
  finishRotation(): void;
  /** A new server certificate of the same authority for new connections. */
  renewServerCertificate(): Promise<void>;
  /** The trusted authorities: what a later run needs to go on with them. */
  readonly authorities: IdentityIssuerState;
  /** Opens the port. Harmless when it is open. */
  start(): Promise<void>;
  /** Closes the port and cuts all connections. State, clock and calls stay. */
  stop(): void;
}

/** `close` is for good. */
export interface AuthFrontHandle extends AuthFront {
  readonly host: GrpcHost;
  close(): void;
}

export async function createAuthFront(
  cluster: Cluster,
  clock: Clock,
  options: FakeAuthServiceOptions,
): Promise<AuthFrontHandle> {
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
    serverVersion: cluster.profile.serverVersion,
    missing: cluster.profile.missing,
    recorder: calls,
    faults: callFaults,
    findConnection: (peer) => listener.connections.get(peer),
    admit: (identity, metadata) => admit(identity, metadata, cluster.profile),
    onAnswer: (peer) => pings.noteSent(peer),
  });
  const identity = (name: string = defaultUserNames.plugin, how?: IdentityOptions) => {
    const user = cluster.directory.users.get(name);
    if (!user) return Promise.reject(new Error(`There is no user ${name}: add it with directory.setUser first.`));
    return issuer.issue({ user: name, roles: user.roles, traits: user.traits ?? {} }, how);
  };
  const renewServerCertificate = async () => {
    serverCertificate = await issuer.issueServer();
    listener.setCredentials(credentials());
  };
  return {
    host,
    get address() {
      return toAddress(listener);
    },
    calls,
    faults: { ...callFaults, ...toNetworkFaults(cluster, listener) },
    identity,
    identityFile: async (user, how) => (await identity(user, how)).file,
    renewServerCertificate,
    async rotateAuthority() {
      await issuer.rotate();
      await renewServerCertificate();
    },
    finishRotation() {
      issuer.finishRotation();
      listener.setCredentials(credentials());
    },
    get authorities() {
      return { authorities: issuer.authorities, sshAuthority: issuer.sshAuthority };
    },
    start: () => listener.start(),
    stop: () => listener.stop(),
    close() {
      pings.close();
      callFaults.clear();
      listener.stop();
      host.close();
    },
  };
}

const toAddress = ({ host, port }: TlsListener) => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);

type NetworkFaults = Omit<Faults, "hold" | "fail" | "delay" | "clear">;

function toNetworkFaults(cluster: Cluster, listener: TlsListener): NetworkFaults {
  const ofUser = (user: string | undefined) =>
    [...listener.connections.values()].filter((one) => user === undefined || one.identity.user === user);
  return {
    endWatches: (code: status, text: string) =>
      forEach([...cluster.fanout.subscribers], (watch) => watch.end(new StatusError(code, text))),
    dropConnections: (user) => forEach(ofUser(user), (connection) => connection.destroy()),
    silenceConnections: (user) => forEach(ofUser(user), (connection) => connection.silence()),
    refuseConnections: () => listener.refuse(),
    acceptConnections: () => listener.start(),
  };
}

function forEach<T>(items: readonly T[], act: (item: T) => void): number {
  for (const item of items) act(item);
  return items.length;
}
