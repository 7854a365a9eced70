import { type Call, PluginError } from "@access-plugins/core";
import type { MattermostClient } from "./client.ts";
import { membershipAnswer } from "./wire.ts";

/** Resolves for a channel the bot is a member of; for any other it throws a refusal. */
export async function findMembership(client: MattermostClient, channelId: string, call: Call): Promise<void> {
  await client.call(
    {
      operation: "GET channels/members/me",
      send: (api) => api.getMyChannelMember(encodeURIComponent(channelId)),
      answer: membershipAnswer,
    },
    call,
  );
}

/** The answer, or the refusal when the place is not there for us; anything else is thrown. */
export async function unlessRefused<T>(asked: Promise<T>): Promise<T | PluginError> {
  try {
    return await asked;
  } catch (thrown) {
    if (thrown instanceof PluginError && isRefusal(thrown)) return thrown;
    throw thrown;
  }
}

function isRefusal({ code }: PluginError): boolean {
  return code === "recipient_forbidden" || code === "recipient_unknown";
}
