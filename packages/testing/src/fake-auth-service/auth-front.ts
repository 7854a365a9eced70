import type { Clock } from "@access-plugins/core";
import type { status } from "@grpc/grpc-js";
import type { Cluster } from "./cluster/cluster.ts";
import { admit } from "./connection/admission.ts";
import { createPingEnforcement } from "./connection/ping-enforcement.ts";
import { createTlsListener, type TlsListener } from "./connection/tls-listener.ts";
import { createServiceCredentials, type ServiceCredentials } from "./credentials/service-credentials.ts";
import { type CallJournal, createCallJournal } from "./grpc/call-journal.ts";
import { createCallFaults, type Faults } from "./grpc/faults.ts";
import { createGrpcHost, type GrpcHost } from "./grpc/grpc-host.ts";
import { StatusError } from "./grpc/status-error.ts";
import type { FakeAuthServiceOptions } from "./options.ts";

/** What stands between the network and the cluster: port, certificates, gRPC, journal and faults. */
export interface AuthFront extends Omit<ServiceCredentials, "tls"> {
  /** `host:port`. Stays the same over stop and start. */
  readonly address: string;
  readonly calls: CallJournal;
  readonly faults: Faults;
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
  const credentials = await createServiceCredentials(cluster, options.authorities, (tls) =>
    listener.setCredentials(tls),
  );
  const listener = createTlsListener({
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    credentials: credentials.tls(),
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
  return {
    ...credentials,
    get authorities() {
      return credentials.authorities;
    },
    host,
    get address() {
      return toAddress(listener);
    },
    calls,
    faults: { ...callFaults, ...toNetworkFaults(cluster, listener) },
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
