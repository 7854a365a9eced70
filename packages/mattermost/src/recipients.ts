import { type Call, PluginError, type Recipient } from "@access-plugins/core";
import type { Account, Bot } from "./bot.ts";
import type { MattermostClient } from "./client.ts";
import { type Channel, createLookups } from "./lookups.ts";
import { findMembership, unlessRefused } from "./membership.ts";
import * as faults from "./recipient-faults.ts";

/** Turns what an operator or a requester wrote into the channel messages for it go to. */
export interface MattermostRecipients {
  find(raw: string, as: "any" | "person", call: Call): Promise<Recipient>;
}

const idForm = /^[a-z0-9]{26}$/u;
const emailForm = /^[^\s@,<>]+@[^\s@,<>]+$/u;
const pathForm = /^([^/]+)\/([^/]+)$/u;
/** The server takes them in any case; display names show by their blanks, brackets and accents. */
const urlName = /^[a-z0-9_-]+$/iu;

/** An address that the server's router would take for a way through folders is answered with a redirect. */
function isEmail(text: string): boolean {
  return emailForm.test(text) && !text.split("/").some((part) => part === "" || part === "." || part === "..");
}

/**
 * Every recipient becomes a channel id, that of the direct channel for people. A place is only given once the bot is
 * known to be a member: the server finds public channels without it and refuses the post.
 */
export function createRecipients(client: MattermostClient, bot: Bot): MattermostRecipients {
  const lookups = createLookups(client);

  async function openDirect(raw: string, account: Account, call: Call): Promise<Recipient> {
    // The server goes on taking messages for them; nobody reads those.
    if (account.delete_at > 0) throw faults.deactivated(raw);
    const { id } = await bot.account(call);
    return { id: (await lookups.directChannel(id, account.id, call)).id, kind: "person" };
  }

  async function assertMember(raw: string, channel: Channel, call: Call): Promise<Recipient> {
    if (channel.delete_at > 0) throw faults.archived(raw);
    const membership = await unlessRefused(findMembership(client, channel.id, call));
    if (membership instanceof PluginError) throw faults.notInChannel(raw, membership);
    return { id: channel.id, kind: "channel" };
  }

  async function findById(raw: string, id: string, call: Call): Promise<Recipient> {
    const channel = await unlessRefused(lookups.channel(id, call));
    if (!(channel instanceof PluginError)) return assertMember(raw, channel, call);
    const user = await unlessRefused(lookups.user(id, call));
    if (user instanceof PluginError) throw faults.unknownId(raw, user);
    return openDirect(raw, user, call);
  }

  async function findByName(raw: string, team: string, name: string, call: Call): Promise<Recipient> {
    if (!urlName.test(team) || !urlName.test(name)) throw faults.displayName(raw, team, name);
    const channel = await unlessRefused(lookups.channelByName(team, name, false, call));
    if (!(channel instanceof PluginError)) return assertMember(raw, channel, call);
    if (channel.code === "recipient_forbidden") throw faults.notInTeam(raw, team, channel);
    if (channel.reason?.startsWith("app.team.")) throw faults.unknownTeam(raw, team, channel);
    const withArchived = await unlessRefused(lookups.channelByName(team, name, true, call));
    if (withArchived instanceof PluginError) throw faults.unknownOrPrivate(raw, channel);
    return assertMember(raw, withArchived, call);
  }

  async function find(raw: string, as: "any" | "person", call: Call): Promise<Recipient> {
    const text = raw.trim();
    if (isEmail(text)) return openDirect(raw, await lookups.userByEmail(text, call), call);
    if (idForm.test(text) && as === "any") return findById(raw, text, call);
    if (idForm.test(text)) return openDirect(raw, await lookups.user(text, call), call);
    const [, team, channel] = pathForm.exec(text) ?? [];
    if (as === "person" || team === undefined || channel === undefined) throw faults.unrecognized(raw, as);
    return findByName(raw, team, channel, call);
  }

  return {
    find: (raw, as, call) =>
      find(raw, as, call).catch((thrown) => {
        throw PluginError.from(thrown).with({ recipient: raw });
      }),
  };
}
