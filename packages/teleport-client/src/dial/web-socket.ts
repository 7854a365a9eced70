import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import WebSocket, { createWebSocketStream } from "ws";
import { type Target, toTargetText } from "./address.ts";
import { upgradePath, upgradeProtocol, upgradeRefused } from "./upgrade-refusal.ts";

const maxFrameBytes = 16 * 1024 * 1024;

/**
 * Upgrades an open TLS connection to a web socket whose binary frames are one stream of bytes; pings of the server are
 * answered. Frames are masked with zeros, because some Proxies between 15.1.9 and 18 did not unmask. Rejects with
 * `upgradeRefused` when the server does not want to; the connection is gone then.
 */
export function openWebSocket(socket: TLSSocket, target: Target, signal: AbortSignal): Promise<Duplex> {
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const webSocket = new WebSocket(`wss://proxy${upgradePath}`, [upgradeProtocol], {
    createConnection: () => socket,
    headers: { host: toTargetText(target) },
    generateMask: (mask) => void mask.fill(0),
    perMessageDeflate: false,
    skipUTF8Validation: true,
    maxPayload: maxFrameBytes,
  });
  const onAbort = () => reject(signal.reason);
  const onAnswer = (_: unknown, answer: IncomingMessage) => reject(upgradeRefused(`HTTP ${answer.statusCode}`));
  let answered = false;
  webSocket.once("upgrade", () => {
    answered = true;
  });
  webSocket.once("unexpected-response", onAnswer);
  webSocket.once("error", (error) => reject(answered ? upgradeRefused(error.message, error) : error));
  webSocket.once("open", () => {
    const stream = createWebSocketStream(webSocket);
    // Nothing can be written after it, but the stream itself would stay open.
    stream.once("end", () => stream.destroy());
    resolve(stream);
  });
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  return promise
    .catch((thrown: unknown) => {
      webSocket.on("error", () => {});
      socket.destroy();
      throw thrown;
    })
    .finally(() => signal.removeEventListener("abort", onAbort));
}
