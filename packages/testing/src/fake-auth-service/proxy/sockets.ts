import { once } from "node:events";
import { connect, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** The open connections of a server that is about to be closed with all of them. */
export interface SocketSet {
  readonly size: number;
  /** Remembers a connection until it closes; its errors end it. */
  add<T extends Duplex>(socket: T): T;
  /** A connection to `host:port`. */
  connect(address: string): Socket;
  destroy(): void;
}

export function createSocketSet(): SocketSet {
  const sockets = new Set<Duplex>();
  const add = <T extends Duplex>(socket: T) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
    return socket;
  };
  return {
    get size() {
      return sockets.size;
    },
    add,
    connect(address) {
      const { hostname, port } = new URL(`tcp://${address}`);
      return add(connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port), noDelay: true }));
    },
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Joins two connections: bytes, the end and cuts go through. */
export function join(one: Duplex, other: Duplex): void {
  one.pipe(other).pipe(one);
  one.once("close", () => other.destroy());
  other.once("close", () => one.destroy());
}

/** Listens; resolves to `host:port` with the real port, an IPv6 host in brackets. */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  server.listen(port, host);
  await once(server, "listening");
  const bound = server.address();
  const real = typeof bound === "object" && bound ? bound.port : port;
  return `${host.includes(":") ? `[${host}]` : host}:${real}`;
}
