import { z } from "zod";
import { type ApiArguments, jsonArgument, requiredArgument, textArgument } from "./arguments.ts";
import {
  type Block,
  blocksSchema,
  maxPostText,
  maxTotalText,
  maxUpdateText,
  textObjectsOf,
  toSlackMessages,
} from "./block-kit-limits.ts";
import { SlackRefusal } from "./refusal.ts";
import {
  contentOf,
  type FakeChannel,
  type FakeMessage,
  type FakeUser,
  type FakeWorkspace,
  findUserByEmail,
} from "./workspace.ts";

type Values = ApiArguments["values"];
type Answer = Record<string, unknown>;

export interface ApiMethod {
  /** One of these is needed. */
  readonly scopes: readonly string[];
  /** Calls a minute, as Slack's tiers promise; `channel` for posting, which is counted by channel. */
  readonly rate: number | "channel";
  readonly takesJson: boolean;
  run(workspace: FakeWorkspace, values: Values): Answer;
}

const tier2 = 20;
const tier3 = 50;
const tier4 = 100;

/** The methods of the Web API this fake knows; any other is `unknown_method`. */
export const apiMethods: ReadonlyMap<string, ApiMethod> = new Map<string, ApiMethod>([
  ["auth.test", { scopes: [], rate: tier4, takesJson: true, run: authTest }],
  ["users.lookupByEmail", { scopes: ["users:read.email"], rate: tier3, takesJson: false, run: lookupByEmail }],
  ["users.info", { scopes: ["users:read"], rate: tier4, takesJson: false, run: userInfo }],
  ["conversations.open", { scopes: ["im:write"], rate: tier3, takesJson: true, run: openConversation }],
  [
    "conversations.info",
    {
      scopes: ["channels:read", "groups:read", "im:read", "mpim:read"],
      rate: tier3,
      takesJson: false,
      run: channelInfo,
    },
  ],
  ["chat.postMessage", { scopes: ["chat:write"], rate: "channel", takesJson: true, run: postMessage }],
  ["chat.update", { scopes: ["chat:write"], rate: tier3, takesJson: true, run: updateMessage }],
  ["chat.delete", { scopes: ["chat:write"], rate: tier3, takesJson: true, run: deleteMessage }],
  ["reactions.add", { scopes: ["reactions:write"], rate: tier3, takesJson: true, run: addReaction }],
  ["reactions.remove", { scopes: ["reactions:write"], rate: tier2, takesJson: true, run: removeReaction }],
]);

const teamId = "T0FAKETEAM";
const botUserId = "U0FAKEBOT1";
const botId = "B0FAKEBOT1";

function authTest(): Answer {
  const who = { team: "Fake workspace", team_id: teamId, user: "access-bot", user_id: botUserId, bot_id: botId };
  return { url: "https://fake.slack.com/", ...who, is_enterprise_install: false };
}

function lookupByEmail(workspace: FakeWorkspace, values: Values): Answer {
  const user = findUserByEmail(workspace, requiredArgument(values, "email"));
  if (user === undefined) throw new SlackRefusal("users_not_found");
  return { user: toWireUser(user) };
}

function userInfo(workspace: FakeWorkspace, values: Values): Answer {
  const id = requiredArgument(values, "user");
  const user = workspace.findUser((candidate) => candidate.id === id);
  if (user === undefined) throw new SlackRefusal("user_not_found");
  return { user: toWireUser(user) };
}

function toWireUser(user: FakeUser): Answer {
  const profile = { real_name: user.name, email: user.email };
  return { id: user.id, team_id: teamId, name: user.name, deleted: user.deleted, is_bot: false, profile };
}

function openConversation(workspace: FakeWorkspace, values: Values): Answer {
  const id = requiredArgument(values, "users");
  const user = workspace.findUser((candidate) => candidate.id === id);
  if (user === undefined) throw new SlackRefusal("user_not_found");
  if (user.deleted) throw new SlackRefusal("user_disabled");
  return { channel: { id: workspace.openDirect(user).id } };
}

function channelInfo(workspace: FakeWorkspace, values: Values): Answer {
  const channel = findById(workspace, requiredArgument(values, "channel"));
  const { id, name, kind, archived, member } = channel;
  return { channel: { id, name, is_archived: archived, is_member: member, is_private: kind !== "public" } };
}

function postMessage(workspace: FakeWorkspace, values: Values): Answer {
  const channel = findForPosting(workspace, textArgument(values, "channel"));
  const text = textArgument(values, "text").slice(0, maxPostText);
  const blocks = readBlocks(values) ?? [];
  if (text === "" && blocks.length === 0) throw new SlackRefusal("no_text");
  const metadata = readMetadata(values);
  const message = workspace.post(channel, { text, blocks }, metadata, textArgument(values, "thread_ts") || undefined);
  return { channel: channel.id, ts: message.ts, message: toWireMessage(message) };
}

function updateMessage(workspace: FakeWorkspace, values: Values): Answer {
  const channel = findById(workspace, textArgument(values, "channel"));
  if (channel.archived) throw new SlackRefusal("is_inactive");
  const message = findLive(workspace, channel, values);
  const before = contentOf(message);
  const given = values["text"] === undefined ? undefined : textArgument(values, "text");
  if ((given ?? "").length > maxUpdateText) throw new SlackRefusal("msg_too_long");
  // Blocks go when a text comes without blocks; they stay when there is no text either.
  const blocks = readBlocks(values) ?? (given === undefined ? before.blocks : []);
  const text = given ?? before.text;
  if (text === "" && blocks.length === 0) throw new SlackRefusal("no_text");
  message.history.push({ at: new Date(), text, blocks });
  return { channel: channel.id, ts: message.ts, text, message: toWireMessage(message) };
}

function deleteMessage(workspace: FakeWorkspace, values: Values): Answer {
  const channel = findById(workspace, textArgument(values, "channel"));
  const message = findLive(workspace, channel, values);
  message.deleted = true;
  return { channel: channel.id, ts: message.ts };
}

function addReaction(workspace: FakeWorkspace, values: Values): Answer {
  const { message, name } = findReactable(workspace, values);
  if (message.reactions.includes(name)) throw new SlackRefusal("already_reacted");
  message.reactions.push(name);
  return {};
}

function removeReaction(workspace: FakeWorkspace, values: Values): Answer {
  const { message, name } = findReactable(workspace, values);
  const at = message.reactions.indexOf(name);
  if (at < 0) throw new SlackRefusal("no_reaction");
  message.reactions.splice(at, 1);
  return {};
}

/** Names are those of emoji, without colons. */
function findReactable(workspace: FakeWorkspace, values: Values): { message: FakeMessage; name: string } {
  const channel = findById(workspace, textArgument(values, "channel"));
  if (channel.archived) throw new SlackRefusal("is_archived");
  const timestamp = textArgument(values, "timestamp");
  if (timestamp === "") throw new SlackRefusal("no_item_specified");
  if (!/^\d+\.\d+$/u.test(timestamp)) throw new SlackRefusal("bad_timestamp");
  const message = workspace.findMessage(channel.id, timestamp);
  if (message === undefined || message.deleted) throw new SlackRefusal("message_not_found");
  const name = requiredArgument(values, "name");
  if (!/^[a-z0-9_+-]+$/u.test(name)) throw new SlackRefusal("invalid_name");
  return { message, name };
}

/** Ids only: neither names nor user ids lead to a message. */
function findById(workspace: FakeWorkspace, id: string): FakeChannel {
  const channel = workspace.findChannel(id);
  if (channel === undefined || channel.id !== id || hidden(channel)) throw new SlackRefusal("channel_not_found");
  return channel;
}

/** Public channels by id or name, private ones only for their members, people by id. */
function findForPosting(workspace: FakeWorkspace, idOrName: string): FakeChannel {
  const channel = workspace.findChannel(idOrName);
  if (channel === undefined || hidden(channel)) throw new SlackRefusal("channel_not_found");
  if (channel.archived) throw new SlackRefusal("is_archived");
  if (!channel.member) throw new SlackRefusal("not_in_channel");
  if (channel.refuses !== undefined) throw new SlackRefusal(channel.refuses);
  const person =
    channel.kind === "direct" ? workspace.findUser((user) => channel.id.slice(1) === user.id.slice(1)) : undefined;
  if (person?.deleted) throw new SlackRefusal("user_disabled");
  return channel;
}

function hidden(channel: FakeChannel): boolean {
  return channel.kind === "private" && !channel.member;
}

function findLive(workspace: FakeWorkspace, channel: FakeChannel, values: Values): FakeMessage {
  const message = workspace.findMessage(channel.id, textArgument(values, "ts"));
  if (message === undefined || message.deleted) throw new SlackRefusal("message_not_found");
  return message;
}

function readBlocks(values: Values): readonly Block[] | undefined {
  const given = jsonArgument(values, "blocks", "invalid_blocks_format");
  if (given === undefined) return undefined;
  if (!Array.isArray(given)) throw new SlackRefusal("invalid_blocks_format");
  const read = blocksSchema.safeParse(given);
  if (!read.success) {
    throw new SlackRefusal("invalid_blocks", { response_metadata: { messages: toSlackMessages(read.error) } });
  }
  const total = textObjectsOf(read.data).reduce((sum, object) => sum + object.text.length, 0);
  if (total > maxTotalText) throw new SlackRefusal("msg_blocks_too_long");
  return read.data;
}

const metadataSchema = z.object({ event_type: z.string().min(1), event_payload: z.record(z.string(), z.unknown()) });
const maxMetadata = 8_192;

function readMetadata(values: Values): unknown {
  const given = jsonArgument(values, "metadata", "invalid_metadata_format");
  if (given === undefined) return undefined;
  if (!metadataSchema.safeParse(given).success) throw new SlackRefusal("invalid_metadata_format");
  if (JSON.stringify(given).length > maxMetadata) throw new SlackRefusal("metadata_too_large");
  return given;
}

function toWireMessage(message: FakeMessage): Answer {
  const { text, blocks } = contentOf(message);
  const author = { user: botUserId, bot_id: botId, team: teamId };
  return { type: "message", subtype: "bot_message", ts: message.ts, ...author, text, blocks };
}
