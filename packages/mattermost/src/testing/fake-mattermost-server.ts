import { createFakeHost, type FakeHost, type HostRequest, type ListenOptions } from "@access-plugins/testing/fake-http";
import { createCallHandler, type FakeState } from "./call-handler.ts";
import { handleControl } from "./control.ts";
import { newId } from "./ids.ts";
import { createPendingPosts, type PendingPosts } from "./pending-posts.ts";
import { createRateLimiter, type FakeRates } from "./rate-limiter.ts";
import { defaultSettings, type FakeSettings } from "./settings.ts";
import { createSite, type FakePost, type FakeSite, type FakeUser } from "./site.ts";

export interface FakeMattermostOptions extends ListenOptions {
  /** The bot's token that works from the start. */
  readonly token?: string;
  /** The bot's id, for tests that compare with recordings. */
  readonly botId?: string;
  /** `/chat`, when the server does not stand at the root of its host. */
  readonly subpath?: string;
  /** Any e-mail address, team and channel exists as soon as it is used: for load. */
  readonly autoCreate?: boolean;
  /** Milliseconds since 1970; the limiter, pending ids and edit limits go by it. */
  readonly now?: () => number;
}

/** A pretended Mattermost 11.6: real HTTP, its rules, its errors and its traps. */
export interface FakeMattermostServer
  extends Pick<
    FakeHost,
    "calls" | "setLatency" | "fail" | "hold" | "heal" | "waitForCall" | "waitUntil" | "changed" | "close"
  > {
  /** What to configure as `mattermost.url`. */
  readonly url: string;
  readonly token: string;
  readonly bot: FakeUser;
  readonly site: FakeSite;
  readonly settings: FakeSettings;
  readonly pending: PendingPosts;
  /** Switches the limiter on, counted anew, or off. */
  setRates(rates: FakeRates | undefined): void;
  /** From now on the token is refused; a bot enabled again is let in at once. */
  setTokenEnabled(enabled: boolean): void;
  /** Deletes a post and its thread as a person would. */
  deletePost(id: string): void;
  /** Resolves with all posts once there are `count`, replies not counted; rejects after `timeoutMs` (10 s). */
  waitForPosts(count: number, timeoutMs?: number): Promise<readonly FakePost[]>;
}

export async function createFakeMattermostServer(options: FakeMattermostOptions = {}): Promise<FakeMattermostServer> {
  const { token = newId(), botId = newId(), subpath = "", autoCreate = false, now = Date.now } = options;
  const site = createSite(now);
  const bot = site.addUser({ id: botId, username: "teleport", email: "teleport@localhost", isBot: true });
  site.tokens.set(token, bot.id);
  const settings = { ...defaultSettings(), autoCreate };
  const state: FakeState = { site, settings, pending: createPendingPosts(now), limiter: undefined, subpath, now };
  const handler = createCallHandler(state);
  const host = await createFakeHost(options, {
    identify: (request: HostRequest) => handler.identify(request),
    carryOut: (request: HostRequest) => handler.carryOut(request),
    control: (name, body) => handleControl(fake, name, body),
  });
  const fake: FakeMattermostServer = {
    calls: host.calls,
    setLatency: host.setLatency,
    fail: host.fail,
    hold: host.hold,
    heal: host.heal,
    waitForCall: host.waitForCall,
    waitUntil: host.waitUntil,
    changed: host.changed,
    close: host.close,
    url: `${host.origin}${subpath}`,
    token,
    bot,
    site,
    settings,
    pending: state.pending,
    setRates(rates) {
      state.limiter = rates === undefined ? undefined : createRateLimiter(rates, now);
    },
    setTokenEnabled(enabled) {
      if (enabled) site.tokens.set(token, bot.id);
      else site.tokens.delete(token);
    },
    deletePost(id) {
      const post = site.post(id);
      if (post === undefined) throw new Error(`There is no post ${id}.`);
      site.deletePost(post);
      host.changed();
    },
    async waitForPosts(count, timeoutMs) {
      await host.waitUntil(() => site.posts.length >= count, timeoutMs);
      return site.posts;
    },
  };
  return fake;
}
