import { type Call, PluginError } from "@access-plugins/core";
import type { Bot } from "./bot.ts";
import type { MattermostClient } from "./client.ts";
import { unlessRefused } from "./membership.ts";
import { findBehindRefusal } from "./post-refusal.ts";
import type { Post } from "./posts.ts";
import type { Rendered } from "./render.ts";
import { postAnswer } from "./wire.ts";

/** A post that is there, and what it is to show. */
export interface PostEdit {
  readonly postId: string;
  readonly channelId: string;
  readonly content: Rendered;
  /** What the post is found by; an edit without it takes it away. */
  readonly mark?: string;
}

/** Our own property of a post: what it was created with, to be found by. */
export const markProperty = "teleport_access_request";

/** Makes the post show the content. Harmless when repeated; tells why it cannot be done. */
export async function editPost(client: MattermostClient, bot: Bot, edit: PostEdit, call: Call): Promise<void> {
  const refused = await unlessRefused(patch(client, edit, call));
  if (refused instanceof PluginError) throw await whyNotEditable(client, bot, edit, refused, call);
}

/** Only what is given changes: a pinned post stays pinned. The properties are replaced whole, so all of them go. */
function patch(client: MattermostClient, { postId: id, content, mark }: PostEdit, call: Call): Promise<Post> {
  const { message } = content;
  return client.call(
    {
      operation: "PUT posts/patch",
      send: (api) => api.patchPost({ id, message, props: toProps(content, mark) }),
      answer: postAnswer,
    },
    call,
  );
}

/** All properties of a post. `from_bot` is what the server adds to a new one and loses at an edit that lacks it. */
export function toProps({ attachments }: Rendered, mark: string | undefined): Record<string, unknown> {
  return {
    from_bot: "true",
    ...(attachments.length === 0 ? {} : { attachments }),
    ...(mark === undefined ? {} : { [markProperty]: mark }),
  };
}

/** One answer, 403, for a post that is gone, a bot that was removed, and a post of another account. */
async function whyNotEditable(
  client: MattermostClient,
  bot: Bot,
  edit: PostEdit,
  refused: PluginError,
  call: Call,
): Promise<PluginError> {
  const found = await findBehindRefusal(client, edit, refused, call);
  if (found instanceof PluginError) return found;
  const { id: author } = await bot.account(call);
  if (found !== undefined && found.user_id !== author) return foreignAuthor(refused);
  return refused.with({ fix: "Give the bot's roles the permission to edit its own posts (edit_post)." });
}

function foreignAuthor(cause: PluginError): PluginError {
  return new PluginError("recipient_forbidden", "The message was posted by another Mattermost account.", {
    ...(cause.operation === undefined ? {} : { operation: cause.operation }),
    reason: "foreign_author",
    fix: "Use the token of the bot that posted it: only its author can edit a message.",
    cause,
  });
}
