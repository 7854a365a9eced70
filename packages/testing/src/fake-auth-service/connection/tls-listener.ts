import { constants } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from "node:tls";
import { type ClientIdentity, findCertificateFault, readClientIdentity } from "./client-identity.ts";
import { sealAlert, watchTrafficSecret } from "./tls-alert.ts";
import { createWireStream } from "./wire-stream.ts";

/** One accepted connection after its handshake. */
export interface Connection {
  /** `address:port` of the client; unique among the open connections of a listener. */
  readonly peer: string;
  readonly identity: ClientIdentity;
  readonly socket: TLSSocket;
  /** Half-open from now on: nothing gets in or out, and nobody is told. */
  silence(): void;
  /** Cuts it without a good-bye. */
  destroy(): void;
}

/**
 * The port of the simulated Auth Service: TLS 1.2 and up, ALPN `h2`, client certificate "verify if given". It owns the
 * TCP sockets, so that connections can be cut, silenced or refused, and the port closed and opened again.
 */
export interface TlsListener {
  readonly host: string;
  /** The real port, also while stopped; 0 before the first start when any port was asked for. */
  readonly port: number;
  readonly connections: ReadonlyMap<string, Connection>;
  /** Listens. Harmless when it does. Throws Node's error when the port is taken. */
  start(): Promise<void>;
  /** Refuses new connections; the open ones stay. */
  refuse(): void;
  /** Refuses new connections and cuts the open ones. */
  stop(): void;
  /** New handshakes use these; open connections keep theirs. */
  setCredentials(credentials: TlsCredentials): void;
}

export interface TlsCredentials {
  readonly key: string;
  readonly cert: string;
  /** Authorities whose client certificates are taken. */
  readonly ca: readonly string[];
}

export interface TlsListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly credentials: TlsCredentials;
  onConnection(connection: Connection): void;
}

export function createTlsListener(options: TlsListenerOptions): TlsListener {
  const sockets = new Set<Socket>();
  const connections = new Map<string, Connection>();
  let { port, credentials } = options;
  let server: Server | undefined;

  const accept = (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    acceptTls(socket, credentials, (connection) => {
      connections.set(connection.peer, connection);
      socket.once("close", () => connections.delete(connection.peer));
      options.onConnection(connection);
    });
  };
  const refuse = () => {
    server?.close();
    server = undefined;
  };
  return {
    host: options.host,
    get port() {
      return port;
    },
    connections,
    async start() {
      if (server) return;
      server = createServer({ noDelay: true }, accept);
      port = await listen(server, options.host, port);
    },
    refuse,
    stop() {
      refuse();
      for (const socket of sockets) socket.destroy();
    },
    setCredentials(next) {
      credentials = next;
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address ? address.port : port;
}

function toTlsOptions({ key, cert, ca }: TlsCredentials): TlsOptions {
  return {
    key,
    cert,
    ca: [...ca],
    minVersion: "TLSv1.2",
    sessionIdContext: "auth",
    secureOptions: constants.SSL_OP_NO_TICKET,
    ALPNProtocols: ["h2"],
    requestCert: true,
    // Node would refuse peers without a certificate as well; Teleport lets them in, with no permissions.
    rejectUnauthorized: false,
  };
}

/** Runs the handshake on an accepted socket; `ready` is called only for peers that a genuine server would let in. */
function acceptTls(socket: Socket, credentials: TlsCredentials, ready: (connection: Connection) => void): void {
  const peer = `${socket.remoteAddress}:${socket.remotePort}`;
  const wire = createWireStream(socket);
  // A TLS server of its own for each connection: only so is it known which TLS socket runs on which TCP socket.
  const server = createTlsServer(toTlsOptions(credentials));
  const trafficSecret = watchTrafficSecret(server);
  server.on("tlsClientError", () => socket.destroy());
  server.once("secureConnection", (tls) => {
    // The client cut the connection; nobody waits for it.
    tls.on("error", () => socket.destroy());
    const fault = findCertificateFault(tls);
    if (fault !== undefined) {
      socket.end(sealAlert(tls, trafficSecret(), fault) ?? "");
      return;
    }
    showPeer(tls, socket);
    ready({
      peer,
      identity: readClientIdentity(tls, credentials.ca),
      socket: tls,
      silence: wire.silence,
      destroy: () => socket.destroy(),
    });
  });
  server.emit("connection", wire.duplex);
}

/** gRPC tells calls apart by the peer's address; a TLS socket over our own stream has none of its own. */
function showPeer(tls: TLSSocket, { remoteAddress, remotePort, localPort }: Socket): void {
  const properties = { remoteAddress, remotePort, localPort };
  for (const [name, value] of Object.entries(properties)) Object.defineProperty(tls, name, { value });
}
