import type { ClientRequest, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

/** How a server answered the request to let go of HTTP. */
export interface Takeover {
  readonly answer: IncomingMessage;
  /** The connection, from the first byte after the answer; absent when it stays one of HTTP. */
  readonly wire?: Duplex;
}

/** Sends a request with `Upgrade` or `CONNECT` and waits for the answer. The caller owns the connection in any case. */
export async function requestTakeover(call: ClientRequest, signal: AbortSignal): Promise<Takeover> {
  const { promise, resolve, reject } = Promise.withResolvers<Takeover>();
  const onTaken = (answer: IncomingMessage, wire: Duplex, head: Buffer) => {
    if (head.length > 0) wire.unshift(head);
    resolve({ answer, wire });
  };
  const onAbort = () => reject(signal.reason);
  call.once("upgrade", onTaken);
  call.once("connect", onTaken);
  call.once("response", (answer) => resolve({ answer }));
  // Stays: destroying the connection later raises an error that nobody waits for any more.
  call.on("error", reject);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  call.end();
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
