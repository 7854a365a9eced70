import { Agent, type Dispatcher } from "undici";

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
  /** PEM certificates to trust besides Node's own. */
  readonly ca?: readonly string[] | undefined;
  /** The seat for a proxy (undici's `ProxyAgent`). */
  readonly dispatcher?: Dispatcher | undefined;
}

/** Answers of the calls we make are a few kilobytes; a page of this size is none of Microsoft's. */
const maxAnswerBytes = 1024 * 1024;

/**
 * HTTP straight on undici's dispatcher: it costs a third of the CPU of the global `fetch`. Redirects are not followed,
 * so a token never travels to another host. Idle sockets do not keep the process alive.
 */
export function createTransport(options: TransportOptions = {}): Transport {
  const dispatcher = options.dispatcher ?? createAgent(options.ca);
  return async ({ url, ...request }) => {
    const { origin, pathname, search } = new URL(url);
    const answer = await dispatcher.request({ ...request, origin, path: pathname + search });
    return { status: answer.statusCode, headers: flatten(answer.headers), text: await answer.body.text() };
  };
}

function createAgent(ca: readonly string[] | undefined): Agent {
  return new Agent({
    allowH2: false,
    // As many connections as the limiter lets calls run, so that nothing waits in here with its deadline running.
    connections: 256,
    pipelining: 1,
    maxResponseSize: maxAnswerBytes,
    ...(ca === undefined || ca.length === 0 ? {} : { connect: { ca: [...ca] } }),
  });
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value ?? "")]));
}
