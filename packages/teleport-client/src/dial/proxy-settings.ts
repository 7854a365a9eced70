import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { TLSSocket } from "node:tls";
import { type Clock, PluginError } from "@access-plugins/core";
import * as z from "zod";
import { type Target, toTargetText } from "./address.ts";
import { toDialError } from "./dial-fault.ts";
import { limitStep } from "./step-limit.ts";
import { toTunnelTarget, tunnelAddressSchema } from "./tunnel-address.ts";
import type { OpenWeb } from "./web-tls.ts";

/** What a Proxy tells everybody about its cluster. Only a hint: the connection made with it is verified by itself. */
export interface ProxySettings {
  /** Empty when the Proxy does not tell. */
  readonly clusterName: string;
  readonly serverVersion: string;
  readonly tlsRouting: boolean;
  /** Where the Proxy takes SSH tunnels: its web port with TLS routing, else a port of their own. */
  readonly tunnel: Target;
}

/** Asks `https://host:port/webapi/find`. Throws a {@link PluginError} that says why there was no answer. */
export type FindProxy = (target: Target, signal: AbortSignal) => Promise<ProxySettings>;

const maxAnswerBytes = 1024 * 1024;

const answerSchema = z.object({
  cluster_name: z.string().default(""),
  server_version: z.string().default(""),
  proxy: z.object({ tls_routing_enabled: z.boolean().default(false), ssh: tunnelAddressSchema }),
});

/** Asks over {@link OpenWeb}, so through an HTTP proxy where there is one. */
export function createFindProxy(openWeb: OpenWeb, clock: Clock): FindProxy {
  return async (target, signal) => {
    try {
      const socket = await openWeb(target, ["http/1.1"], signal);
      const text = await limitStep(clock, signal, (limit) => get(socket, target, limit));
      return toSettings(text, target);
    } catch (thrown) {
      throw toDialError(thrown, "web");
    }
  };
}

async function get(socket: TLSSocket, target: Target, signal: AbortSignal): Promise<string> {
  const call = request({
    createConnection: () => socket,
    headers: { host: toTargetText(target), accept: "application/json" },
    path: "/webapi/find",
    signal,
  });
  // Destroying a call raises an error that nobody waits for any more.
  call.on("error", () => {});
  try {
    call.end();
    const [answer]: IncomingMessage[] = await once(call, "response", { signal });
    if (answer === undefined) throw notProxy("it gave no answer");
    if (answer.statusCode !== 200) throw toStatusError(answer.statusCode ?? 0);
    return await readText(answer);
  } finally {
    call.destroy();
    socket.destroy();
  }
}

async function readText(answer: IncomingMessage): Promise<string> {
  let text = "";
  answer.setEncoding("utf8");
  for await (const chunk of answer) {
    text += String(chunk);
    if (text.length > maxAnswerBytes) throw notProxy("its answer is too long");
  }
  return text;
}

function toSettings(text: string, target: Target): ProxySettings {
  const parsed = answerSchema.safeParse(parseJson(text));
  if (!parsed.success) throw notProxy("its answer has another shape", parsed.error);
  const { cluster_name, server_version, proxy } = parsed.data;
  const tlsRouting = proxy.tls_routing_enabled;
  const tunnel = toTunnelTarget(proxy.ssh, tlsRouting, target);
  return { clusterName: cluster_name, serverVersion: server_version, tlsRouting, tunnel };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notProxy("its answer is no JSON", cause);
  }
}

function toStatusError(status: number): PluginError {
  if (status < 500) return notProxy(`it answers HTTP ${status}`);
  return new PluginError("unavailable", `the Proxy's web address answers HTTP ${status} to /webapi/find`, {
    reason: `http_${status}`,
    fix: "See the Proxy's own log.",
  });
}

function notProxy(why: string, cause?: unknown): PluginError {
  return new PluginError("invalid_config", `there is no Teleport Proxy at this address (/webapi/find: ${why})`, {
    reason: "no_proxy",
    cause,
    fix: "Check host and port of [teleport] addr.",
  });
}
