import { type Call, type Clock, PluginError, type Recipient, toSingleLine, truncate } from "@access-plugins/core";
import type { SlackClient } from "./client.ts";
import { type Method, methodBuckets } from "./limits.ts";
import { userAnswer } from "./wire.ts";

/** Turns what an operator or a requester wrote into a place Slack takes messages for. */
export interface SlackRecipients {
  find(raw: string, as: "any" | "person", call: Call): Promise<Recipient>;
  /** After a post to `to` landed in `channel`: from now on the name is known to be that channel. */
  learn(to: Recipient, channel: string): void;
}

// Slack's ids have nine characters or more, in capitals; names of channels are in lower case.
const personId = /^[UW][A-Z0-9]{8,31}$/u;
const channelId = /^[CGD][A-Z0-9]{8,31}$/u;
const email = /^[^\s@,<>]+@[^\s@,<>]+$/u;
const channelName = /^[^\s@#<>,/|:]{1,80}$/u;

/** A renamed channel is followed this long at the most. */
const nameLifetimeMs = 60 * 60 * 1_000;

/**
 * People are looked up by e-mail address or id. Channels cannot be: the official scopes do not list them, so an id or
 * a name is taken as it is and Slack answers at the first post. That answer tells the id behind a name; it is remembered
 * for an hour, so that a channel configured by name here and by id there is told once, from its second request on.
 */
export function createRecipients(client: SlackClient, clock: Clock): SlackRecipients {
  const names = new Map<string, { readonly id: string; readonly until: number }>();

  async function findPerson(raw: string, method: Method, args: Record<string, string>, call: Call): Promise<Recipient> {
    const request = { method, args, buckets: methodBuckets(method), answer: userAnswer };
    const { user } = await client.call(request, call).catch((thrown) => {
      throw PluginError.from(thrown).with({ recipient: raw });
    });
    if (user.deleted) throw deactivated(raw);
    return { id: user.id, kind: "person" };
  }

  function findChannel(raw: string, name: string): Recipient {
    const normalized = name.replace(/^#/u, "").toLowerCase();
    if (!channelName.test(normalized)) throw unknown(raw, channelFix);
    const known = names.get(normalized);
    return { id: known && known.until > clock.monotonic() ? known.id : normalized, kind: "channel" };
  }

  return {
    async find(raw, as, call) {
      const text = raw.trim();
      if (email.test(text)) return findPerson(raw, "users.lookupByEmail", { email: text }, call);
      if (personId.test(text)) return findPerson(raw, "users.info", { user: text }, call);
      if (as === "person") throw unknown(raw, personFix);
      if (channelId.test(text)) return { id: text, kind: "channel" };
      return findChannel(raw, text);
    },
    learn(to, channel) {
      if (to.kind !== "channel" || to.id === channel) return;
      names.set(to.id, { id: channel, until: clock.monotonic() + nameLifetimeMs });
    },
  };
}

const personFix = "Use the person's e-mail address in Slack, or the member id (U…) from their profile.";
const channelFix =
  "Use an e-mail address, a channel name such as #access-requests, or an id from Slack (C…, G… or U…): display names and @names are not looked up.";

function unknown(raw: string, fix: string): PluginError {
  return new PluginError("recipient_unknown", `"${shown(raw)}" is no recipient Slack could know.`, {
    recipient: raw,
    fix,
    reason: "unrecognized_form",
  });
}

function deactivated(raw: string): PluginError {
  return new PluginError("recipient_gone", `The Slack account of "${shown(raw)}" is deactivated.`, {
    recipient: raw,
    fix: "Remove the recipient from the configuration, or reactivate the account.",
    reason: "user_deleted",
  });
}

/** Recipients may come from a requester: an error quotes them bounded and on one line. */
function shown(raw: string): string {
  return truncate(toSingleLine(raw), 100);
}
