import { randomUUID } from "node:crypto";
import type { CallRecord, FakeHost } from "@access-plugins/testing/fake-http";
import { findTestCertificates } from "./certificate.ts";
import { createConnectorService } from "./connector-service.ts";
import { handleControl } from "./control.ts";
import { createGraphService } from "./graph-service.ts";
import { createLoginService, type FakeBot } from "./login-service.ts";
import { openService } from "./service.ts";
import { createTenant, type FakeMessage, type FakeTenant, type InstallDelay } from "./tenant.ts";
import { createRateCounter, noRates, type Rates } from "./throttle.ts";
import { createTokens, type Tokens } from "./tokens.ts";

export interface FakeTeamsOptions {
  readonly host?: string;
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
  /** Gives tokens; speaks TLS with a certificate of {@link ca}. */
  readonly login: FakeHost;
  readonly graph: FakeHost;
  readonly connector: FakeHost;
  /** What to configure as `msapi.endpoints`. */
  readonly endpoints: { readonly login: string; readonly graph: string; readonly connector: string };
  /** PEM of the authority to trust. */
  readonly ca: string;
  readonly bot: FakeBot & { readonly appSecret: string; readonly teamsAppId: string };
  readonly tenant: FakeTenant;
  readonly tokens: Tokens;
  /** Every call so far, host by host. */
  readonly calls: readonly CallRecord[];
  /** What can be changed at any time. */
  readonly settings: FakeTeamsSettings;
  /** From now on every call to Graph and the connector takes this long, in milliseconds. */
  setLatency(ms: number): void;
  /** Deletes a message as a person would. */
  deleteMessage(address: { readonly conversation: string; readonly id: string }): void;
  /** Resolves with all messages once there are `count`; rejects after `timeoutMs` (10 s). */
  waitForMessages(count: number, timeoutMs?: number): Promise<readonly FakeMessage[]>;
  /** Cuts all connections and stops. */
  close(): Promise<void>;
}

interface FakeTeamsSettings {
  rates: Rates;
  /** How new installations behave at first. */
  installDelay: InstallDelay;
  /** The largest activity, in bytes of UTF-16. */
  maxBytes: number;
  autoCreate: boolean;
}

/** 100 KB, as documented. */
const maxBytes = 100 * 1024;

export async function createFakeTeamsServer(options: FakeTeamsOptions = {}): Promise<FakeTeamsServer> {
  const { host = "127.0.0.1", port = 0 } = options;
  const bot = createBot(options);
  const tenant = createTenant(bot.tenantId);
  tenant.addApp({ externalId: bot.teamsAppId });
  const tokens = createTokens();
  const settings: FakeTeamsSettings = {
    rates: noRates,
    installDelay: { hiddenReads: 0, refusedPosts: 0 },
    maxBytes,
    autoCreate: options.autoCreate ?? false,
  };
  const rates = createRateCounter(Date.now);
  const isBusy = (conversation: string) => countOpen(connector.calls, conversation) > 1;
  const { ca, ...tls } = await findTestCertificates(host);
  const login = await openService(createLoginService(bot, tokens), { host, tls });
  const graph = await openService(createGraphService({ tenant, tokens, rates, settings }), { host });
  const connector = await openService(
    createConnectorService({ tenant, tokens, rates, settings, isBusy }),
    { host, port },
    (name, body) => handleControl(teams, name, body),
  );
  const teams: FakeTeamsServer = {
    login,
    graph,
    connector,
    endpoints: { login: login.origin, graph: graph.origin, connector: connector.origin },
    ca,
    bot,
    tenant,
    tokens,
    settings,
    get calls() {
      return [login, graph, connector].flatMap(({ calls }) => calls);
    },
    setLatency(ms) {
      graph.setLatency(ms);
      connector.setLatency(ms);
    },
    deleteMessage({ conversation, id }) {
      const message = tenant.findMessage(conversation, id);
      if (message === undefined) throw new Error(`There is no message ${id} in ${conversation}.`);
      message.deleted = true;
      connector.changed();
    },
    async waitForMessages(count, timeoutMs) {
      await connector.waitUntil(() => tenant.messages.length >= count, timeoutMs);
      return tenant.messages;
    },
    close: async () => void (await Promise.all([login, graph, connector].map((one) => one.close()))),
  };
  return teams;
}

function createBot(options: FakeTeamsOptions): FakeTeamsServer["bot"] {
  const { appSecret = "fake-app-secret-value" } = options;
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
  return calls.filter(({ channel, endedAt }) => channel === conversation && endedAt === undefined).length;
}
