import { createSecureContext, getCACertificates, type SecureContext, type TLSSocket } from "node:tls";
import { type Clock, PluginError, sleep } from "@access-plugins/core";
import type { Target } from "./address.ts";
import { toDialError } from "./dial-fault.ts";
import { limitStep } from "./step-limit.ts";
import { type OpenWire, startTls, toServerName } from "./wire.ts";

/**
 * Opens TLS to a web address and verifies it as a browser would. `protocols`: what ALPN offers, nothing when empty.
 * Throws a {@link PluginError}, whose `cause` is the handshake's own error.
 */
export type OpenWeb = (target: Target, protocols: readonly string[], signal: AbortSignal) => Promise<TLSSocket>;

const hedgeMs = 100;

/** `authorities`: PEM certificates to trust besides the machine's own (system store, Node's list, NODE_EXTRA_CA_CERTS). */
export function createOpenWeb(openWire: OpenWire, clock: Clock, authorities: readonly string[] = []): OpenWeb {
  let secureContext: SecureContext | undefined;

  async function open(
    target: Target,
    protocols: readonly string[],
    context: SecureContext,
    signal: AbortSignal,
  ): Promise<TLSSocket> {
    const { host } = target;
    const alpn = protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] };
    const options = { secureContext: context, host, servername: toServerName(host), ...alpn };
    try {
      const wire = await openWire(target, signal);
      return await limitStep(clock, signal, (limit) => startTls(wire, options, limit));
    } catch (thrown) {
      throw toDialError(thrown, "web");
    }
  }

  return async (target, protocols, signal) => {
    if (secureContext !== undefined) return open(target, protocols, secureContext, signal);
    const usual = authorities.length === 0 ? {} : { ca: [...getCACertificates("default"), ...authorities] };
    try {
      return await open(target, protocols, createSecureContext(usual), signal);
    } catch (thrown) {
      if (!(thrown instanceof PluginError) || thrown.code !== "unauthenticated") throw thrown;
      // Go's client uses the system's store. Node by itself does not, and reading it blocks for a tenth of a second:
      // not while another route may be about to win.
      await sleep(clock, hedgeMs, signal);
      const all = [...getCACertificates("default"), ...getCACertificates("system"), ...authorities];
      const context = createSecureContext({ ca: all });
      const socket = await open(target, protocols, context, signal);
      secureContext = context;
      return socket;
    }
  };
}
