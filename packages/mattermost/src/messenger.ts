import type {
  Call,
  Clock,
  Log,
  Messenger,
  ProxySettings,
  RateLimiter,
  RequestMessage,
  SentMessage,
} from "@access-plugins/core";
import { PluginError } from "@access-plugins/core";
import { createBot } from "./bot.ts";
import { checkMattermost } from "./check.ts";
import { createMattermostClient } from "./client.ts";
import type { MattermostConfig } from "./config.ts";
import { believed } from "./doubt.ts";
import { createPosts, type Post } from "./posts.ts";
import { setReaction } from "./reactions.ts";
import { createRecipients } from "./recipients.ts";
import { type Rendered, renderMessage, renderNotice, renderReply } from "./render.ts";
import { renderReminder } from "./render-reminder.ts";
import { decodeAddress, encodeAddress, maxAddressBytes } from "./stored-address.ts";

/** What a Mattermost messenger is built from besides its configuration. */
interface MattermostMessengerDeps {
  readonly log: Log;
  /** Admits every HTTP call; share one per server and token. */
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  /** The bot's token, asked for at every call, so that a renewed one is used at once. */
  readonly token: () => string | Promise<string>;
  /** HTTP proxies to call through; absent: directly. */
  readonly proxy?: ProxySettings;
}

/**
 * Messages on one Mattermost server. Needs the access token of a bot account that is a member of each channel and of
 * its team; direct channels to people need neither. A recipient's id is always a channel id.
 *
 * A refusal that would last is believed only when the server repeats it after calling itself healthy.
 */
export function createMattermostMessenger(
  config: Pick<MattermostConfig, "url">,
  deps: MattermostMessengerDeps,
): Messenger {
  const client = createMattermostClient({ url: config.url, ...deps });
  const bot = createBot(client, deps.token);
  const recipients = createRecipients(client, bot);
  const posts = createPosts(client, bot);
  const sure = <T>(call: Call, work: () => Promise<T>): Promise<T> => believed(client, call, work);
  return {
    platform: "mattermost",
    stored: { encode: encodeAddress, decode: decodeAddress, maxBytes: maxAddressBytes },
    check: (call) => checkMattermost(client, bot, config.url, call),
    findRecipient: (raw, as, call) => sure(call, () => recipients.find(raw, as, call)),
    async post(to, message, key, call) {
      const place = { channelId: to.id };
      const post = await sure(call, () => posts.create(place, renderOnce(message), key, call));
      deps.log.debug("Posted to Mattermost.", { channel: post.channel_id, post: post.id });
      return toAddress(post);
    },
    async findPosted(to, key, call) {
      const post = await sure(call, () => posts.find(to.id, key, call));
      return post === undefined ? undefined : toAddress(post);
    },
    async edit(sent, message, call) {
      const { channel, post } = readAddress(sent);
      await sure(call, () => posts.edit(post, channel, renderOnce(message), call));
      return sent;
    },
    async reply(sent, what, key, call) {
      const { channel, post } = readAddress(sent);
      const place = { channelId: channel, rootId: post };
      await sure(call, () => posts.create(place, renderReply(what), key, call));
    },
    async react(sent, status, before, call) {
      const { channel, post } = readAddress(sent);
      const place = { channelId: channel, postId: post };
      await sure(call, () => setReaction(client, bot, place, status, before, call));
    },
    async notify(to, notice, key, call) {
      const place = { channelId: to.id };
      return toAddress(await sure(call, () => posts.create(place, renderNotice(notice), key, call)));
    },
    async remind(to, reminder, key, call) {
      const place = { channelId: to.id };
      return toAddress(await sure(call, () => posts.create(place, renderReminder(reminder), key, call)));
    },
  };
}

// One message goes to many recipients: it is rendered once.
const renderedMessages = new WeakMap<RequestMessage, Rendered>();

function renderOnce(message: RequestMessage): Rendered {
  const rendered = renderedMessages.get(message) ?? renderMessage(message);
  renderedMessages.set(message, rendered);
  return rendered;
}

function toAddress(post: Post): SentMessage {
  return { channel: post.channel_id, post: post.id };
}

/** Part of a stored address becomes part of a path: only what has an id's form does. */
function readAddress(sent: SentMessage): { readonly channel: string; readonly post: string } {
  const { channel, post } = decodeAddress(encodeAddress(sent)) ?? {};
  if (channel !== undefined && post !== undefined) return { channel, post };
  throw new PluginError("invalid_argument", "The stored address of a message has no channel or no post.", {
    fix: "Nothing to do: the message cannot be found any more.",
  });
}
