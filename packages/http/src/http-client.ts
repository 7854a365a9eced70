import { getCACertificates } from "node:tls";
import type { ProxySettings } from "@access-plugins/core";
import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";

/** One HTTP request, ready to be sent. */
export interface HttpRequest {
  readonly url: string;
  /** In capitals. */
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** An answer as it came; header names in lower case, a header that comes several times joined by commas. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * Sends one request and reads the whole answer, whatever its status. Rejects with what the network threw, or with the
 * reason of the signal.
 */
export type HttpClient = (request: HttpRequest) => Promise<HttpAnswer>;

export interface HttpClientOptions {
  /** PEM certificates to trust besides those the process trusts anyway. */
  readonly ca?: readonly string[] | undefined;
  /** HTTP proxies to call through; absent: directly. */
  readonly proxy?: ProxySettings | undefined;
  /** A longer answer is an error. Default: 1 MiB; the answers of the calls we make are a few kilobytes. */
  readonly maxAnswerBytes?: number | undefined;
}

const defaultMaxAnswerBytes = 1024 * 1024;

/**
 * HTTP straight on undici's dispatcher: it costs a quarter of the CPU of the global `fetch`. Redirects are not
 * followed, so a token never travels to another host. Idle sockets do not keep the process alive.
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const dispatcher = createDispatcher(options);
  return ({ url, method, headers, body = null, signal }) => {
    const { origin, pathname, search } = new URL(url);
    return new Promise((resolve, reject) => {
      if (signal.aborted) reject(signal.reason);
      else {
        const exchange = createExchange(signal, resolve, reject);
        dispatcher.dispatch({ origin, path: pathname + search, method, headers: { ...headers }, body }, exchange);
      }
    });
  };
}

/** The pool of connections: direct ones, or through the proxies that are named. */
function createDispatcher({ ca = [], proxy, maxAnswerBytes = defaultMaxAnswerBytes }: HttpClientOptions): Dispatcher {
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

/** What undici tells of one exchange, gathered into an answer; the signal ends it at any moment. */
function createExchange(
  signal: AbortSignal,
  resolve: (answer: HttpAnswer) => void,
  reject: (reason: unknown) => void,
): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = [];
  let head: Omit<HttpAnswer, "text"> | undefined;
  let controller: Dispatcher.DispatchController | undefined;
  const onAbort = () => {
    controller?.abort(toError(signal.reason));
    reject(signal.reason);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  const settled = () => signal.removeEventListener("abort", onAbort);

  return {
    onRequestStart(started) {
      controller = started;
      if (signal.aborted) started.abort(toError(signal.reason));
    },
    // Comes for interim answers (1xx) as well; the last one counts.
    onResponseStart(_, status, headers) {
      head = { status, headers: flatten(headers) };
    },
    onResponseData(_, chunk) {
      chunks.push(chunk);
    },
    onResponseEnd() {
      settled();
      if (head === undefined) reject(new Error("An answer without a head."));
      else resolve({ ...head, text: decode(chunks) });
    },
    onResponseError(_, error) {
      settled();
      reject(error);
    },
  };
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("The call was stopped.", { cause: reason });
}

/** Most answers are one chunk. */
function decode(chunks: readonly Buffer[]): string {
  const [only = Buffer.alloc(0), ...rest] = chunks;
  return (rest.length === 0 ? only : Buffer.concat(chunks)).toString("utf8");
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const name of Object.keys(headers)) flat[name.toLowerCase()] = String(headers[name] ?? "");
  return flat;
}
