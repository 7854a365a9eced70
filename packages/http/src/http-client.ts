import { createSecureContext, getCACertificates } from "node:tls";
import { isExempt, type ProxySettings, proxyRefusalPrefix, toNetworkFailure } from "@access-plugins/core";
import { Agent, type Dispatcher, ProxyAgent } from "undici";

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
  /** PEM certificates to trust besides those of the process and of the machine's store. */
  readonly ca?: readonly string[] | undefined;
  /** HTTP proxies to call through; absent: directly. The one for `https` addresses is not used for others. */
  readonly proxy?: ProxySettings | undefined;
  /** A longer answer is an error. Default: 1 MiB; the answers of the calls we make are a few kilobytes. */
  readonly maxAnswerBytes?: number | undefined;
}

const defaultMaxAnswerBytes = 1024 * 1024;

/** The authority of a certificate is not among the trusted ones: nothing was sent to who showed it. */
const strangers: ReadonlySet<string> = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
]);

/**
 * HTTP straight on undici's dispatcher: it costs a quarter of the CPU of the global `fetch`. Redirects are not
 * followed, so a token never travels to another host. Idle sockets do not keep the process alive. Trusted are Node's
 * authorities, and those of the machine's store as with programs in Go: that is read when somebody is met whom the
 * others do not vouch for, because it takes a tenth of a second.
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { ca = [] } = options;
  const usual = createPools(options, ca);
  let trusting: FindPool | undefined;
  return async (request) => {
    const used = trusting ?? usual;
    try {
      return await send(used, request);
    } catch (thrown) {
      if (used === trusting || !strangers.has(toNetworkFailure(thrown).reason)) throw thrown;
      trusting ??= createPools(options, [...getCACertificates("system"), ...ca]);
      return send(trusting, request);
    }
  };
}

function send(findPool: FindPool, { url, method, headers, body, signal }: HttpRequest): Promise<HttpAnswer> {
  const target = new URL(url);
  const { origin, pathname, search } = target;
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else {
      const exchange = createExchange(signal, resolve, reject);
      const path = pathname + search;
      findPool(target).dispatch({ origin, path, method, headers: { ...headers }, body: body ?? null }, exchange);
    }
  });
}

/** The pool of connections that leads to an address: the direct one, or one through the proxy named for it. */
type FindPool = (target: URL) => Dispatcher;

/** `more`: authorities besides Node's. */
function createPools(
  { proxy, maxAnswerBytes = defaultMaxAnswerBytes }: HttpClientOptions,
  more: readonly string[],
): FindPool {
  // Naming any replaces the ones trusted by default. Read once: each connection would take some milliseconds for it.
  const trust =
    more.length === 0 ? {} : { secureContext: createSecureContext({ ca: [...getCACertificates("default"), ...more] }) };
  const options = {
    allowH2: false,
    // As many connections as the limiter lets calls run, so that nothing waits in here with its deadline running.
    connections: 256,
    pipelining: 1,
    maxResponseSize: maxAnswerBytes,
    connect: trust,
  };
  const direct = new Agent(options);
  if (proxy === undefined) return () => direct;
  const through = (uri: string) =>
    uri === "" ? direct : new ProxyAgent({ ...options, uri, requestTls: trust, proxyTls: trust });
  const proxied = { http: through(proxy.http), https: through(proxy.https) };
  /** By origin: an adapter calls few. */
  const found = new Map<string, Dispatcher>();
  const choose = ({ protocol, hostname, port }: URL) => {
    const isSecure = protocol === "https:";
    const target = { host: hostname.replace(/^\[|\]$/gu, ""), port: Number(port) || (isSecure ? 443 : 80) };
    return isExempt(target, proxy.none) ? direct : isSecure ? proxied.https : proxied.http;
  };
  return (target) => {
    const pool = found.get(target.origin) ?? choose(target);
    found.set(target.origin, pool);
    return pool;
  };
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
      reject(toRefusal(error) ?? error);
    },
  };
}

/** An HTTP proxy that does not connect: undici tells that in words only, with the code of an abort. */
function toRefusal({ message }: Error): Error | undefined {
  const [, status] = /^Proxy response \((\d+)\) !== 200/u.exec(message) ?? [];
  if (status === undefined) return undefined;
  const code = `${proxyRefusalPrefix}${status}`;
  return Object.assign(new Error(`the HTTP proxy answered CONNECT with HTTP ${status}`), { code });
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
