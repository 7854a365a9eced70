import { z } from "zod";
import { AppError, forbidden, invalidBody } from "./app-error.ts";
import { toStoredProps } from "./attachments.ts";
import { param, type Route, type RouteCall, type RouteResult } from "./route.ts";
import { shareTeam } from "./routes-channels.ts";
import { contentOf, type FakeChannel, type FakePost } from "./site.ts";
import { toWirePost } from "./wire-objects.ts";

const props = z.record(z.string(), z.unknown()).nullish();

const newPostSchema = z.object({
  channel_id: z.string().nullish(),
  message: z.string().nullish(),
  root_id: z.string().nullish(),
  pending_post_id: z.string().nullish(),
  props,
});

const patchSchema = z.object({ message: z.string().nullish(), is_pinned: z.boolean().nullish(), props });

const noPost = () => new AppError(404, "app.post.get.app_error", "Unable to get the post.");

export const postRoutes: readonly Route[] = [
  {
    path: "POST posts",
    session: true,
    run: createPost,
    sick: ({ settings }) =>
      settings.cached.memberships
        ? new AppError(500, "app.post.save.app_error", "Unable to save the post.")
        : forbidden(),
  },
  { path: "GET posts/{id}", session: true, run: readPost, sick: noPost },
  { path: "PUT posts/{id}/patch", session: true, run: patchPost, sick: forbidden },
  { path: "PUT posts/{id}", session: true, run: updatePost, sick: forbidden },
  { path: "DELETE posts/{id}", session: true, run: deletePost, sick: forbidden },
  { path: "GET channels/{id}/posts", session: true, run: listPosts, sick: forbidden },
  {
    path: "POST posts/ephemeral",
    session: true,
    run() {
      throw forbidden();
    },
  },
];

function createPost(call: RouteCall): RouteResult {
  const { site, pending, caller } = call;
  const read = newPostSchema.safeParse(call.body);
  if (!read.success) throw invalidBody();
  const channel = site.channel(read.data.channel_id ?? "");
  if (!channel?.members.has(caller.id)) throw forbidden();
  const pendingId = read.data.pending_post_id ?? "";
  const known = pendingId === "" ? undefined : pending.find(pendingId);
  if (known === "pending") {
    throw new AppError(500, "api.post.deduplicate_create_post.pending", "Another client is making the same request.");
  }
  const first = known === undefined ? undefined : site.post(known);
  if (first !== undefined) return { status: 201, body: toWirePost(first, repliesOf(call, first), "", false) };
  const post = storePost(call, channel, read.data);
  if (pendingId !== "") pending.end(pendingId, post.id);
  return { status: 201, body: toWirePost(post, repliesOf(call, post), pendingId) };
}

function storePost(call: RouteCall, channel: FakeChannel, given: z.output<typeof newPostSchema>): FakePost {
  const { site, caller } = call;
  if (channel.deletedAt > 0) {
    throw new AppError(400, "api.post.create_post.can_not_post_to_deleted.error", "Can not post to a deleted channel.");
  }
  if (isRestricted(call, channel)) {
    throw new AppError(400, "api.post.create_post.can_not_post_in_restricted_dm.error", "Not in the same team.");
  }
  const rootId = given.root_id ?? "";
  assertRoot(call, channel, rootId);
  const message = (given.message ?? "").toWellFormed();
  // The server adds it for bots at creation, and never again.
  const stored = toStoredProps({ ...given.props, ...(caller.isBot ? { from_bot: "true" } : {}) });
  assertStorable(call, message, stored);
  return site.addPost({ channelId: channel.id, userId: caller.id, rootId, message, props: stored });
}

function isRestricted(call: RouteCall, channel: FakeChannel): boolean {
  if (call.settings.restrictDirectMessage !== "team" || channel.kind !== "D") return false;
  const other = [...channel.members].map((id) => call.site.user(id)).find((user) => user?.id !== call.caller.id);
  return other !== undefined && !shareTeam(call, other);
}

function assertRoot({ site }: RouteCall, channel: FakeChannel, rootId: string): void {
  if (rootId === "") return;
  const root = site.post(rootId);
  if (root === undefined || root.deletedAt > 0 || root.rootId !== "") {
    throw new AppError(400, "api.post.create_post.root_id.app_error", "Invalid RootId parameter.");
  }
  if (root.channelId !== channel.id) {
    throw new AppError(
      400,
      "api.post.create_post.channel_root_id.app_error",
      "Invalid ChannelId for RootId parameter.",
    );
  }
}

const maxPropsRunes = 800_000;

function assertStorable({ settings }: RouteCall, message: string, stored: object): void {
  const json = JSON.stringify(stored);
  if ([...message].length > settings.maxPostSize) {
    throw new AppError(
      400,
      "model.post.is_valid.message_length.app_error",
      "Post Message property is longer than the maximum permitted length.",
    );
  }
  if ([...json].length > maxPropsRunes)
    throw new AppError(400, "model.post.is_valid.props.app_error", "Invalid props.");
  // The database takes no zero byte, today or ever.
  if (message.includes("\u0000") || json.includes("\\u0000")) {
    throw new AppError(500, "app.post.save.app_error", "Unable to save the Post.");
  }
}

function readPost(call: RouteCall): RouteResult {
  const post = call.site.post(param(call, "id"));
  if (post === undefined || post.deletedAt > 0) throw noPost();
  if (!call.site.channel(post.channelId)?.members.has(call.caller.id)) throw forbidden();
  return { body: toWirePost(post, repliesOf(call, post), "") };
}

function patchPost(call: RouteCall): RouteResult {
  const read = patchSchema.safeParse(call.body);
  if (!read.success) throw invalidBody();
  const post = findEditable(call, "patch_post");
  const { message, is_pinned } = read.data;
  change(call, post, message ?? contentOf(post).message, read.data.props ?? contentOf(post).props);
  post.pinned = is_pinned ?? post.pinned;
  return { body: toWirePost(post, repliesOf(call, post), "") };
}

function updatePost(call: RouteCall): RouteResult {
  const read = patchSchema.extend({ id: z.string() }).safeParse(call.body);
  if (!read.success || read.data.id !== param(call, "id")) throw invalidBody();
  const post = findEditable(call, "update_post");
  change(call, post, read.data.message ?? "", read.data.props ?? contentOf(post).props);
  post.pinned = read.data.is_pinned ?? false;
  return { body: toWirePost(post, repliesOf(call, post), "") };
}

/** A post that is gone, one of somebody else and one in a channel the caller is not in: the same answer. */
function findEditable(call: RouteCall, operation: string): FakePost {
  const { site, settings, caller } = call;
  const post = site.post(param(call, "id"));
  if (post === undefined || post.deletedAt > 0 || post.userId !== caller.id) throw forbidden();
  const channel = site.channel(post.channelId);
  if (!channel?.members.has(caller.id)) throw forbidden();
  if (channel.deletedAt > 0) {
    throw new AppError(
      400,
      `api.post.${operation}.can_not_update_post_in_deleted.error`,
      "Can not update a post in a deleted channel.",
    );
  }
  const limit = settings.postEditTimeLimit;
  if (limit !== -1 && call.now() > post.createdAt + limit * 1_000) {
    throw new AppError(
      400,
      "api.post.update_post.permissions_time_limit.app_error",
      "Post edit is only allowed for some time.",
    );
  }
  return post;
}

/** The properties are replaced whole, and `from_bot` is lost with them. */
function change(call: RouteCall, post: FakePost, message: string, given: Readonly<Record<string, unknown>>): void {
  const next = { at: call.now(), message: message.toWellFormed(), props: toStoredProps(given) };
  assertStorable(call, next.message, next.props);
  const before = contentOf(post);
  const shown = (content: { message: string; props: Readonly<Record<string, unknown>> }) =>
    JSON.stringify([content.message, content.props["attachments"]]);
  if (shown(before) !== shown(next)) post.editedAt = next.at;
  post.updatedAt = next.at;
  post.history.push(next);
}

function deletePost(call: RouteCall): RouteResult {
  const post = call.site.post(param(call, "id"));
  if (post === undefined || post.deletedAt > 0) throw noPost();
  if (post.userId !== call.caller.id) throw forbidden();
  call.site.deletePost(post);
  return { body: { status: "OK" } };
}

const defaultPageSize = 60;
const maxPageSize = 200;

function listPosts(call: RouteCall): RouteResult {
  const { site, query, caller } = call;
  const channel = site.channel(param(call, "id"));
  if (!channel?.members.has(caller.id)) throw forbidden();
  const since = Number(query.get("since") ?? 0);
  const size = Math.min(maxPageSize, Number(query.get("per_page") ?? defaultPageSize));
  const from = since > 0 ? 0 : Number(query.get("page") ?? 0) * size;
  const all = site.posts
    .flatMap((post) => [post, ...post.replies])
    .filter((post) => post.channelId === channel.id && (since > 0 ? post.updatedAt > since : post.deletedAt === 0))
    .sort((a, b) => b.createdAt - a.createdAt);
  const page = since > 0 ? all : all.slice(from, from + size);
  const posts = Object.fromEntries(page.map((post) => [post.id, toWirePost(post, repliesOf(call, post), "")]));
  return { body: { order: page.map(({ id }) => id), posts, next_post_id: "", prev_post_id: "", has_next: false } };
}

/** Of the whole thread, also for one of its replies. */
function repliesOf({ site }: RouteCall, post: FakePost): number {
  const root = post.rootId === "" ? post : site.post(post.rootId);
  return root?.replies.filter(({ deletedAt }) => deletedAt === 0).length ?? 0;
}
