import { type Call, createRateLimiter, type Messenger, PluginError, silentLog } from "@access-plugins/core";
import { createFakeClock, type FakeClock } from "@access-plugins/testing";
import { createMsteamsMessenger } from "../messenger.ts";
import { type MsteamsMessengerDeps, type TeamsParts, wireTeams } from "../parts.ts";
import { toTestConfig } from "./configuration.ts";
import { createFakeTeamsServer, type FakeTeamsOptions, type FakeTeamsServer } from "./fake-teams-server.ts";

/** A fake Microsoft and what talks to it, on a clock that stands still. */
export interface Rig {
  readonly teams: FakeTeamsServer;
  readonly clock: FakeClock;
  readonly messenger: Messenger;
  /** The same in its parts, with caches and tokens of their own. */
  readonly parts: TeamsParts;
  readonly deps: MsteamsMessengerDeps;
  call(changes?: Partial<Call>): Call;
  /** A messenger as after a restart of the process. */
  restart(): Messenger;
  /** Kinds of the calls to Graph and the connector since this was asked last. */
  newCalls(): readonly string[];
  close(): Promise<void>;
}

export interface RigOptions extends FakeTeamsOptions {
  /** Changes to the `[msapi]` table. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly deps?: Partial<MsteamsMessengerDeps>;
}

export async function openRig({ settings = {}, deps: changes = {}, ...options }: RigOptions = {}): Promise<Rig> {
  const teams = await createFakeTeamsServer(options);
  const clock = createFakeClock();
  const deps: MsteamsMessengerDeps = {
    log: silentLog,
    clock,
    limiter: createRateLimiter({ clock }),
    ca: [teams.ca],
    secrets: { appSecret: () => teams.bot.appSecret },
    ...changes,
  };
  const config = toTestConfig(teams, settings);
  const restart = () => createMsteamsMessenger(config, deps);
  let seen = 0;
  return {
    teams,
    clock,
    deps,
    messenger: restart(),
    restart,
    parts: wireTeams(config, deps),
    call: (changed = {}) => ({ signal: new AbortController().signal, lane: "alice", mayStart: () => true, ...changed }),
    newCalls() {
      const calls = [...teams.graph.calls, ...teams.connector.calls].toSorted((a, b) => a.at - b.at);
      const fresh = calls.slice(seen).map(({ method }) => method);
      seen = calls.length;
      return fresh;
    },
    close: teams.close,
  };
}

/** What the promise rejects with; fails the test when it does not, or with anything but our error. */
export async function failureOf(promise: Promise<unknown>): Promise<PluginError> {
  const thrown = await promise.then(
    () => new Error("It did not fail."),
    (reason: unknown) => reason,
  );
  if (thrown instanceof PluginError) return thrown;
  throw new Error("It did not fail with a PluginError.", { cause: thrown });
}
