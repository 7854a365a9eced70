import type { ProxySettings } from "@access-plugins/core";
import type { FetchFunction } from "@slack/web-api";
import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";

/** The parts of `fetch`'s arguments and answer that the SDK uses. */
export type HttpRequest = NonNullable<Parameters<FetchFunction>[1]>;
export type HttpResponse = Awaited<ReturnType<FetchFunction>>;

/** Answers of the methods we call are a few kilobytes; a page of this size is none of Slack's. */
const maxAnswerBytes = 1024 * 1024;

/**
 * A `fetch` of the narrow kind the SDK needs, straight on undici's dispatcher: it costs a third of the CPU of the
 * global `fetch`. Redirects are not followed, so a token never travels to another host. Idle sockets do not keep the
 * process alive.
 *
 * `dispatcher` is the seat for certificates of one's own.
 */
export function createTransport(dispatcher: Dispatcher = createDispatcher()): FetchFunction {
  return async (url, init = {}) => {
    const answer = await dispatcher.request(toRequest(new URL(url), init));
    return toResponse(String(url), answer.statusCode, answer.headers, await answer.body.text());
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

function toRequest(url: URL, init: HttpRequest): Dispatcher.DispatchOptions & { signal?: AbortSignal } {
  if (typeof init.body !== "string") throw new TypeError("Only urlencoded bodies are sent.");
  return {
    origin: url.origin,
    path: url.pathname,
    method: "POST",
    headers: init.headers ?? {},
    body: init.body,
    ...(init.signal === undefined ? {} : { signal: init.signal }),
  };
}

function toResponse(
  url: string,
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
): HttpResponse {
  const header = (name: string) => headers[name.toLowerCase()]?.toString() ?? null;
  return {
    ok: status >= 200 && status < 300,
    status,
    statusText: "",
    url,
    headers: {
      get: header,
      entries: () => Object.keys(headers).map((name): [string, string] => [name, header(name) ?? ""]),
    },
    text: async () => body,
    json: async () => JSON.parse(body),
    arrayBuffer: async () => new TextEncoder().encode(body).buffer,
  };
}
