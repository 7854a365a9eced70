import { randomUUID } from "node:crypto";
import { type Barrier, type BarrierPlace, createBarriers } from "./barriers.ts";
import type { CallPath } from "./call-handler.ts";
import { type CallRecord, createCallJournal } from "./call-journal.ts";
import { findTestCertificates } from "./certificate.ts";
import { createChanges } from "./changes.ts";
import { createConnectorService } from "./connector-service.ts";
import { handleControl } from "./control.ts";
import { type CallMatch, createFaultScript, type Fault, matches } from "./faults.ts";
import { createGraphService } from "./graph-service.ts";
import { openHost } from "./http-host.ts";
import { createLoginService, type FakeBot } from "./login-service.ts";
import { createTenant, type FakeMessage, type FakeTenant, type InstallDelay } from "./tenant.ts";
import { createRateCounter, noRates, type Rates } from "./throttle.ts";
import { createTokens, type Tokens } from "./tokens.ts";

export interface FakeTeamsOptions {
  readonly address?: string;
  /** Port of the connector, which also takes control commands; 0 for any free port. The others get free ports. */
  readonly port?: number;
  readonly tenantId?: string;
  readonly appId?: string;
  readonly appSecret?: string;
  /** The manifest's id of the app in the catalogue. */
  readonly teamsAppId?: string;
  /** Whether a client assertion is taken: for certificates and workload identities. */
  readonly assertions?: (assertion: string) => boolean;
  /** How long tokens live, in seconds. */
  readonly tokenSeconds?: number;
  /** Any e-mail address and channel exists as soon as it is used: for load. */
  readonly autoCreate?: boolean;
}

/** A pretended Microsoft: three hosts, with the rules, limits and error bodies of their documents. */
export interface FakeTeamsServer {
  /** What to configure as `msapi.endpoints`; login speaks TLS with a certificate of {@link ca}. */
  readonly endpoints: { readonly login: string; readonly graph: string; readonly connector: string };
  /** PEM of the authority to trust. */
  readonly ca: string;
  readonly bot: FakeBot & { readonly appSecret: string; readonly teamsAppId: string };
  readonly tenant: FakeTenant;
  readonly tokens: Tokens;
  /** Every call so far, in the order of arrival. */
  readonly calls: readonly CallRecord[];
  /** From now on every call takes this long, in milliseconds. */
  setLatency(ms: number): void;
  /** From now on these rates are enforced. */
  setRates(rates: Partial<Rates>): void;
  /** How new installations behave at first. */
  setInstallDelay(delay: InstallDelay): void;
  /** The largest activity, in bytes of UTF-16. */
  setMaxBytes(bytes: number): void;
  /** The next calls that match meet this fault; faults are used up in order. */
  fail(fault: Fault): void;
  /** Calls that match stand still from now on. */
  hold(place: BarrierPlace): Barrier;
  /** Removes all faults and opens all barriers. */
  heal(): void;
  /** Deletes a message as a person would. */
  deleteMessage(address: { readonly conversation: string; readonly id: string }): void;
  /** Resolves with all messages once there are `count`; rejects after `timeoutMs` (10 s). */
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

/** 100 KB, as documented. */
const maxBytes = 100 * 1024;

type Settings = Parameters<typeof createGraphService>[0]["settings"] &
  Parameters<typeof createConnectorService>[0]["settings"] &
  CallPath["settings"];

export async function createFakeTeamsServer(options: FakeTeamsOptions = {}): Promise<FakeTeamsServer> {
  const { address = "127.0.0.1", port = 0, appSecret = "fake-app-secret-value" } = options;
  const bot = createBot(options, appSecret);
  const tenant = createTenant(bot.tenantId);
  tenant.addApp({ externalId: bot.teamsAppId });
  const tokens = createTokens();
  const changes = createChanges();
  const settings: Settings = {
    latencyMs: 0,
    rates: noRates,
    installDelay: { hiddenReads: 0, refusedPosts: 0 },
    maxBytes,
    autoCreate: options.autoCreate ?? false,
  };
  const path: CallPath = {
    journal: createCallJournal(),
    faults: createFaultScript(),
    barriers: createBarriers(() => changes.notify()),
    changes,
    settings,
  };
  const rates = createRateCounter(Date.now);
  const { ca, ...tls } = await findTestCertificates(address);
  const login = await openHost(
    path,
    createLoginService(bot, tokens, () => login.origin),
    { address, port: 0, tls },
  );
  const graph = await openHost(path, createGraphService({ tenant, tokens, rates, settings }), { address, port: 0 });
  const isBusy = (conversation: string) => countOpen(path.journal.calls, conversation) > 1;
  const connector = await openHost(path, createConnectorService({ tenant, tokens, rates, settings, isBusy }), {
    address,
    port,
    control: (request, text, response) => handleControl(teams, request, text, response),
  });
  const teams: FakeTeamsServer = {
    endpoints: { login: login.origin, graph: graph.origin, connector: connector.origin },
    ca,
    bot,
    tenant,
    tokens,
    ...createControls(path, tenant, settings),
    async close() {
      path.barriers.releaseAll();
      await Promise.all([login.close(), graph.close(), connector.close()]);
    },
  };
  return teams;
}

function createBot(options: FakeTeamsOptions, appSecret: string): FakeTeamsServer["bot"] {
  return {
    tenantId: options.tenantId ?? randomUUID(),
    appId: options.appId ?? randomUUID(),
    teamsAppId: options.teamsAppId ?? randomUUID(),
    appSecret,
    secrets: new Set([appSecret]),
    assertions: options.assertions ?? (() => false),
    tokenSeconds: options.tokenSeconds ?? 3_599,
  };
}

function countOpen(calls: readonly CallRecord[], conversation: string): number {
  return calls.filter(({ host, about, endedAt }) => host === "connector" && about === conversation && !endedAt).length;
}

type Controls = Omit<FakeTeamsServer, "endpoints" | "ca" | "bot" | "tenant" | "tokens" | "close">;

function createControls(path: CallPath, tenant: FakeTenant, settings: Settings): Controls {
  const { journal, changes, faults, barriers } = path;
  const describe = () => `${journal.calls.length} calls, ${tenant.messages.length} messages`;
  return {
    calls: journal.calls,
    setLatency(ms) {
      settings.latencyMs = ms;
    },
    setRates(rates) {
      settings.rates = { ...noRates, ...rates };
    },
    setInstallDelay(delay) {
      settings.installDelay = delay;
    },
    setMaxBytes(bytes) {
      settings.maxBytes = bytes;
    },
    fail: (fault) => faults.add(fault),
    hold: (place) => barriers.add(place),
    heal() {
      faults.clear();
      barriers.releaseAll();
    },
    deleteMessage({ conversation, id }) {
      const message = tenant.findMessage(conversation, id);
      if (message === undefined) throw new Error(`There is no message ${id} in ${conversation}.`);
      message.deleted = true;
      changes.notify();
    },
    async waitForMessages(count, timeoutMs) {
      const reached = () => tenant.messages.length >= count;
      await changes.waitUntil(reached, () => `${count} messages; ${describe()}`, timeoutMs);
      return tenant.messages;
    },
    async waitForCall({ where = () => true, ...match }, timeoutMs) {
      const find = () => journal.calls.find((call) => matches(match, call) && where(call));
      const wanted = () => `a call ${JSON.stringify(match)}; ${describe()}`;
      await changes.waitUntil(() => find() !== undefined, wanted, timeoutMs);
      const call = find();
      if (call === undefined) throw new Error("a call that was there is gone");
      return call;
    },
    waitUntil: (reached, timeoutMs) => changes.waitUntil(reached, describe, timeoutMs),
  };
}
