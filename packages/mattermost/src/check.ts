import { type Call, type Check, PluginError, toSingleLine, truncate } from "@access-plugins/core";
import type { z } from "zod";
import type { Account, Bot } from "./bot.ts";
import type { MattermostClient } from "./client.ts";
import { assertHealthy, believed } from "./doubt.ts";
import { clientConfigAnswer } from "./wire.ts";

type ClientConfig = z.output<typeof clientConfigAnswer>;

/**
 * Looks at the address, the token and the server's settings that decide what we can do. A refused token is a finding,
 * a server that cannot be reached or has no database throws.
 */
export async function* checkMattermost(
  client: MattermostClient,
  bot: Bot,
  url: string,
  call: Call,
): AsyncGenerator<Check> {
  const elsewhere = await refusalOf(assertHealthy(client, call));
  if (elsewhere !== undefined) {
    yield failed("server", elsewhere);
    return;
  }
  yield* encryptionOf(url);
  const account = await believed(client, call, () => bot.account(call)).catch(keepRefusal);
  if (account instanceof PluginError) {
    yield failed("token", account);
    return;
  }
  yield whoItIs(account);
  yield* settingsOf(await readConfig(client, call));
}

/** Said by proxies that had to wait for too long, or would like to be asked again. */
const passing: ReadonlySet<string> = new Set(["http_408", "http_425"]);
const permanent: ReadonlySet<string> = new Set(["unauthenticated", "forbidden", "unreadable_answer"]);

/** What is wrong for good as soon as it is seen: no Mattermost at this address, or nobody who may use it. */
function isFinding({ code, reason = "" }: PluginError): boolean {
  if (code === "rate_limited" || passing.has(reason)) return false;
  return permanent.has(code) || permanent.has(reason) || /^http_[34]\d\d$|^api\.context\.404\./u.test(reason);
}

function keepRefusal(thrown: unknown): PluginError {
  if (thrown instanceof PluginError && isFinding(thrown)) return thrown;
  throw thrown;
}

async function refusalOf(asked: Promise<void>): Promise<PluginError | undefined> {
  return asked.then(() => undefined, keepRefusal);
}

function failed(code: string, { message, fix }: PluginError): Check {
  return { code, level: "error", message, ...(fix === undefined ? {} : { fix }) };
}

function* encryptionOf(url: string): Generator<Check> {
  const { protocol, hostname } = new URL(url);
  if (protocol === "https:" || /^(?:localhost|127\.[\d.]+|\[::1\])$/u.test(hostname)) return;
  yield {
    code: "encryption",
    level: "warning",
    message: `The connection to ${hostname} is not encrypted: everybody on the way can read the token and the requests.`,
    fix: "Use https in mattermost.url.",
  };
}

function whoItIs({ username, is_bot }: Account): Check {
  const name = `@${truncate(toSingleLine(username), 80)}`;
  if (is_bot) return { code: "token", level: "ok", message: `Signed in as the bot ${name}.` };
  return {
    code: "token",
    level: "warning",
    message: `The token is not a bot's: messages would come from the person ${name}.`,
    fix: "Create a bot account under Integrations > Bot Accounts and put its token into mattermost.token.",
  };
}

/** Undefined where the server does not tell it: the settings are advice, not a condition. */
async function readConfig(client: MattermostClient, call: Call): Promise<ClientConfig | undefined> {
  const send = {
    operation: "GET config/client",
    send: (api: { getClientConfig(): Promise<unknown> }) => api.getClientConfig(),
    answer: clientConfigAnswer,
  } as const;
  try {
    return await client.call(send, call);
  } catch (thrown) {
    if (thrown instanceof PluginError && isFinding(thrown)) return undefined;
    throw thrown;
  }
}

interface Setting {
  readonly isHarmful: (config: ClientConfig) => boolean;
  readonly message: string;
  readonly fix: string;
}

const oldestMajor = 7;
/** What the plain form of a message may take at the most. */
const neededPostSize = 4_000;

const settings: readonly Setting[] = [
  {
    isHarmful: ({ Version }) => Version !== undefined && Number.parseInt(Version, 10) < oldestMajor,
    message: `The server is older than Mattermost ${oldestMajor}: nobody has tried this plugin with it.`,
    fix: "Update the Mattermost server.",
  },
  {
    isHarmful: ({ PostEditTimeLimit }) => PostEditTimeLimit !== undefined && Number(PostEditTimeLimit) >= 0,
    message: "Messages can be edited for a limited time only: later changes of a request follow as replies.",
    fix: "Set PostEditTimeLimit to -1 (System Console > Site Configuration > Posts) to keep messages up to date.",
  },
  {
    isHarmful: ({ ShowEmailAddress }) => ShowEmailAddress === "false",
    message: "The server hides e-mail addresses: recipients and suggested reviewers given by one cannot be found.",
    fix: "Set ShowEmailAddress to true, give the bot the System Admin role, or use user ids.",
  },
  {
    isHarmful: ({ RestrictDirectMessage }) => RestrictDirectMessage === "team",
    message: "Direct messages are allowed only within a team: people outside the bot's teams cannot be told.",
    fix: "Add the bot to the teams of the people to be told.",
  },
  {
    isHarmful: ({ MaxPostSize }) => MaxPostSize !== undefined && Number(MaxPostSize) < neededPostSize,
    message: "The server takes shorter messages than this plugin may send.",
    fix: `Let posts have at least ${neededPostSize} characters.`,
  },
];

function* settingsOf(config: ClientConfig | undefined): Generator<Check> {
  if (config === undefined) return;
  const harmful = settings.filter(({ isHarmful }) => isHarmful(config));
  for (const { message, fix } of harmful) yield { code: "settings", level: "warning", message, fix };
  if (harmful.length === 0) yield { code: "settings", level: "ok", message: "The server's settings suit the plugin." };
}
