import type { IncomingMessage } from "node:http";
import { Duplex } from "node:stream";
import { createWebSocketStream, WebSocketServer } from "ws";
import type { Profile } from "../cluster/profiles.ts";

const PATH = "/webapi/connectionupgrade";
const PROTOCOLS: readonly string[] = ["alpn-ping", "alpn"];

export interface UpgradeServerOptions {
  readonly profile: Profile;
  readonly pingMs: number;
  /** Serves what is inside of an upgraded connection. */
  serve(inside: Duplex, upgrade: "web socket" | "legacy"): void;
}

/** The web API's connection upgrade: as a web socket since 15.1, with Teleport's own framing in all versions played. */
export interface UpgradeServer {
  /** For a web server's `upgrade` event. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

export function createUpgradeServer({ profile, pingMs, serve }: UpgradeServerOptions): UpgradeServer {
  const timers = new Set<NodeJS.Timeout>();
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (offered) => PROTOCOLS.find((protocol) => offered.has(protocol)) ?? false,
  });
  const ping = (send: () => void, connection: Duplex) => {
    const timer = setInterval(send, pingMs);
    timers.add(timer);
    connection.once("close", () => {
      clearInterval(timer);
      timers.delete(timer);
    });
  };
  const acceptWebSocket = (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      if (webSocket.protocol === "alpn-ping") ping(() => webSocket.ping(), socket);
      serve(createWebSocketStream(webSocket), "web socket");
    });
  const acceptLegacy = (socket: Duplex, head: Buffer, type: string) => {
    if (head.length > 0) socket.unshift(head);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${type}\r\n\r\n`);
    if (type !== "alpn-ping") return serve(socket, "legacy");
    ping(() => socket.write(Buffer.alloc(4)), socket);
    serve(createFramed(socket), "legacy");
  };
  return {
    accept(request, socket, head) {
      const types = [request.headers.upgrade, request.headers["x-teleport-upgrade"]].join(",").split(/[ ,]+/);
      const legacy = PROTOCOLS.find((protocol) => types.includes(protocol));
      if (request.url !== PATH) refuse(socket);
      else if (profile.webSocketUpgrade && types.includes("websocket")) {
        // Teleport's own clients offer both kinds at once, which the library takes for neither.
        request.headers.upgrade = "websocket";
        acceptWebSocket(request, socket, head);
      } else if (legacy) acceptLegacy(socket, head, legacy);
      else refuse(socket);
    },
    close() {
      sockets.close();
      for (const timer of timers) clearInterval(timer);
    },
  };
}

function refuse(socket: Duplex): void {
  socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

/** Every chunk behind its length (uint32, big-endian). */
function createFramed(socket: Duplex): Duplex {
  let seen = Buffer.alloc(0);
  const inside = new Duplex({
    read: () => void socket.resume(),
    write(chunk: Buffer, _encoding, done) {
      const frame = Buffer.alloc(4 + chunk.length);
      frame.writeUInt32BE(chunk.length);
      chunk.copy(frame, 4);
      socket.write(frame, done);
    },
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on("data", (chunk: Buffer) => {
    seen = Buffer.concat([seen, chunk]);
    while (seen.length >= 4 && seen.length >= 4 + seen.readUInt32BE()) {
      const end = 4 + seen.readUInt32BE();
      if (end > 4 && !inside.push(seen.subarray(4, end))) socket.pause();
      seen = seen.subarray(end);
    }
  });
  socket.once("end", () => inside.push(null));
  socket.once("close", () => inside.destroy());
  return inside;
}
