import { createHash } from "node:crypto";
import { type Call, PluginError } from "@access-plugins/core";
import type { z } from "zod";
import type { Bot } from "./bot.ts";
import type { MattermostClient } from "./client.ts";
import { editPost, markProperty, toProps } from "./post-edit.ts";
import type { Rendered } from "./render.ts";
import { postAnswer, postListAnswer } from "./wire.ts";

export type Post = z.output<typeof postAnswer>;

/** Where a new post goes. `rootId` is the post it replies to. */
interface PostPlace {
  readonly channelId: string;
  readonly rootId?: string;
}

/** Creates, changes and finds the bot's own posts. */
export interface Posts {
  /** Harmless to repeat with the same `key` for half a minute: the server then answers with the first post. */
  create(place: PostPlace, content: Rendered, key: string, call: Call): Promise<Post>;
  edit(postId: string, channelId: string, content: Rendered, call: Call): Promise<void>;
  /** Looks for the post that was created with this key among the newest of the channel. */
  find(channelId: string, key: string, call: Call): Promise<Post | undefined>;
}

const searchPages = 5;
const searchPageSize = 200;

export function createPosts(client: MattermostClient, bot: Bot): Posts {
  async function create(place: PostPlace, content: Rendered, key: string, call: Call): Promise<Post> {
    const { id: author } = await bot.account(call);
    const mark = toMark(place, key);
    const pendingId = `${author}:${mark}`;
    const post = await client.call(
      {
        operation: "POST posts",
        send: (api) =>
          api.createPost({
            channel_id: place.channelId,
            root_id: place.rootId ?? "",
            message: content.message,
            props: toProps(content, mark),
            pending_post_id: pendingId,
          }),
        answer: postAnswer,
      },
      call,
    );
    if (!isOurs(post, author, place)) throw foreignPost();
    if (post.pending_post_id !== pendingId) await bringUpToDate(post, content, mark, call);
    return post;
  }

  /** The server gave back the post of an earlier try, which may show an older text. */
  async function bringUpToDate(post: Post, content: Rendered, mark: string, call: Call): Promise<void> {
    try {
      await editPost(client, bot, { postId: post.id, channelId: post.channel_id, content, mark }, call);
    } catch (thrown) {
      const error = PluginError.from(thrown);
      // It stays as it is; the outcome follows as a reply.
      if (error.code === "message_locked") return;
      throw error.with({ ambiguous: true });
    }
  }

  async function find(channelId: string, key: string, call: Call): Promise<Post | undefined> {
    const { id: author } = await bot.account(call);
    const place = { channelId };
    const mark = toMark(place, key);
    for (let page = 0; page < searchPages; page += 1) {
      const { order, posts } = await findPage(client, channelId, page, call);
      const found = Object.values(posts).find(
        (post) => post.props?.[markProperty] === mark && post.delete_at === 0 && isOurs(post, author, place),
      );
      if (found !== undefined || order.length < searchPageSize) return found;
    }
    return undefined;
  }

  return {
    create,
    edit: (postId, channelId, content, call) => editPost(client, bot, { postId, channelId, content }, call),
    find,
  };
}

/** The server's memory of pending ids spans all channels and users: one key must never lead to another place. */
function toMark({ channelId, rootId = "" }: PostPlace, key: string): string {
  return createHash("sha256").update(`${channelId}/${rootId}/${key}`).digest("base64url").slice(0, 27);
}

function isOurs(post: Post, author: string, { channelId, rootId = "" }: PostPlace): boolean {
  return post.user_id === author && post.channel_id === channelId && post.root_id === rootId;
}

function foreignPost(): PluginError {
  return new PluginError("unavailable", "Mattermost answered a post with one of somebody else, or in another place.", {
    operation: "POST posts",
    reason: "foreign_post",
    // Whoever repeated our pending id has seen our own post.
    ambiguous: true,
    fix: "Nothing to do: the call is tried again.",
  });
}

function findPage(client: MattermostClient, channelId: string, page: number, call: Call) {
  return client.call(
    {
      operation: "GET channels/posts",
      send: (api) => api.getPosts(encodeURIComponent(channelId), page, searchPageSize, false),
      answer: postListAnswer,
    },
    call,
  );
}
