import { readFileSync } from "node:fs";
import { getCACertificates } from "node:tls";
import { PluginError, type ProxySettings } from "@access-plugins/core";
import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";

/** One HTTP request, ready to be sent. */
export interface HttpRequest {
  readonly url: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** An answer as it came; header names in lower case. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Sends one request and reads the whole answer. Rejects with whatever the network threw. */
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>;

export interface TransportOptions {
  /** PEM certificates to trust besides those the process trusts anyway. */
  readonly ca?: readonly string[] | undefined;
  /** HTTP proxies to call through; absent: directly. */
  readonly proxy?: ProxySettings | undefined;
}

/** Answers of the calls we make are a few kilobytes; a page of this size is none of Microsoft's. */
const maxAnswerBytes = 1024 * 1024;

/**
 * HTTP straight on undici's dispatcher: it costs a third of the CPU of the global `fetch`. Redirects are not followed,
 * so a token never travels to another host. Idle sockets do not keep the process alive.
 */
export function createTransport(options: TransportOptions = {}): Transport {
  const dispatcher = createDispatcher(options);
  return async ({ url, ...request }) => {
    const { origin, pathname, search } = new URL(url);
    const answer = await dispatcher.request({ ...request, origin, path: pathname + search });
    return { status: answer.statusCode, headers: flatten(answer.headers), text: await answer.body.text() };
  };
}

function createDispatcher({ ca = [], proxy }: TransportOptions): Dispatcher {
  // Naming any replaces the ones trusted by default.
  const trust = ca.length === 0 ? {} : { ca: [...getCACertificates("default"), ...ca] };
  const options = {
    allowH2: false,
    // As many connections as the limiter lets calls run, so that nothing waits in here with its deadline running.
    connections: 256,
    pipelining: 1,
    maxResponseSize: maxAnswerBytes,
    connect: trust,
  };
  if (proxy === undefined || (proxy.http === "" && proxy.https === "")) return new Agent(options);
  const { http: httpProxy, https: httpsProxy, none: noProxy } = proxy;
  return new EnvHttpProxyAgent({ ...options, requestTls: trust, proxyTls: trust, httpProxy, httpsProxy, noProxy });
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value ?? "")]));
}

/** The certificates of `msapi.endpoints.ca_file`; throws `invalid_config` when they cannot be read. */
export function readCaFile(path: string | undefined): readonly string[] {
  if (path === undefined) return [];
  try {
    return [readFileSync(path, "utf8")];
  } catch (cause) {
    throw new PluginError("invalid_config", `msapi.endpoints.ca_file: ${path} cannot be read.`, {
      fix: "Let msapi.endpoints.ca_file name a readable PEM file, or remove it.",
      cause,
    });
  }
}
