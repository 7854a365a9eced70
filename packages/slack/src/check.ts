import { type Call, type Check, PluginError, toSingleLine, truncate } from "@access-plugins/core";
import type { z } from "zod";
import type { SlackClient } from "./client.ts";
import { methodBuckets } from "./limits.ts";
import { authTestAnswer } from "./wire.ts";

type AuthTest = z.output<typeof authTestAnswer>;

interface WantedScope {
  readonly scope: string;
  readonly level: "error" | "warning";
  readonly without: string;
  /** What to do for those who do not want to grant it. */
  readonly otherwise?: string;
}

/** The scopes the official plugin asks for and one of ours, and what does not work without each. */
const wantedScopes: readonly WantedScope[] = [
  { scope: "chat:write", level: "error", without: "no message can be posted" },
  { scope: "users:read.email", level: "warning", without: "recipients given by e-mail address cannot be found" },
  { scope: "users:read", level: "warning", without: "recipients given by user id cannot be checked" },
  {
    scope: "reactions:write",
    level: "warning",
    without: "messages get no reaction when a request is decided, everything else works",
    otherwise: "or set status_reactions = false under [messages]",
  },
];

/** Asks Slack who the token belongs to and what it may do. A refused token is a finding, an unreachable Slack throws. */
export async function* checkSlack(client: SlackClient, call: Call): AsyncGenerator<Check> {
  const answer = await askOrRefusal(client, call);
  if (answer instanceof PluginError) {
    yield {
      code: "token",
      level: "error",
      message: answer.message,
      ...(answer.fix === undefined ? {} : { fix: answer.fix }),
    };
    return;
  }
  yield whoItIs(answer);
  yield* scopesOf(answer.scopes);
}

const refusedForGood: ReadonlySet<string> = new Set(["unauthenticated", "forbidden", "missing_scope"]);

async function askOrRefusal(client: SlackClient, call: Call): Promise<AuthTest | PluginError> {
  const request = {
    method: "auth.test",
    args: {},
    buckets: methodBuckets("auth.test"),
    answer: authTestAnswer,
  } as const;
  try {
    return await client.call(request, call);
  } catch (thrown) {
    const error = PluginError.from(thrown);
    if (refusedForGood.has(error.code)) return error;
    throw error;
  }
}

function whoItIs({ team, user, bot_id }: AuthTest): Check {
  const who = `"${shown(user)}" in the workspace "${shown(team)}"`;
  if (bot_id !== undefined) return { code: "token", level: "ok", message: `Signed in as ${who}.` };
  return {
    code: "token",
    level: "warning",
    message: `The token is not a bot's: messages would come from the person ${who}.`,
    fix: "Put the Bot User OAuth Token (xoxb-…) of the Slack app into slack.token.",
  };
}

function* scopesOf(scopes: readonly string[] | undefined): Generator<Check> {
  // Not every Slack (and no proxy that drops headers) tells them.
  if (scopes === undefined) return;
  const missing = wantedScopes.filter(({ scope }) => !scopes.includes(scope));
  for (const { scope, level, without, otherwise } of missing) {
    const message = `The token lacks the scope ${scope}: ${without}.`;
    const add = `Add ${scope} under OAuth & Permissions of the Slack app and reinstall the app in the workspace`;
    yield { code: "scopes", level, message, fix: `${add}${otherwise === undefined ? "" : `, ${otherwise}`}.` };
  }
  if (missing.length === 0) yield { code: "scopes", level: "ok", message: "The token has every scope needed." };
}

function shown(name: string): string {
  return truncate(toSingleLine(name), 80);
}
