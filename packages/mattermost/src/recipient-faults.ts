import { PluginError, toSingleLine, truncate } from "@access-plugins/core";

/** Everything that can be wrong with a recipient beyond what one answer says, each with its own fix. */

/** Recipients may come from a requester: an error quotes them bounded and on one line. */
function shown(raw: string): string {
  return truncate(toSingleLine(raw), 100);
}

const personForms = "Use the person's e-mail address in Mattermost, or their user id (26 characters).";
const anyForm =
  "Use an e-mail address, team/channel by the names in the channel's URL (dev/town-square), or a channel or user id (26 characters).";

/** Not in any form the platform knows; nothing was asked. */
export function unrecognized(raw: string, as: "any" | "person"): PluginError {
  return new PluginError("recipient_unknown", `"${shown(raw)}" is no recipient Mattermost could know.`, {
    recipient: raw,
    fix: as === "person" ? personForms : anyForm,
    reason: "unrecognized_form",
  });
}

/** A display name in place of the name in the URL; nothing was asked. */
export function displayName(raw: string, team: string, channel: string): PluginError {
  const guess = [team, channel].map((name) =>
    name
      .trim()
      .toLowerCase()
      .replace(/[^a-z0-9_-]+/gu, "-"),
  );
  return new PluginError("recipient_unknown", `"${shown(raw)}" holds a display name.`, {
    recipient: raw,
    fix: `Use the two names in the channel's URL, .../<team>/channels/<channel>: perhaps "${truncate(guess.join("/"), 100)}".`,
    reason: "display_name",
  });
}

/** The account exists, and nobody reads what is sent to it. */
export function deactivated(raw: string): PluginError {
  return new PluginError("recipient_gone", `The Mattermost account of "${shown(raw)}" is deactivated.`, {
    recipient: raw,
    fix: "Remove the recipient from the configuration, or activate the account.",
    reason: "user_deactivated",
  });
}

/** The channel exists and takes no messages any more. */
export function archived(raw: string): PluginError {
  return new PluginError("recipient_gone", `The channel "${shown(raw)}" is archived.`, {
    recipient: raw,
    fix: "Name another channel, or unarchive this one.",
    reason: "channel_archived",
  });
}

export function notInTeam(raw: string, team: string, cause: PluginError): PluginError {
  return cause.with({
    recipient: raw,
    fix: `Add the bot to the team "${shown(team)}", and then to the channel.`,
    cause,
  });
}

export function notInChannel(raw: string, cause: PluginError): PluginError {
  return new PluginError("recipient_forbidden", `The bot is not a member of the channel "${shown(raw)}".`, {
    ...(cause.operation === undefined ? {} : { operation: cause.operation }),
    recipient: raw,
    fix: "Add the bot to the channel: /invite @bot there.",
    reason: "not_in_channel",
    cause,
  });
}

/** One and the same answer of the server for both. */
export function unknownOrPrivate(raw: string, cause: PluginError): PluginError {
  return cause.with({
    recipient: raw,
    fix: "Check the two names in the channel's URL (team/channel, no display names). If the channel is private, add the bot to it first: /invite @bot there.",
    cause,
  });
}

export function unknownTeam(raw: string, team: string, cause: PluginError): PluginError {
  return cause.with({
    recipient: raw,
    fix: `Check the team's name, as it stands in its URL: the server has no team "${shown(team)}".`,
    cause,
  });
}

export function unknownId(raw: string, cause: PluginError): PluginError {
  return new PluginError(
    "recipient_unknown",
    `"${shown(raw)}" is neither a user's id nor a channel's the bot can see.`,
    {
      ...(cause.operation === undefined ? {} : { operation: cause.operation }),
      recipient: raw,
      fix: "Copy the id again (channel menu > View Info). A private channel is seen only after the bot was added to it.",
      reason: "unknown_id",
      cause,
    },
  );
}
