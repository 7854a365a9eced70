import type { ErrorCode } from "@access-plugins/core";
import type { Method } from "./limits.ts";

/** What one of Slack's error codes means to us. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly fix: string;
  /** Slack says that part of the work may have been done. */
  readonly ambiguous?: boolean;
  /** Slack gives no time for this one, yet trying again soon is pointless. */
  readonly retryAfterMs?: number;
  /** Concerns the method in the whole workspace rather than one channel. */
  readonly wholeMethod?: boolean;
}

const wait = "Nothing to do: the call is tried again.";
const reinstall =
  "Put the app's current bot token (xoxb-…) into slack.token, or into the file it names; reinstall the app in the workspace if it was removed.";
const askAdmin = "Ask an administrator of the Slack workspace: a policy there refuses this app.";
const checkName =
  "Check the name or id. A private channel is visible to the bot only after somebody invites the bot there (/invite @bot).";
const invite = "Invite the bot to the channel (/invite @bot).";
const chooseOther = "Name another recipient: Slack takes no messages from this app there.";
const goneForGood = "Remove the recipient from the configuration, or name another one.";
const ours = "Please report this: the message was built in a way Slack does not take.";
const deleted = "Nothing to do: somebody deleted the message.";
const locked = "Nothing to do: Slack no longer allows changes to this message.";

const addScope =
  "Add the missing scope under OAuth & Permissions of the Slack app and reinstall the app in the workspace.";
const addReactionsScope =
  "Add reactions:write under OAuth & Permissions of the Slack app and reinstall it, or set status_reactions = false under [messages].";

const freePlanPauseMs = 60_000;

function each(codes: string, refusal: Refusal): [string, Refusal][] {
  return codes
    .trim()
    .split(/\s+/u)
    .map((code) => [code, refusal]);
}

/**
 * Every error code documented for the methods we call, and those common to all methods
 * (https://docs.slack.dev/reference/methods, read 2026-11-21).
 */
export const refusals: ReadonlyMap<string, Refusal> = new Map([
  // Try again.
  ...each("ratelimited rate_limited", { code: "rate_limited", fix: wait }),
  ...each("message_limit_exceeded", {
    code: "rate_limited",
    fix: "The workspace has reached the message limit of its Slack plan: wait, or change the plan.",
    retryAfterMs: freePlanPauseMs,
    wholeMethod: true,
  }),
  ...each("internal_error fatal_error service_unavailable", { code: "unavailable", fix: wait, ambiguous: true }),
  ...each("request_timeout team_added_to_org update_failed external_channel_migrating streaming_state_conflict", {
    code: "unavailable",
    fix: wait,
  }),
  // The client as a whole.
  ...each("not_authed invalid_auth account_inactive token_revoked token_expired user_removed_from_team team_disabled", {
    code: "unauthenticated",
    fix: reinstall,
  }),
  ...each("already_reacted no_reaction", { code: "already_exists", fix: "Nothing to do: it is so already." }),
  ...each("not_allowed_token_type", {
    code: "unauthenticated",
    fix: "Use the bot token (xoxb-…) in slack.token, not a user or app-level token.",
  }),
  ...each("missing_scope", { code: "missing_scope", fix: addScope }),
  ...each(
    `accesslimited ekm_access_denied enterprise_is_restricted team_access_not_granted org_login_required
     two_factor_setup_required deprecated_endpoint method_deprecated app_missing_action_url`,
    { code: "forbidden", fix: askAdmin },
  ),
  // One recipient.
  ...each("users_not_found user_not_found", {
    code: "recipient_unknown",
    fix: "Check the e-mail address or user id: no active member of the workspace has it.",
  }),
  ...each("channel_not_found duplicate_channel_not_found", { code: "recipient_unknown", fix: checkName }),
  ...each("team_not_found", {
    code: "recipient_unknown",
    fix: "Give the channel's id instead of its name: an organisation-wide token cannot use names.",
  }),
  ...each("not_in_channel", { code: "recipient_forbidden", fix: invite }),
  ...each("no_permission access_denied app_access_restricted", { code: "recipient_forbidden", fix: invite }),
  ...each(
    `restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel user_not_visible
     cannot_dm_bot messages_tab_disabled posting_to_channel_denied send_on_behalf_not_allowed
     slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked slack_connect_lists_sharing_blocked
     slack_connect_blocked_file_type slack_connect_clip_sharing_blocked slack_connect_file_upload_sharing_blocked`,
    { code: "recipient_forbidden", fix: chooseOther },
  ),
  ...each("is_archived is_inactive user_disabled", { code: "recipient_gone", fix: goneForGood }),
  // The body.
  ...each(
    `no_text msg_too_long msg_blocks_too_long invalid_blocks invalid_blocks_format block_mismatch
     markdown_text_conflict invalid_metadata_format invalid_metadata_schema metadata_too_large
     metadata_must_be_sent_from_app attachment_payload_limit_exceeded too_many_attachments invalid_attachments
     too_many_contact_cards missing_file_data as_user_not_supported invalid_arguments invalid_arg_name
     invalid_array_arg invalid_charset invalid_form_data invalid_post_type missing_post_type invalid_json
     json_not_object too_many_users draft_already_deleted draft_already_sent draft_has_conflict draft_not_found
     bad_timestamp invalid_name no_item_specified file_comment_not_found blocked_file_type cant_broadcast_message file_deleted file_is_deleted file_not_found file_share_limit_reached
     max_file_sharing_exceeded no_dual_broadcast_content_update unable_to_share_files`,
    { code: "content_rejected", fix: ours },
  ),
  // One message.
  ...each("message_not_found thread_not_found duplicate_message_not_found", {
    code: "message_not_found",
    fix: deleted,
  }),
  ...each(
    `edit_window_closed cant_update_message cannot_reply_to_message restricted_action_thread_locked
     restricted_action_non_threadable_channel thread_locked not_reactable too_many_emoji too_many_reactions`,
    { code: "message_locked", fix: locked },
  ),
]);

/** Families of codes, for the ones Slack adds after this was written. */
const families: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/^restricted_action|^slack_connect_/u, "recipient_forbidden", chooseOther],
  [/_too_long$|_too_large$|_limit_exceeded$|^too_many_|^invalid_/u, "content_rejected", ours],
  [/^(?:channel|user|users|team)_not_found$/u, "recipient_unknown", checkName],
  [/^token_|_token$/u, "unauthenticated", reinstall],
];

/**
 * What `slackCode` means as the answer to `method`. A look-up carries no message and speaks of one recipient only, so
 * what a post would blame on its body or on the whole client is there a matter of that recipient: without the scope
 * for e-mail addresses the channels must still be told. `auth.test` speaks of nothing but the client.
 */
export function toRefusal(slackCode: string, method: Method): Refusal {
  const refusal = refusals.get(slackCode) ?? ofFamily(slackCode, method);
  if (isAboutMessage(method)) return refusal.code === "missing_scope" ? { ...refusal, fix: scopeFix(method) } : refusal;
  if (refusal.code === "content_rejected") return { ...refusal, code: "invalid_argument" };
  if (method === "auth.test")
    return refusal.code === "recipient_forbidden" ? { ...refusal, code: "forbidden" } : refusal;
  return refusal.code === "missing_scope" ? { ...refusal, code: "recipient_forbidden" } : refusal;
}

/** What a refusal means for a message that is to be posted, edited or marked. */
function isAboutMessage(method: Method): boolean {
  return method.startsWith("chat.") || method.startsWith("reactions.");
}

function scopeFix(method: Method): string {
  return method.startsWith("reactions.") ? addReactionsScope : addScope;
}

function ofFamily(slackCode: string, method: Method): Refusal {
  const family = families.find(([pattern]) => pattern.test(slackCode));
  if (family) return { code: family[1], fix: family[2] };
  const fix = `This version does not know Slack's code "${slackCode}": look it up at https://docs.slack.dev/reference/methods/${method}.`;
  // An unknown word about one message must neither stop the others nor be repeated without end.
  return { code: isAboutMessage(method) ? "recipient_forbidden" : "unavailable", fix };
}
