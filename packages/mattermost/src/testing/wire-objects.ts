import { withoutIntegrations } from "./attachments.ts";
import { contentOf, type FakeChannel, type FakePost, type FakeUser } from "./site.ts";

/** The objects of Mattermost's API with every key an 11.6 server sends. */
type WireObject = Record<string, unknown>;

const timezone = { automaticTimezone: "", manualTimezone: "", useAutomaticTimezone: "true" };

/** `toSelf`: as the user sees their own account. */
export function toWireUser(user: FakeUser, toSelf: boolean): WireObject {
  const own = {
    notify_props: userNotifyProps,
    last_password_update: user.createdAt,
  };
  return {
    id: user.id,
    create_at: user.createdAt,
    update_at: user.createdAt,
    delete_at: user.deletedAt,
    username: user.username,
    ...(toSelf ? {} : { auth_data: "" }),
    auth_service: "",
    email: user.email,
    nickname: "",
    first_name: user.username.charAt(0).toUpperCase() + user.username.slice(1),
    last_name: "",
    position: "",
    roles: "system_user",
    ...(toSelf ? own : {}),
    locale: "en",
    timezone,
    ...(user.isBot ? { is_bot: true, bot_description: "Access Requests" } : {}),
    ...(toSelf ? {} : { remote_id: "" }),
    disable_welcome_email: false,
  };
}

const userNotifyProps = {
  channel: "true",
  comments: "never",
  desktop: "mention",
  desktop_sound: "true",
  desktop_threads: "all",
  email: "true",
  email_threads: "all",
  first_name: "false",
  mention_keys: "",
  push: "mention",
  push_status: "online",
  push_threads: "all",
};

export function toWireChannel(channel: FakeChannel): WireObject {
  return {
    id: channel.id,
    create_at: channel.createdAt,
    update_at: channel.createdAt,
    delete_at: channel.deletedAt,
    team_id: channel.teamId,
    type: channel.kind,
    display_name: channel.displayName,
    name: channel.name,
    header: "",
    purpose: "",
    last_post_at: 0,
    total_msg_count: 0,
    extra_update_at: 0,
    creator_id: [...channel.members][0] ?? "",
    scheme_id: null,
    props: null,
    group_constrained: null,
    autotranslation: false,
    shared: channel.kind === "D" ? false : null,
    total_msg_count_root: 0,
    policy_id: null,
    last_root_post_at: 0,
    banner_info: null,
    policy_enforced: false,
    policy_is_active: false,
    default_category_name: "",
  };
}

export function toWireMembership(channel: FakeChannel, user: FakeUser): WireObject {
  return {
    channel_id: channel.id,
    user_id: user.id,
    roles: "channel_user",
    last_viewed_at: channel.createdAt,
    msg_count: 0,
    mention_count: 0,
    mention_count_root: 0,
    urgent_mention_count: 0,
    msg_count_root: 0,
    notify_props: {
      channel_auto_follow_threads: "off",
      desktop: "default",
      email: "default",
      ignore_channel_mentions: "default",
      mark_unread: "all",
      push: "default",
    },
    last_update_at: channel.createdAt,
    scheme_guest: false,
    scheme_user: true,
    scheme_admin: false,
    explicit_roles: "",
    autotranslation_disabled: false,
  };
}

/** `replies`: how many the thread has. A post found by its pending id comes without `metadata`. */
export function toWirePost(post: FakePost, replies: number, pendingPostId: string, withMetadata = true): WireObject {
  const { message, props } = contentOf(post);
  const embeds = "attachments" in props ? { embeds: [{ type: "message_attachment" }] } : {};
  return {
    id: post.id,
    create_at: post.createdAt,
    update_at: post.updatedAt,
    edit_at: post.editedAt,
    delete_at: post.deletedAt,
    is_pinned: post.pinned,
    user_id: post.userId,
    channel_id: post.channelId,
    root_id: post.rootId,
    original_id: "",
    message,
    type: "",
    props: withoutIntegrations(props),
    hashtags: hashtagsOf(message),
    file_ids: [],
    pending_post_id: pendingPostId,
    remote_id: "",
    reply_count: replies,
    last_reply_at: 0,
    participants: null,
    ...(withMetadata ? { metadata: embeds } : {}),
  };
}

/** Words of two letters and more that do not begin with a digit; silently cut at 1,000 characters. */
function hashtagsOf(message: string): string {
  const tags = message.match(/(?<![\p{L}\p{N}_])#\p{L}[\p{L}\p{N}_.-]+/gu) ?? [];
  return [...tags.join(" ")].slice(0, 1_000).join("");
}

export function toWireReaction(post: FakePost, userId: string, emoji: string): WireObject {
  const times = { create_at: post.updatedAt, update_at: post.updatedAt, delete_at: 0 };
  return { user_id: userId, post_id: post.id, emoji_name: emoji, ...times, remote_id: "", channel_id: post.channelId };
}
