import { request } from "node:http";
import type { Duplex } from "node:stream";
import { type Clock, PluginError } from "@access-plugins/core";
import { type Target, toTargetText } from "./address.ts";
import { toDialError } from "./dial-fault.ts";
import { limitStep } from "./step-limit.ts";
import { requestTakeover } from "./takeover.ts";
import type { OpenWeb } from "./web-tls.ts";
import type { OpenWire } from "./wire.ts";

/** An HTTP proxy that opens connections for others (`CONNECT`, RFC 9110 §9.3.6). */
export interface HttpProxy extends Target {
  /** It is spoken to over TLS. */
  readonly secure: boolean;
  /** The value of `Proxy-Authorization`; never logged. */
  readonly authorization: string | undefined;
}

/** Reads `http[s]://[user:password@]host[:port]`; undefined for the empty text. */
export function toHttpProxy(text: string): HttpProxy | undefined {
  if (text === "") return undefined;
  const url = new URL(text);
  const secure = url.protocol === "https:";
  const credentials = [url.username, url.password].map(decodeURIComponent).join(":");
  return {
    host: url.hostname.replace(/^\[|\]$/gu, ""),
    port: Number(url.port) || (secure ? 443 : 80),
    secure,
    authorization: credentials === ":" ? undefined : `Basic ${Buffer.from(credentials).toString("base64")}`,
  };
}

export interface HttpProxyDeps {
  readonly openWire: OpenWire;
  readonly openWeb: OpenWeb;
  readonly clock: Clock;
}

/** Opens wires through the proxy. Errors say whether it was the proxy that failed. */
export function createProxiedWire(proxy: HttpProxy, { openWire, openWeb, clock }: HttpProxyDeps): OpenWire {
  const openProxy = (signal: AbortSignal): Promise<Duplex> =>
    proxy.secure ? openWeb(proxy, ["http/1.1"], signal) : openWire(proxy, signal);
  return async (target, signal) => {
    try {
      const wire = await openProxy(signal);
      return await limitStep(clock, signal, (limit) => requestTunnel(wire, target, proxy, limit));
    } catch (thrown) {
      throw blameProxy(toDialError(thrown, "web"));
    }
  };
}

async function requestTunnel(wire: Duplex, target: Target, proxy: HttpProxy, signal: AbortSignal): Promise<Duplex> {
  const host = toTargetText(target);
  const { authorization } = proxy;
  const headers = { host, ...(authorization === undefined ? {} : { "proxy-authorization": authorization }) };
  const call = request({ createConnection: () => wire, method: "CONNECT", path: host, headers });
  try {
    const { answer, wire: tunnel } = await requestTakeover(call, signal);
    if (answer.statusCode !== 200 || tunnel === undefined) throw toRefusal(answer.statusCode ?? 0, target);
    return tunnel;
  } catch (thrown) {
    wire.destroy();
    throw thrown;
  }
}

function toRefusal(status: number, target: Target): PluginError {
  const reason = `proxy_http_${status}`;
  if (status === 407) {
    const fix = "Put the right user and password into HTTPS_PROXY (http://user:password@host:port).";
    return new PluginError("invalid_config", "it wants other credentials (HTTP 407)", { reason, fix });
  }
  const text = `it does not connect to ${toTargetText(target)} (HTTP ${status})`;
  if (status >= 500) {
    return new PluginError("unavailable", text, { reason, fix: "See the proxy's own log; check host and port." });
  }
  const fix = "Let the HTTP proxy allow CONNECT to this host and port, or name the host in NO_PROXY.";
  return new PluginError("invalid_config", text, { reason, fix });
}

/** Which proxy it was stands in the target of every route. */
function blameProxy(error: PluginError): PluginError {
  if (error.code === "aborted") return error;
  return new PluginError(error.code, `the HTTP proxy: ${error.message}`, {
    reason: error.reason ?? error.code,
    fix: error.reason?.startsWith("proxy_") ? (error.fix ?? "") : "Check HTTPS_PROXY, or name the host in NO_PROXY.",
    cause: error,
  });
}
