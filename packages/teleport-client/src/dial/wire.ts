import { connect as connectTcp, isIP } from "node:net";
import type { Duplex } from "node:stream";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import type { Target } from "./address.ts";

/** Opens a byte stream to a target: TCP, or an HTTP proxy's CONNECT. Rejects with Node's own error or a `PluginError`. */
export type OpenWire = (target: Target, signal: AbortSignal) => Promise<Duplex>;

const keepAliveMs = 60_000;
/** Node gives up on an address of a multi-homed host after 250 ms, too little for a link over satellite or VPN. */
const perAddressMs = 2_500;

/** Plain TCP. */
export const openTcp: OpenWire = (target, signal) => {
  const socket = connectTcp({
    ...target,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveMs,
    autoSelectFamilyAttemptTimeout: perAddressMs,
  });
  return untilReady(socket, "connect", signal);
};

/**
 * A TLS handshake over an open wire. The server is verified with the context's authorities, its name is `servername`
 * or else `host`. Rejects with Node's own error; the wire is destroyed then.
 */
export function startTls(
  wire: Duplex,
  options: Pick<ConnectionOptions, "secureContext" | "host" | "servername" | "ALPNProtocols" | "rejectUnauthorized">,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const socket = connect({ ...options, socket: wire });
  return untilReady(socket, "secureConnect", signal);
}

/** SNI may hold names only. */
export function toServerName(host: string): string {
  return isIP(host) === 0 ? host : "";
}

async function untilReady<T extends Duplex>(
  socket: T,
  event: "connect" | "secureConnect",
  signal: AbortSignal,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(signal.reason);
  const onClose = () => reject(Object.assign(new Error("connection closed"), { code: "ECONNRESET" }));
  socket.once(event, resolve);
  socket.once("error", reject);
  socket.once("close", onClose);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    await promise;
    return socket;
  } catch (error) {
    // The listener above is gone after one error, and destroying may raise another.
    socket.once("error", () => {});
    socket.destroy();
    throw error;
  } finally {
    socket.off(event, resolve);
    socket.off("error", reject);
    socket.off("close", onClose);
    signal.removeEventListener("abort", onAbort);
  }
}
