import { type Call, PluginError } from "@access-plugins/core";
import type { MattermostClient } from "./client.ts";
import { findMembership, unlessRefused } from "./membership.ts";
import type { Post } from "./posts.ts";
import { invite } from "./refusal-table.ts";
import { postAnswer } from "./wire.ts";

/** Which post, in which channel. */
export interface PostPlace {
  readonly postId: string;
  readonly channelId: string;
}

/**
 * What is behind a 403 about a post: an error when the post is gone or the bot was removed from its channel, else the
 * post as far as it can be read.
 */
export async function findBehindRefusal(
  client: MattermostClient,
  { postId, channelId }: PostPlace,
  refused: PluginError,
  call: Call,
): Promise<PluginError | Post | undefined> {
  const found = await readPost(client, postId, call);
  if (found instanceof PluginError && found.code === "message_not_found") return found;
  const membership = await unlessRefused(findMembership(client, channelId, call));
  if (membership instanceof PluginError) {
    return membership.with({ fix: invite, reason: "not_in_channel", cause: refused });
  }
  return found instanceof PluginError ? undefined : found;
}

async function readPost(client: MattermostClient, id: string, call: Call): Promise<Post | PluginError> {
  const asked = client.call(
    { operation: "GET posts/{id}", send: (api) => api.getPost(encodeURIComponent(id)), answer: postAnswer },
    call,
  );
  try {
    return await asked;
  } catch (thrown) {
    const error = PluginError.from(thrown);
    if (error.code === "message_not_found" || error.code === "recipient_forbidden") return error;
    throw error;
  }
}
