import type { ErrorCode } from "@access-plugins/core";
import { hasEffect, type Operation } from "./limits.ts";

/** What one of Mattermost's error ids means to us. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly fix: string;
  /** Somebody else's copy of this very call may still be carried out. */
  readonly ambiguous?: boolean;
}

export const checkUrl =
  "Check mattermost.url: it must be the server's own address, with its subpath and with https where the server wants it.";
export const tryAgain = "Nothing to do: the call is tried again.";
export const invite = "Add the bot to the channel: /invite @bot there.";
const newToken =
  "Put the bot's current access token into mattermost.token, or into the file it names; enable the bot account under Integrations > Bot Accounts if it was disabled.";
const checkName = "Check the spelling. A private channel is found only after the bot was added to it.";
const checkAddress = "Check the e-mail address or id: the server has no such account.";
const archived = "Name another channel, or unarchive this one.";
const ours = "Please report this: the message was built in a way Mattermost does not take.";
const deleted = "Nothing to do: somebody deleted the message.";
const restrictedDirect =
  "The server allows direct messages only within a team (RestrictDirectMessage): add the bot to a team of this person, or use a channel.";
const hiddenAddresses =
  "The server hides e-mail addresses (ShowEmailAddress is off), so nobody can be found by one: use the person's user id, switch the setting on, or give the bot the System Admin role.";

/**
 * Ids of Mattermost's errors that mean something of their own, seen on a real 11.6 server (2026-11-21) and read in its
 * source. Ids of the same kind that are not here are judged by their HTTP status.
 */
export const refusals: ReadonlyMap<string, Refusal> = new Map<string, Refusal>([
  ["api.post.deduplicate_create_post.pending", { code: "unavailable", fix: tryAgain, ambiguous: true }],
  ["api.user.get_user_by_email.permissions.app_error", { code: "recipient_forbidden", fix: hiddenAddresses }],
  ["app.user.missing_account.const", { code: "recipient_unknown", fix: checkAddress }],
  ["app.team.get_by_name.missing.app_error", { code: "recipient_unknown", fix: checkName }],
  ["app.channel.get_by_name.missing.app_error", { code: "recipient_unknown", fix: checkName }],
  ["api.channel.create_direct_channel.invalid_user.app_error", { code: "recipient_unknown", fix: checkAddress }],
  [
    "api.channel.create_channel.direct_channel.team_restricted_error",
    { code: "recipient_forbidden", fix: restrictedDirect },
  ],
  ["api.post.create_post.can_not_post_in_restricted_dm.error", { code: "recipient_forbidden", fix: restrictedDirect }],
  ["api.post.create_post.can_not_post_to_deleted.error", { code: "recipient_gone", fix: archived }],
  ["api.post.patch_post.can_not_update_post_in_deleted.error", { code: "recipient_gone", fix: archived }],
  ["api.post.update_post.can_not_update_post_in_deleted.error", { code: "recipient_gone", fix: archived }],
  ["api.reaction.save.archived_channel.app_error", { code: "recipient_gone", fix: archived }],
  ["api.reaction.delete.archived_channel.app_error", { code: "recipient_gone", fix: archived }],
  [
    "api.post.update_post.permissions_time_limit.app_error",
    {
      code: "message_locked",
      fix: "The server forbids edits after PostEditTimeLimit seconds: the outcome follows as a reply. Set it to -1 to let messages be kept up to date.",
    },
  ],
  ["api.post.create_post.root_id.app_error", { code: "message_not_found", fix: deleted }],
  ["api.post.create_post.channel_root_id.app_error", { code: "message_not_found", fix: deleted }],
  ["app.post.get.app_error", { code: "message_not_found", fix: deleted }],
  [
    "Post rejected by plugin.",
    { code: "content_rejected", fix: "A plugin of the Mattermost server refuses this text: look at its settings." },
  ],
]);

/**
 * What Mattermost's `id`, answered with this status, means. The status comes first: without its database the server
 * answers an e-mail look-up with the id of "no such account", and status 500.
 */
export function toRefusal(id: string, status: number, operation: Operation): Refusal {
  const known = refusals.get(id.startsWith("Post rejected by plugin.") ? "Post rejected by plugin." : id);
  if (status >= 500 && status !== 501) {
    return known?.code === "unavailable" ? known : { code: "unavailable", fix: tryAgain, ambiguous: true };
  }
  return known ?? byStatus(status, operation);
}

function byStatus(status: number, operation: Operation): Refusal {
  switch (status) {
    case 401:
      return { code: "unauthenticated", fix: newToken };
    case 403:
      return aboutTheClient.has(operation)
        ? { code: "forbidden", fix: newToken }
        : { code: "recipient_forbidden", fix: invite };
    case 404:
      return notFound(operation);
    default:
      return hasEffect(operation)
        ? { code: "content_rejected", fix: ours }
        : { code: "recipient_unknown", fix: checkName };
  }
}

const aboutTheClient: ReadonlySet<Operation> = new Set(["GET users/me", "GET config/client", "GET system/ping"]);

function notFound(operation: Operation): Refusal {
  if (operation === "GET posts/{id}" || operation === "PUT posts/patch") {
    return { code: "message_not_found", fix: deleted };
  }
  // Every server has these: it is not the API that answers at this address.
  if (aboutTheClient.has(operation)) return { code: "unavailable", fix: checkUrl };
  return { code: "recipient_unknown", fix: checkName };
}
