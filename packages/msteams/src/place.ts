import { PluginError, type Recipient } from "@access-plugins/core";
import { readChannelLink, writeChannelLink } from "./channel-link.ts";

/** Where messages go: a person's chat with the bot, or a channel of a team. */
export interface Place {
  readonly kind: Recipient["kind"];
  /** What the connector calls it. */
  readonly conversation: string;
  /** Entra id of the person, or of the team's group. */
  readonly owner: string;
}

/**
 * The id is the conversation, with the owner behind it: what is stored of a recipient has to be enough to post, to
 * install the app anew and to write the address of the message, all in another process.
 */
export function toRecipient({ kind, conversation, owner }: Place): Recipient {
  return { kind, id: `${conversation}/${owner}` };
}

/** The place a recipient stands for. */
export function toPlace({ id, kind }: Recipient): Place {
  const [, conversation, owner] = /^(.+)\/([0-9a-f-]{36})$/u.exec(id) ?? [];
  if (conversation !== undefined && owner !== undefined) return { kind, conversation, owner };
  throw new PluginError("invalid_argument", "The stored recipient is none of Teams.", {
    fix: "Nothing to do: the recipient cannot be found any more.",
  });
}

/**
 * The recipient in a form that anybody can resolve again and that never changes: the Entra id of a person, the link of a
 * channel. It takes the place of the raw form in stored addresses, which may be an e-mail address of yesterday.
 */
export function toRawForm({ kind, conversation, owner }: Place, tenant: string): string {
  return kind === "person" ? owner : writeChannelLink({ channel: conversation, team: owner, tenant });
}

/** A link names its channel completely; undefined when `raw` is none. */
export function toChannelPlace(raw: string): Place | undefined {
  const link = readChannelLink(raw);
  return link && { kind: "channel", conversation: link.channel, owner: link.team };
}
