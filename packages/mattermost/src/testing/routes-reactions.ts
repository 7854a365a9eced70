import { z } from "zod";
import { AppError, forbidden, invalidBody } from "./app-error.ts";
import { param, type Route, type RouteCall, type RouteResult } from "./route.ts";
import type { FakePost } from "./site.ts";
import { toWireReaction } from "./wire-objects.ts";

const reactionSchema = z.object({ user_id: z.string(), post_id: z.string(), emoji_name: z.string() });

/** Only for oneself; repeating either is harmless. */
export const reactionRoutes: readonly Route[] = [
  { path: "POST reactions", session: true, run: addReaction, sick: forbidden },
  { path: "DELETE users/{id}/posts/{post}/reactions/{emoji}", session: true, run: removeReaction, sick: forbidden },
];

function addReaction(call: RouteCall): RouteResult {
  const read = reactionSchema.safeParse(call.body);
  if (!read.success) throw invalidBody();
  const { user_id, post_id, emoji_name } = read.data;
  if (user_id !== call.caller.id) {
    throw new AppError(
      403,
      "api.reaction.save_reaction.user_id.app_error",
      "You cannot save reaction for the other user.",
    );
  }
  const post = findReactable(call, post_id, "save");
  if (!/^[a-z0-9_+-]+$/u.test(emoji_name)) throw new AppError(404, "app.emoji.get_by_name.no_result", "No such emoji.");
  const known = post.reactions.some(({ userId, emoji }) => userId === user_id && emoji === emoji_name);
  if (!known) post.reactions.push({ userId: user_id, emoji: emoji_name });
  return { body: toWireReaction(post, user_id, emoji_name) };
}

function removeReaction(call: RouteCall): RouteResult {
  if (param(call, "id") !== call.caller.id) throw forbidden();
  const post = findReactable(call, param(call, "post"), "delete");
  const at = post.reactions.findIndex(
    ({ userId, emoji }) => userId === call.caller.id && emoji === param(call, "emoji"),
  );
  if (at >= 0) post.reactions.splice(at, 1);
  return { body: { status: "OK" } };
}

function findReactable(call: RouteCall, postId: string, operation: "save" | "delete"): FakePost {
  const { site, settings, caller } = call;
  const post = site.post(postId);
  const channel = site.channel(post?.channelId ?? "");
  if (post === undefined || post.deletedAt > 0 || !channel?.members.has(caller.id)) throw forbidden();
  if (!settings.mayReact) throw forbidden();
  if (channel.deletedAt === 0) return post;
  throw new AppError(403, `api.reaction.${operation}.archived_channel.app_error`, "The channel is archived.");
}
