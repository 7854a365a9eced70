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
import type { z } from "zod";
import { checkSlack } from "./check.ts";
import { createSlackClient, type SlackClient } from "./client.ts";
import type { SlackConfig } from "./config.ts";
import { encodeForm } from "./form.ts";
import { methodBuckets, postBuckets } from "./limits.ts";
import { setReaction } from "./reactions.ts";
import { createRecipients } from "./recipients.ts";
import { type Rendered, renderMessage, renderNotice, renderReply } from "./render.ts";
import { renderReminder } from "./render-reminder.ts";
import { decodeAddress, encodeAddress, maxAddressBytes } from "./stored-address.ts";
import { messageAnswer } from "./wire.ts";

/** What a Slack messenger is built from besides its configuration. */
interface SlackMessengerDeps {
  readonly log: Log;
  /** Admits every HTTP call; share one per workspace and token. */
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  /** The bot token, asked for at every call, so that a renewed one is used at once. */
  readonly token: () => string | Promise<string>;
  /** HTTP proxies to call through; absent: directly. */
  readonly proxy?: ProxySettings;
}

type MessageAnswer = z.output<typeof messageAnswer>;

/**
 * Messages in one Slack workspace. Needs a bot token with the scopes `chat:write`, `users:read` and `users:read.email`,
 * for reactions also `reactions:write`, and the bot as a member of each channel. A person is written to by user id; the address holds the direct channel that
 * Slack answers with.
 */
export function createSlackMessenger(config: Pick<SlackConfig, "apiurl">, deps: SlackMessengerDeps): Messenger {
  const client = createSlackClient({ apiUrl: config.apiurl, ...deps });
  const recipients = createRecipients(client, deps.clock);
  return {
    platform: "slack",
    stored: { encode: encodeAddress, decode: decodeAddress, maxBytes: maxAddressBytes },
    check: (call) => checkSlack(client, call),
    findRecipient: (raw, as, call) => recipients.find(raw, as, call),
    async post(to, message, key, call) {
      const metadata = { request_id: message.requestId, key };
      const sent = await postMessage(client, { channel: to.id }, toContent(message), metadata, call);
      recipients.learn(to, sent.channel);
      deps.log.debug("Posted to Slack.", { channel: sent.channel, ts: sent.ts });
      return sent;
    },
    edit: (sent, message, call) => updateMessage(client, sent, toContent(message), call),
    async reply(sent, what, key, call) {
      const { channel, ts } = toAddress(sent);
      await postMessage(client, { channel, thread_ts: ts }, encode(renderReply(what)), { key }, call);
    },
    react: (sent, status, before, call) => setReaction(client, toAddress(sent), status, before, call),
    notify(to, notice, key, call) {
      const metadata = { request_id: notice.requestId, key };
      return postMessage(client, { channel: to.id }, encode(renderNotice(notice)), metadata, call);
    },
    remind: (to, reminder, key, call) =>
      postMessage(client, { channel: to.id }, encode(renderReminder(reminder)), { key }, call),
  };
}

// One message goes to many recipients: it is rendered and encoded once.
const encoded = new WeakMap<RequestMessage, string>();

function toContent(message: RequestMessage): string {
  const content = encoded.get(message) ?? encode(renderMessage(message));
  encoded.set(message, content);
  return content;
}

/** Blocks go even when there are none: an edit to the plain form has to take the old ones away. */
function encode({ text, blocks }: Rendered): string {
  return encodeForm({ text, blocks: JSON.stringify(blocks) });
}

function postMessage(
  client: SlackClient,
  place: { readonly channel: string; readonly thread_ts?: string },
  content: string,
  eventPayload: Readonly<Record<string, string>>,
  call: Call,
): Promise<MessageAnswer> {
  // Readable by every app and member of the workspace: ids only.
  const metadata = JSON.stringify({ event_type: "teleport_access_request", event_payload: eventPayload });
  const args = { ...place, metadata, unfurl_links: "false", unfurl_media: "false" };
  const buckets = postBuckets(place.channel);
  return client.call({ method: "chat.postMessage", args, content, buckets, answer: messageAnswer }, call);
}

function updateMessage(client: SlackClient, sent: SentMessage, content: string, call: Call): Promise<MessageAnswer> {
  const buckets = methodBuckets("chat.update");
  return client.call(
    { method: "chat.update", args: { ...toAddress(sent) }, content, buckets, answer: messageAnswer },
    call,
  );
}

function toAddress({ channel, ts }: SentMessage): MessageAnswer {
  if (channel !== undefined && ts !== undefined) return { channel, ts };
  throw new PluginError("invalid_argument", "The stored address of a message has no channel or no timestamp.", {
    fix: "Nothing to do: the message cannot be found any more.",
  });
}
