import { type Call, type MessageStatus, PluginError, toReaction } from "@access-plugins/core";
import type { Bot } from "./bot.ts";
import type { MattermostClient } from "./client.ts";
import { unlessRefused } from "./membership.ts";
import { findBehindRefusal, type PostPlace } from "./post-refusal.ts";
import { anyAnswer } from "./wire.ts";

/**
 * Puts our sign of `status` below a post. The sign of `before` goes first: a moment without any is better than one that
 * says "approved" of what was denied.
 */
export async function setReaction(
  client: MattermostClient,
  bot: Bot,
  place: PostPlace,
  status: MessageStatus,
  before: MessageStatus | undefined,
  call: Call,
): Promise<void> {
  const { id: author } = await bot.account(call);
  const signs = toReaction(status, before);
  const refused = await unlessRefused(replace(client, author, place.postId, signs, call));
  if (!(refused instanceof PluginError)) return;
  const found = await findBehindRefusal(client, place, refused, call);
  throw found instanceof PluginError ? found : refused.with({ fix });
}

const fix =
  "Give the channel's members the permissions add_reaction and remove_reaction, or set status_reactions = false under [messages].";

async function replace(
  client: MattermostClient,
  author: string,
  postId: string,
  { add, remove }: ReturnType<typeof toReaction>,
  call: Call,
): Promise<void> {
  if (remove !== undefined) {
    const send: Send = (api) => api.removeReaction(author, postId, remove);
    await client.call({ operation: "DELETE posts/reactions", send, answer: anyAnswer }, call);
  }
  if (add !== undefined) {
    const send: Send = (api) => api.addReaction(author, postId, add);
    await client.call({ operation: "POST reactions", send, answer: anyAnswer }, call);
  }
}

type Send = Parameters<MattermostClient["call"]>[0]["send"];
