import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type Answer, send, spoil } from "./answer.ts";
import { type Barrier, type BarrierPlace, createBarriers } from "./barriers.ts";
import { type CallRecord, createCallJournal } from "./call-journal.ts";
import { type CallMatch, type CallName, matches } from "./call-match.ts";
import { createChanges } from "./changes.ts";
import { carriesOut, createFaultScript, type Fault } from "./faults.ts";

/** One request, once its last byte has arrived. */
export interface HostRequest {
  readonly httpMethod: string;
  /** As it came: not decoded, not normalised. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Carried {
  readonly answer: Answer;
  readonly done: boolean;
}

/** What makes a host a certain platform. */
export interface HostRules {
  /** Names the call for faults, barriers and the journal. */
  identify(request: HostRequest): CallName & Pick<CallRecord, "content">;
  /** Does what is asked. `done` says that it took effect. */
  carryOut(request: HostRequest): Carried | Promise<Carried>;
  /** Serves `/__control/<name>`, for other processes; its result goes back as JSON, what it throws as 400. */
  control(name: string, body: unknown): unknown;
}

/** A real HTTP server on which calls can be delayed, held, failed, looked at and waited for. */
export interface FakeHost {
  /** `http://127.0.0.1:1234`, with TLS `https://…` */
  readonly origin: string;
  /** Every call so far, in the order of arrival; those to `/__control/` not. */
  readonly calls: readonly CallRecord[];
  /** From now on every call takes this long, in milliseconds. */
  setLatency(ms: number): void;
  /** The next calls that match meet this fault; faults are used up in order. */
  fail(fault: Fault): void;
  /** Calls that match stand still from now on. */
  hold(place: BarrierPlace): Barrier;
  /** Removes all faults and opens all barriers. */
  heal(): void;
  /** Something has changed that others may wait for. */
  changed(): void;
  /** Resolves with the first call that matches, past or to come. */
  waitForCall(
    match: CallMatch & { readonly where?: (call: CallRecord) => boolean },
    timeoutMs?: number,
  ): Promise<CallRecord>;
  /** Resolves once `reached` holds; it is looked at after every change. Rejects after `timeoutMs` (10 s). */
  waitUntil(reached: () => boolean, timeoutMs?: number): Promise<void>;
  /** Cuts all connections and stops. */
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly host?: string;
  /** 0 for any free port. */
  readonly port?: number;
  /** Key and certificate in PEM; with them the host speaks TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** Starts a host that follows `rules`. */
export async function createFakeHost(
  { host = "127.0.0.1", port = 0, tls }: ListenOptions,
  rules: HostRules,
): Promise<FakeHost> {
  const changes = createChanges();
  const journal = createCallJournal();
  const faults = createFaultScript();
  const barriers = createBarriers(() => changes.notify());
  let latencyMs = 0;

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    if (request.path.startsWith("/__control/")) return serveControl(rules, request, response);
    const record = journal.open({ ...rules.identify(request), url: `${request.httpMethod} ${incoming.url}` });
    const gone = watchClient(record, response, () => changes.notify());
    changes.notify();
    if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
    await barriers.pass(record, "before", gone);
    if (gone.aborted) return;
    const effect = faults.take(record);
    const answer = effect === undefined || carriesOut(effect) ? await carryOut(request, record) : undefined;
    changes.notify();
    await barriers.pass(record, "after", gone);
    if (gone.aborted) return;
    if (effect !== undefined) send(spoil(effect, answer, request.headers), record, response);
    else if (answer !== undefined) send(answer, record, response);
    changes.notify();
  }

  async function carryOut(request: HostRequest, record: CallRecord): Promise<Answer> {
    const { answer, done } = await rules.carryOut(request);
    record.accepted = done;
    return answer;
  }

  const listener = (incoming: IncomingMessage, response: ServerResponse) => {
    serve(incoming, response).catch((thrown) => response.destroy(thrown));
  };
  const http: Server = tls === undefined ? createServer(listener) : createTlsServer({ ...tls }, listener);
  http.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => http.once("error", reject).listen(port, host, resolve));
  const describe = () => `${journal.calls.length} calls so far`;

  return {
    origin: `${tls === undefined ? "http" : "https"}://${hostOf(http.address())}`,
    calls: journal.calls,
    setLatency(ms) {
      latencyMs = ms;
    },
    fail: (fault) => faults.add(fault),
    hold: (place) => barriers.add(place),
    heal() {
      faults.clear();
      barriers.releaseAll();
    },
    changed: () => changes.notify(),
    async waitForCall({ where = () => true, ...match }, timeoutMs) {
      let found: CallRecord | undefined;
      const look = () => {
        found ??= journal.calls.find((call) => matches(match, call) && where(call));
        return found !== undefined;
      };
      await changes.waitUntil(look, () => `a call ${JSON.stringify(match)}; ${describe()}`, timeoutMs);
      if (found === undefined) throw new Error("a call that was there is gone");
      return found;
    },
    waitUntil: (reached, timeoutMs) => changes.waitUntil(reached, describe, timeoutMs),
    async close() {
      barriers.releaseAll();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<HostRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const [path = "/", query = ""] = (incoming.url ?? "/").split("?", 2);
  return {
    httpMethod: incoming.method ?? "GET",
    path,
    query: new URLSearchParams(query),
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

function serveControl(rules: HostRules, { httpMethod, path, body }: HostRequest, response: ServerResponse): void {
  const reply = (status: number, value: unknown) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value ?? {}));
  try {
    reply(200, rules.control(`${httpMethod} ${path.slice("/__control/".length)}`, body === "" ? {} : JSON.parse(body)));
  } catch (thrown) {
    reply(400, { error: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}

/** Aborts when the connection is gone before the answer was complete. */
function watchClient(record: CallRecord, response: ServerResponse, changed: () => void): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => {
    record.endedAt = Date.now();
    record.abandoned = !response.writableFinished;
    if (record.abandoned) gone.abort();
    changed();
  });
  return gone.signal;
}

function hostOf(address: string | AddressInfo | null): string {
  if (address === null || typeof address === "string") throw new Error("the server does not listen on a port");
  return `${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`;
}
