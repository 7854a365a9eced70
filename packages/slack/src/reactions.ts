import { type Call, type MessageStatus, PluginError, toReaction } from "@access-plugins/core";
import type { SlackClient } from "./client.ts";
import { type Method, methodBuckets } from "./limits.ts";
import { emptyAnswer } from "./wire.ts";

/** Where a message is, in Slack's words. */
interface MessagePlace {
  readonly channel: string;
  readonly ts: string;
}

/**
 * Puts our sign of `status` below a message. The sign of `before` goes first: a moment without any is better than one
 * that says "approved" of what was denied.
 */
export async function setReaction(
  client: SlackClient,
  place: MessagePlace,
  status: MessageStatus,
  before: MessageStatus | undefined,
  call: Call,
): Promise<void> {
  const { add, remove } = toReaction(status, before);
  if (remove !== undefined) await change(client, "reactions.remove", place, remove, "no_reaction", call);
  if (add !== undefined) await change(client, "reactions.add", place, add, "already_reacted", call);
}

/** `settled` is how Slack says that it is so already. */
async function change(
  client: SlackClient,
  method: Method,
  { channel, ts }: MessagePlace,
  name: string,
  settled: string,
  call: Call,
): Promise<void> {
  const args = { channel, timestamp: ts, name };
  try {
    await client.call({ method, args, buckets: methodBuckets(method), answer: emptyAnswer }, call);
  } catch (thrown) {
    if (thrown instanceof PluginError && thrown.reason === settled) return;
    throw thrown;
  }
}
