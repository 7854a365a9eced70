import type { Deadline } from "@access-plugins/core";
import type { FetchFunction } from "@slack/web-api";
import type { HttpRequest, HttpResponse } from "./transport.ts";

/** The HTTP request and answer of one call: its token, its deadline, and what the answer's head said. */
export interface Exchange {
  readonly token: string;
  readonly deadline: Deadline;
  head?: { readonly status: number; readonly retryAfter: string | undefined; readonly isJson: boolean };
}

/** Hands each HTTP request of the one shared SDK client the exchange it belongs to. */
export interface ExchangeDesk {
  /** Runs one SDK call; `method` is what to give to the SDK as the method's name. */
  run<T>(exchange: Exchange, method: string, sdkCall: (method: string) => Promise<T>): Promise<T>;
  readonly fetch: FetchFunction;
}

/**
 * The SDK takes no signal and no token per call. What it does keep together from call to request is the URL, so the
 * ticket of the exchange rides in the URL's fragment, which never leaves the process. The SDK itself never sees the
 * token: it can neither log it nor put it into an error.
 */
export function createExchangeDesk(transport: FetchFunction): ExchangeDesk {
  const open = new Map<string, Exchange>();
  let lastTicket = 0;
  return {
    async run(exchange, method, sdkCall) {
      lastTicket += 1;
      const ticket = String(lastTicket);
      open.set(ticket, exchange);
      try {
        return await sdkCall(`${method}#${ticket}`);
      } finally {
        open.delete(ticket);
      }
    },
    async fetch(url, init) {
      const [address = "", ticket = ""] = String(url).split("#");
      const exchange = open.get(ticket);
      if (exchange === undefined) throw new Error("A request without an open exchange.");
      const response = await transport(address, withExchange(init, exchange));
      exchange.head = {
        status: response.status,
        retryAfter: response.headers.get("retry-after") ?? undefined,
        isJson: /^application\/json\b/iu.test(response.headers.get("content-type") ?? ""),
      };
      return withoutEcho(response);
    },
  };
}

/**
 * Slack sends a posted message back in full, and the SDK copies every answer for a debug line that nobody reads: without
 * the echo a call costs a quarter less CPU.
 */
function withoutEcho(response: HttpResponse): HttpResponse {
  const { ok, status, statusText, url, headers } = response;
  return {
    ...{ ok, status, statusText, url, headers },
    text: async () => dropMessage(await response.text()),
    json: () => response.json(),
    arrayBuffer: () => response.arrayBuffer(),
  };
}

/** What is no JSON stays as it is, for the SDK to complain about. */
function dropMessage(body: string): string {
  try {
    const { message: _, ...rest } = JSON.parse(body);
    return JSON.stringify(rest);
  } catch {
    return body;
  }
}

function withExchange(init: HttpRequest | undefined, exchange: Exchange): HttpRequest {
  const headers = { ...init?.headers, Authorization: `Bearer ${exchange.token}` };
  return { ...init, headers, signal: exchange.deadline.signal };
}
