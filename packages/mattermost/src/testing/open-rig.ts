import {
  type Call,
  type Check,
  createRateLimiter,
  type Messenger,
  PluginError,
  silentLog,
  systemClock,
} from "@access-plugins/core";
import { onTestFinished } from "vitest";
import { mattermostConfigSchema } from "../config.ts";
import { createMattermostMessenger } from "../messenger.ts";
import {
  createFakeMattermostServer,
  type FakeMattermostOptions,
  type FakeMattermostServer,
} from "./fake-mattermost-server.ts";
import type { FakeTeam, FakeUser } from "./site.ts";

/** A fake server with a few people and channels, and a messenger on it, for one test. */
export interface Rig {
  readonly fake: FakeMattermostServer;
  readonly messenger: Messenger;
  readonly alice: FakeUser;
  readonly dev: FakeTeam;
  /** A messenger that is configured with this URL. */
  messengerAt(url: string): Messenger;
  /** The calls so far as `GET users/me`, the newest `count` of them. */
  lastCalls(count: number): readonly string[];
}

export const call: Call = { signal: new AbortController().signal, lane: "alice", mayStart: () => true };

/** `dev/security` and `dev/owners` (private) with the bot, `dev/uninvited` without it. */
export async function openRig(options: FakeMattermostOptions = {}): Promise<Rig> {
  const fake = await createFakeMattermostServer(options);
  onTestFinished(() => fake.close());
  const { site, bot, token } = fake;
  const alice = site.addUser({ email: "alice@example.com" });
  const dev = site.addTeam("dev");
  site.addChannel({ team: dev, name: "security", members: [bot, alice] });
  site.addChannel({ team: dev, name: "owners", kind: "P", members: [bot] });
  site.addChannel({ team: dev, name: "uninvited", members: [alice] });
  const messengerAt = (url: string) => {
    const limiter = createRateLimiter({ clock: systemClock });
    const config = mattermostConfigSchema.parse({ url, token });
    return createMattermostMessenger(config, { log: silentLog, limiter, clock: systemClock, token: () => token });
  };
  return {
    fake,
    messenger: messengerAt(fake.url),
    alice,
    dev,
    messengerAt,
    lastCalls: (count) => fake.calls.slice(-count).map(({ method }) => method),
  };
}

/** What the promise rejects with; throws when it does not, or with anything but our error. */
export async function failureOf(promise: Promise<unknown>): Promise<PluginError> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof PluginError) return thrown;
    throw thrown;
  }
  throw new Error("It did not fail.");
}

/** All findings of a check. */
export async function findingsOf(messenger: Messenger): Promise<readonly Check[]> {
  const findings: Check[] = [];
  for await (const finding of messenger.check(call)) findings.push(finding);
  return findings;
}
