import { createFakeHost, type FakeHost, type ListenOptions } from "@access-plugins/testing/fake-http";
import { handleControl } from "./control.ts";
import { createRateCounter, noRates, type Rates } from "./rates.ts";
import { type SlackFault, toHostFault } from "./slack-faults.ts";
import { createTokens, type Tokens } from "./tokens.ts";
import { createWebApi, type WebApiState } from "./web-api.ts";
import { createWorkspace, type FakeMessage, type FakeWorkspace } from "./workspace.ts";

export interface FakeSlackOptions extends ListenOptions {
  /** The bot token that works from the start, with the official scopes. */
  readonly token?: string;
  /** Any e-mail address, channel id and channel name exists as soon as it is used: for load. */
  readonly autoCreate?: boolean;
}

/** A pretended Slack: real HTTP, Slack's rules, limits and error bodies. */
export interface FakeSlackServer
  extends Pick<FakeHost, "calls" | "setLatency" | "hold" | "heal" | "waitForCall" | "waitUntil" | "close"> {
  /** What to configure as `slack.apiurl`. */
  readonly apiUrl: string;
  /** The bot token that works from the start. */
  readonly token: string;
  readonly workspace: FakeWorkspace;
  readonly tokens: Tokens;
  /** From now on these rates are enforced, counted anew. */
  setRates(rates: Partial<Rates>): void;
  /** The next calls that match meet this fault; faults are used up in order. */
  fail(fault: SlackFault): void;
  /** Deletes a message as a person would. */
  deleteMessage(address: { readonly channel: string; readonly ts: string }): void;
  /** Resolves with all messages once there are `count`, thread replies not counted; rejects after `timeoutMs` (10 s). */
  waitForMessages(count: number, timeoutMs?: number): Promise<readonly FakeMessage[]>;
}

export async function createFakeSlackServer(options: FakeSlackOptions = {}): Promise<FakeSlackServer> {
  const { token = "xoxb-fake-token", autoCreate = false } = options;
  const rates = createRateCounter(noRates, Date.now);
  const state: WebApiState = { workspace: createWorkspace(), tokens: createTokens(), autoCreate, rates };
  state.tokens.grant(token);
  const host = await createFakeHost(options, {
    ...createWebApi(state),
    control: (name, body) => handleControl(slack, name, body),
  });
  const slack = createFacade(state, host, token);
  return slack;
}

function createFacade(state: WebApiState, host: FakeHost, token: string): FakeSlackServer {
  const { workspace, tokens } = state;
  const { calls, setLatency, hold, heal, waitForCall, waitUntil, close } = host;
  return {
    ...{ calls, setLatency, hold, heal, waitForCall, waitUntil, close, workspace, tokens, token },
    apiUrl: `${host.origin}/api/`,
    setRates(rates) {
      state.rates = createRateCounter({ ...noRates, ...rates }, Date.now);
    },
    fail: (fault) => host.fail(toHostFault(fault)),
    deleteMessage({ channel, ts }) {
      const message = workspace.findMessage(channel, ts);
      if (message === undefined) throw new Error(`There is no message ${channel}/${ts}.`);
      message.deleted = true;
      host.changed();
    },
    async waitForMessages(count, timeoutMs) {
      await waitUntil(() => workspace.messages.length >= count, timeoutMs);
      return workspace.messages;
    },
  };
}
