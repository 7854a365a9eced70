import type { Call } from "@access-plugins/core";
import type { z } from "zod";
import type { Account } from "./bot.ts";
import type { MattermostClient } from "./client.ts";
import { channelAnswer, userAnswer } from "./wire.ts";

export type Channel = z.output<typeof channelAnswer>;

/** The look-ups of accounts and channels, one call each. Texts are encoded here: the official client does not do it. */
export interface Lookups {
  userByEmail(email: string, call: Call): Promise<Account>;
  user(id: string, call: Call): Promise<Account>;
  channel(id: string, call: Call): Promise<Channel>;
  /** By the names in the channel's URL. */
  channelByName(team: string, channel: string, withArchived: boolean, call: Call): Promise<Channel>;
  /** Gets or creates the direct channel of two accounts. */
  directChannel(from: string, to: string, call: Call): Promise<Channel>;
}

export function createLookups(client: MattermostClient): Lookups {
  const text = encodeURIComponent;
  return {
    userByEmail: (email, call) =>
      client.call(
        { operation: "GET users/email", send: (api) => api.getUserByEmail(text(email)), answer: userAnswer },
        call,
      ),
    user: (id, call) =>
      client.call({ operation: "GET users/{id}", send: (api) => api.getUser(text(id)), answer: userAnswer }, call),
    channel: (id, call) =>
      client.call(
        { operation: "GET channels/{id}", send: (api) => api.getChannel(text(id)), answer: channelAnswer },
        call,
      ),
    channelByName: (team, channel, withArchived, call) =>
      client.call(
        {
          operation: "GET teams/channels",
          send: (api) => api.getChannelByNameAndTeamName(text(team), text(channel), withArchived),
          answer: channelAnswer,
        },
        call,
      ),
    directChannel: (from, to, call) =>
      client.call(
        {
          operation: "POST channels/direct",
          send: (api) => api.createDirectChannel([from, to]),
          answer: channelAnswer,
        },
        call,
      ),
  };
}
