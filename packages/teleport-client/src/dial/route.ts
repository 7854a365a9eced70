import type { TLSSocket } from "node:tls";
import { PluginError } from "@access-plugins/core";
import type { Credentials } from "../identity.ts";

/**
 * One way to the Auth Service. Every way ends in a TLS connection to the Auth Service itself, whatever lies between:
 * further ways (connection upgrade, SSH tunnel) are further implementations.
 */
export interface Route {
  /** For logs and errors: `direct`, `TLS routing`. */
  readonly name: string;
  /** Where it dials, `host:port`. */
  readonly target: string;
  /**
   * A connection with HTTP/2 negotiated and the server verified against the credentials' authorities. Whether the
   * server takes our certificate shows only afterwards (TLS 1.3). Throws a {@link PluginError} that says why and what
   * to do; no socket is left behind.
   */
  connect(credentials: Credentials, signal: AbortSignal): Promise<TLSSocket>;
}

/** Name that every Auth Service certificate carries, whatever the host: sent as SNI and verified. */
export const authServerName = "teleport.cluster.local";

/** Throws unless the Auth Service's protocol was negotiated. */
export function checkProtocol(socket: TLSSocket): TLSSocket {
  if (socket.alpnProtocol === "h2") return socket;
  socket.destroy();
  throw new PluginError("invalid_config", "The server speaks TLS but not HTTP/2, so it is no Auth Service.", {
    fix: "Check host and port of [teleport] addr.",
  });
}
