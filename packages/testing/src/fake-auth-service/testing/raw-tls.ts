import { once } from "node:events";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { onTestFinished } from "vitest";
import type { Identity } from "../credentials/identity-issuer.ts";

/** TLS by Node alone, to see what the server really says on the wire. Closed when the test ends. */
export function dialTls(address: string, identity: Identity | undefined, extra: ConnectionOptions = {}): TLSSocket {
  const [host, port] = address.split(":");
  const socket = connect({
    host,
    port: Number(port),
    servername: "teleport.cluster.local",
    ALPNProtocols: ["h2"],
    ...(identity
      ? { key: identity.privateKeyPem, cert: identity.certificatePem, ca: [...identity.authorityPems] }
      : {}),
    ...extra,
  });
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** How a connection ended: the code of its error, or `closed`. */
export async function untilEnd(socket: TLSSocket): Promise<string> {
  socket.resume();
  let code = "closed";
  socket.once("error", (error: NodeJS.ErrnoException) => {
    code = error.code ?? error.message;
  });
  await once(socket, "close").catch(() => undefined);
  return code;
}

/** Waits for the handshake. */
export async function untilSecure(socket: TLSSocket): Promise<TLSSocket> {
  await once(socket, "secureConnect");
  return socket;
}
