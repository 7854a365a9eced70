import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Barrier, type BarrierPlace, createBarriers } from "./barriers.ts";
import { type CallPath, handleCall } from "./call-handler.ts";
import { type CallRecord, createCallJournal } from "./call-journal.ts";
import { createChanges } from "./changes.ts";
import { handleControl } from "./control.ts";
import { type CallMatch, createFaultScript, type Fault, matches } from "./faults.ts";
import { createRateCounter, noRates, type Rates } from "./rates.ts";
import { createTokens, type Tokens } from "./tokens.ts";
import { createWorkspace, type FakeMessage, type FakeWorkspace } from "./workspace.ts";

export interface FakeSlackOptions {
  readonly host?: string;
  /** 0 for any free port. */
  readonly port?: number;
  /** The bot token that works from the start, with the official scopes. */
  readonly token?: string;
  /** Any e-mail address, channel id and channel name exists as soon as it is used: for load. */
  readonly autoCreate?: boolean;
}

/** A pretended Slack: real HTTP, Slack's rules, limits and error bodies. */
export interface FakeSlackServer {
  /** What to configure as `slack.apiurl`. */
  readonly apiUrl: string;
  /** The bot token that works from the start. */
  readonly token: string;
  readonly workspace: FakeWorkspace;
  readonly tokens: Tokens;
  /** Every call so far, in the order of arrival. */
  readonly calls: readonly CallRecord[];
  /** From now on every call takes this long, in milliseconds. */
  setLatency(ms: number): void;
  /** From now on these rates are enforced, counted anew. */
  setRates(rates: Partial<Rates>): void;
  /** The next calls that match meet this fault; faults are used up in order. */
  fail(fault: Fault): void;
  /** Calls that match stand still from now on. */
  hold(place: BarrierPlace): Barrier;
  /** Removes all faults and opens all barriers. */
  heal(): void;
  /** Deletes a message as a person would. */
  deleteMessage(address: { readonly channel: string; readonly ts: string }): void;
  /** Resolves with all messages once there are `count`, thread replies not counted; rejects after `timeoutMs` (10 s). */
  waitForMessages(count: number, timeoutMs?: number): Promise<readonly FakeMessage[]>;
  /** Resolves with the first call that matches, past or to come. */
  waitForCall(
    match: CallMatch & { readonly where?: (call: CallRecord) => boolean },
    timeoutMs?: number,
  ): Promise<CallRecord>;
  /** Resolves once `reached` holds; it is looked at after every change. */
  waitUntil(reached: () => boolean, timeoutMs?: number): Promise<void>;
  /** Cuts all connections and stops. */
  close(): Promise<void>;
}

export async function createFakeSlackServer(options: FakeSlackOptions = {}): Promise<FakeSlackServer> {
  const { host = "127.0.0.1", port = 0, token = "xoxb-fake-token", autoCreate = false } = options;
  const changes = createChanges();
  const path: CallPath = {
    workspace: createWorkspace(),
    tokens: createTokens(),
    journal: createCallJournal(),
    faults: createFaultScript(),
    barriers: createBarriers(() => changes.notify()),
    changes,
    settings: { latencyMs: 0, rates: createRateCounter(noRates, Date.now), autoCreate },
  };
  path.tokens.grant(token);
  const http = createServer((request, response) => {
    route(slack, path, request, response).catch((thrown) => response.destroy(thrown));
  });
  http.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => http.once("error", reject).listen(port, host, resolve));
  const slack = createFacade(path, token, originOf(http.address()), async () => {
    path.barriers.releaseAll();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  return slack;
}

function createFacade(path: CallPath, token: string, origin: string, close: () => Promise<void>): FakeSlackServer {
  const { workspace, journal, changes, faults, barriers } = path;
  const describe = () => `${journal.calls.length} calls, ${workspace.messages.length} messages`;
  return {
    apiUrl: `${origin}/api/`,
    token,
    workspace,
    tokens: path.tokens,
    calls: journal.calls,
    setLatency(ms) {
      path.settings.latencyMs = ms;
    },
    setRates(rates) {
      path.settings.rates = createRateCounter({ ...noRates, ...rates }, Date.now);
    },
    fail: (fault) => faults.add(fault),
    hold: (place) => barriers.add(place),
    heal() {
      faults.clear();
      barriers.releaseAll();
    },
    deleteMessage({ channel, ts }) {
      const message = workspace.findMessage(channel, ts);
      if (message === undefined) throw new Error(`There is no message ${channel}/${ts}.`);
      message.deleted = true;
      changes.notify();
    },
    async waitForMessages(count, timeoutMs) {
      await changes.waitUntil(
        () => workspace.messages.length >= count,
        () => `${count} messages; ${describe()}`,
        timeoutMs,
      );
      return workspace.messages;
    },
    async waitForCall({ where = () => true, ...match }, timeoutMs) {
      const find = () => journal.calls.find((call) => matches(match, call) && where(call));
      await changes.waitUntil(
        () => find() !== undefined,
        () => `a call ${JSON.stringify(match)}; ${describe()}`,
        timeoutMs,
      );
      const call = find();
      if (call === undefined) throw new Error("a call that was there is gone");
      return call;
    },
    waitUntil: (reached, timeoutMs) => changes.waitUntil(reached, describe, timeoutMs),
    close,
  };
}

async function route(
  slack: FakeSlackServer,
  path: CallPath,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://fake");
  const body = await readText(request);
  if (url.pathname.startsWith("/__control/")) return handleControl(slack, url, request.method ?? "GET", body, response);
  const method = /^\/api\/([a-zA-Z.]+)$/u.exec(url.pathname)?.[1];
  if (method === undefined) {
    response.writeHead(404, { "content-type": "text/html" }).end("<html>Not found</html>");
    return;
  }
  const { authorization, "content-type": contentType = "" } = request.headers;
  await handleCall(
    path,
    method,
    {
      httpMethod: request.method ?? "GET",
      url: request.url ?? "",
      query: url.searchParams,
      contentType,
      authorization,
      body,
    },
    response,
  );
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

function originOf(address: string | AddressInfo | null): string {
  if (address === null || typeof address === "string") throw new Error("the server does not listen on a port");
  return `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`;
}
