import { type Call, PluginError, type Recipient } from "@access-plugins/core";
import type { z } from "zod";
import type { Account, Bot } from "./bot.ts";
import type { MattermostClient } from "./client.ts";
import { findMembership, unlessRefused } from "./membership.ts";
import * as faults from "./recipient-faults.ts";
import { channelAnswer, userAnswer } from "./wire.ts";

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

type Channel = z.output<typeof channelAnswer>;

/**
 * Every recipient becomes a channel id, that of the direct channel for people. A place is only given once the bot is
 * known to be a member: the server finds public channels without it and refuses the post.
 */
export function createRecipients(client: MattermostClient, bot: Bot): MattermostRecipients {
  async function openDirect(raw: string, account: Account, call: Call): Promise<Recipient> {
    // The server goes on taking messages for them; nobody reads those.
    if (account.delete_at > 0) throw faults.deactivated(raw);
    const { id } = await bot.account(call);
    const channel = await client.call(
      {
        operation: "POST channels/direct",
        send: (api) => api.createDirectChannel([id, account.id]),
        answer: channelAnswer,
      },
      call,
    );
    return { id: channel.id, kind: "person" };
  }

  async function findByEmail(raw: string, email: string, call: Call): Promise<Recipient> {
    const account = await client.call(
      {
        operation: "GET users/email",
        send: (api) => api.getUserByEmail(encodeURIComponent(email)),
        answer: userAnswer,
      },
      call,
    );
    return openDirect(raw, account, call);
  }

  function findUser(id: string, call: Call): Promise<Account> {
    return client.call(
      { operation: "GET users/{id}", send: (api) => api.getUser(encodeURIComponent(id)), answer: userAnswer },
      call,
    );
  }

  function findChannelById(id: string, call: Call): Promise<Channel> {
    return client.call(
      { operation: "GET channels/{id}", send: (api) => api.getChannel(encodeURIComponent(id)), answer: channelAnswer },
      call,
    );
  }

  function findChannelByName(team: string, channel: string, archived: boolean, call: Call): Promise<Channel> {
    return client.call(
      {
        operation: "GET teams/channels",
        send: (api) => api.getChannelByNameAndTeamName(encodeURIComponent(team), encodeURIComponent(channel), archived),
        answer: channelAnswer,
      },
      call,
    );
  }

  async function assertMember(raw: string, channel: Channel, call: Call): Promise<Recipient> {
    if (channel.delete_at > 0) throw faults.archived(raw);
    const membership = await unlessRefused(findMembership(client, channel.id, call));
    if (membership instanceof PluginError) throw faults.notInChannel(raw, membership);
    return { id: channel.id, kind: "channel" };
  }

  async function findById(raw: string, id: string, call: Call): Promise<Recipient> {
    const channel = await unlessRefused(findChannelById(id, call));
    if (!(channel instanceof PluginError)) return assertMember(raw, channel, call);
    const user = await unlessRefused(findUser(id, call));
    if (user instanceof PluginError) throw faults.unknownId(raw, user);
    return openDirect(raw, user, call);
  }

  async function findByName(raw: string, team: string, name: string, call: Call): Promise<Recipient> {
    if (!urlName.test(team) || !urlName.test(name)) throw faults.displayName(raw, team, name);
    const channel = await unlessRefused(findChannelByName(team, name, false, call));
    if (!(channel instanceof PluginError)) return assertMember(raw, channel, call);
    if (channel.code === "recipient_forbidden") throw faults.notInTeam(raw, team, channel);
    if (channel.reason?.startsWith("app.team.")) throw faults.unknownTeam(raw, team, channel);
    const withArchived = await unlessRefused(findChannelByName(team, name, true, call));
    if (withArchived instanceof PluginError) throw faults.unknownOrPrivate(raw, channel);
    return assertMember(raw, withArchived, call);
  }

  async function find(raw: string, as: "any" | "person", call: Call): Promise<Recipient> {
    const text = raw.trim();
    if (isEmail(text)) return findByEmail(raw, text, call);
    if (idForm.test(text))
      return as === "any" ? findById(raw, text, call) : openDirect(raw, await findUser(text, call), call);
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
