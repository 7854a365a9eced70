import type { HttpAnswer, HttpClient } from "@access-plugins/http";
import type { FetchFunction } from "@slack/web-api";

/** What the head of an answer said; its text is the SDK's to read. */
export type AnswerHead = Pick<HttpAnswer, "status" | "headers">;

/** The HTTP request and answer of one call. */
export interface Exchange {
  readonly token: string;
  /** The method's arguments, encoded as a form. */
  readonly form: string;
  readonly signal: AbortSignal;
  /** Once it is there. */
  answer?: AnswerHead;
}

/** Hands each HTTP request of the one shared SDK client the exchange it belongs to. */
export interface ExchangeDesk {
  /** Runs one SDK call; `method` is what to give to the SDK as the method's name. */
  run<T>(exchange: Exchange, method: string, sdkCall: (method: string) => Promise<T>): Promise<T>;
  readonly fetch: FetchFunction;
}

/** The parts of `fetch`'s arguments and answer that the SDK uses. */
type SdkRequest = NonNullable<Parameters<FetchFunction>[1]>;
type SdkResponse = Awaited<ReturnType<FetchFunction>>;

/**
 * The SDK takes no signal and no token per call. What it does keep together from call to request is the URL, so the
 * ticket of the exchange rides in the URL's fragment, which never leaves the process. The SDK itself sees neither the
 * token nor the message: it can neither log them nor put them into an error, and makes no copies of them to that end.
 */
export function createExchangeDesk(http: HttpClient): ExchangeDesk {
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
    async fetch(url, { headers } = {}) {
      const [address = "", ticket = ""] = String(url).split("#");
      const exchange = open.get(ticket);
      if (exchange === undefined) throw new Error("A request without an open exchange.");
      const answer = await http({
        url: address,
        method: "POST",
        headers: toHeaders(headers, exchange),
        body: exchange.form,
        signal: exchange.signal,
      });
      exchange.answer = { status: answer.status, headers: answer.headers };
      return toResponse(address, answer);
    },
  };
}

function toHeaders(headers: SdkRequest["headers"], { token }: Exchange): Record<string, string> {
  return { ...headers, Authorization: `Bearer ${token}` };
}

function toResponse(url: string, { status, headers, text }: HttpAnswer): SdkResponse {
  return {
    ok: status === 200,
    status,
    statusText: "",
    url,
    headers: { get: (name) => headers[name.toLowerCase()] ?? null, entries: () => Object.entries(headers) },
    text: async () => dropMessage(text),
    json: async () => JSON.parse(text),
    arrayBuffer: async () => new TextEncoder().encode(text).buffer,
  };
}

/**
 * Slack sends a message back in full, and the SDK copies every answer for a debug line that nobody reads: without the
 * echo a call costs less. What is no JSON stays as it is, for the SDK to complain about.
 */
function dropMessage(text: string): string {
  try {
    const { message: _message, text: _text, ...rest } = JSON.parse(text);
    return JSON.stringify(rest);
  } catch {
    return text;
  }
}
