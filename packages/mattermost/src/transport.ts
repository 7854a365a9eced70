import type { ProxySettings } from "@access-plugins/core";
import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";

/** The parts of `fetch`'s arguments we use. */
interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A redirect turns a POST into a GET and may lead to another host: it is never followed. */
  readonly redirect: "error";
  readonly signal: AbortSignal;
}

/** The parts of `fetch`'s answer we use. */
interface HttpResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** What carries our HTTP calls; the global `fetch` fits. */
export type HttpFetch = (url: string, request: HttpRequest) => Promise<HttpResponse>;

/** A page of a busy channel is the largest answer we ask for. */
const maxAnswerBytes = 16 * 1024 * 1024;

/**
 * A `fetch` of the narrow kind we need, straight on undici's dispatcher: it costs a third of the CPU of the global
 * `fetch`. Redirects come back as they are, so a token never travels to another host. Idle sockets do not keep the
 * process alive.
 *
 * `dispatcher` is the seat for certificates of one's own; `NODE_EXTRA_CA_CERTS`
 * holds without it.
 */
export function createTransport(dispatcher: Dispatcher = createDispatcher()): HttpFetch {
  return async (url, { method, headers, body, signal }) => {
    const { origin, pathname, search } = new URL(url);
    const answer = await dispatcher.request({
      origin,
      path: `${pathname}${search}`,
      method,
      headers,
      signal,
      ...(body === undefined ? {} : { body }),
    });
    return {
      status: answer.statusCode,
      headers: { get: (name) => answer.headers[name]?.toString() ?? null },
      text: () => answer.body.text(),
    };
  };
}

/** The pool of connections: direct ones, or through the proxies that are named. */
export function createDispatcher(proxy?: ProxySettings): Dispatcher {
  // As many connections as the limiter lets calls run, so that nothing waits in here with its deadline running.
  const options = { allowH2: false, connections: 256, pipelining: 1, maxResponseSize: maxAnswerBytes };
  if (proxy === undefined || (proxy.http === "" && proxy.https === "")) return new Agent(options);
  const { http: httpProxy, https: httpsProxy, none: noProxy } = proxy;
  return new EnvHttpProxyAgent({ ...options, httpProxy, httpsProxy, noProxy });
}
