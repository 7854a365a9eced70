import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { PluginError } from "@access-plugins/core";
import type { Credentials } from "../identity.ts";
import { toDialError } from "./dial-fault.ts";
import { checkServer } from "./server-check.ts";
import { startTls } from "./wire.ts";

/** One way to the Auth Service. Every way ends in a TLS connection to the Auth Service itself, whatever lies between. */
export interface Route {
  /** For logs and errors: `direct`, `TLS routing`, `connection upgrade`, `SSH tunnel`, `SSH`. */
  readonly name: string;
  /** Where it dials, `host:port`, and the HTTP proxy on the way. */
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

/**
 * The TLS handshake with the Auth Service at the end of an open wire: HTTP/2, the fixed name, verified against the
 * credentials' authorities. `protocols` come before `h2` in the ALPN list. The wire is destroyed on any fault.
 */
export async function startAuthTls(
  wire: Duplex,
  { secureContext, authorities }: Credentials,
  protocols: readonly string[],
  signal: AbortSignal,
): Promise<TLSSocket> {
  try {
    const options = { servername: authServerName, ALPNProtocols: [...protocols, "h2"] };
    // Not without verification: it follows.
    const socket = await startTls(wire, { ...options, secureContext, rejectUnauthorized: false }, signal);
    checkServer(socket, authorities, authServerName, new Date());
    if (socket.alpnProtocol !== "h2") throw notHttp2();
    return socket;
  } catch (thrown) {
    wire.destroy();
    throw toDialError(thrown, "auth");
  }
}

/** `reason` of an error that says that a route is not meant for what is at the address: another one is. */
const notApplicableReason = "not_applicable";
const routingOffReason = "tls_routing_off";

/** The error of a route that was not tried because it cannot be the one. */
export function notApplicable(why: string, cause?: unknown): PluginError {
  return new PluginError("invalid_config", why, { reason: notApplicableReason, cause });
}

/** The same of the routes that need TLS routing, when a Proxy tells that it has none. */
export function routingOff(clusterName: string): PluginError {
  const text = `the Proxy of "${clusterName}" has TLS routing switched off`;
  return new PluginError("invalid_config", text, { reason: routingOffReason });
}

/** True for the errors above. */
export function isNotApplicable(error: PluginError): boolean {
  return error.reason === notApplicableReason || isRoutingOff(error);
}

/** True for an error made by {@link routingOff}: there is a Proxy at the address. */
export function isRoutingOff(error: PluginError): boolean {
  return error.reason === routingOffReason;
}

function notHttp2(): PluginError {
  return new PluginError("invalid_config", "the server speaks TLS but not HTTP/2, so it is no Auth Service", {
    fix: "Check host and port of [teleport] addr.",
  });
}
