import type { Answer, HostRequest } from "@access-plugins/testing/fake-http";
import { z } from "zod";
import { jsonAnswer, parseJson, refusal, throttled } from "./answer.ts";
import { findCardFault } from "./card-schema.ts";
import type { Service } from "./service.ts";
import type { FakeConversation, FakeTenant } from "./tenant.ts";
import type { RateCounter, Rates } from "./throttle.ts";
import type { Tokens } from "./tokens.ts";

export interface ConnectorWorld {
  readonly tenant: FakeTenant;
  readonly tokens: Tokens;
  readonly rates: RateCounter;
  readonly settings: { rates: Rates; maxBytes: number; autoCreate: boolean };
  /** Conversations in which a call is under way. */
  isBusy(conversation: string): boolean;
}

const form = /^\/[a-z0-9-]+\/v3\/conversations\/([^/]+)\/activities\/?([^/]*)$/iu;

const activitySchema = z.strictObject({
  type: z.literal("message"),
  summary: z.string().optional(),
  text: z.string().optional(),
  textFormat: z.enum(["plain", "markdown", "xml"]).optional(),
  attachments: z
    .array(z.strictObject({ contentType: z.literal("application/vnd.microsoft.card.adaptive"), content: z.unknown() }))
    .optional(),
  entities: z.array(z.unknown()).optional(),
  // The official plugin sends it; it says nothing.
  from: z.unknown().optional(),
});

/** The Bot Connector for one bot, as strict as its documents. */
export function createConnectorService(world: ConnectorWorld): Service {
  return {
    identify({ httpMethod, path }) {
      const [, conversation = ""] = form.exec(path) ?? [];
      return { method: httpMethod === "PUT" ? "put" : "post", channel: decodeURIComponent(conversation) };
    },
    answer(request) {
      const [, conversation, id = ""] = form.exec(request.path) ?? [];
      if (!world.tokens.accepts(request.headers.authorization, "connector")) {
        return jsonAnswer({ message: "Authorization has been denied for this request." }, 401);
      }
      if (conversation === undefined) return refusal(404, "ServiceError", "No HTTP resource was found.");
      return (
        refuseRate(world, decodeURIComponent(conversation)) ??
        carryOut(world, request, decodeURIComponent(conversation), decodeURIComponent(id))
      );
    },
  };
}

function refuseRate({ settings, rates: counter, isBusy }: ConnectorWorld, conversation: string): Answer | undefined {
  const { rates } = settings;
  if (rates.refuseConcurrent && isBusy(conversation)) {
    return refusal(412, "PreconditionFailed", "Precondition failed, please try again.");
  }
  const wait =
    counter.refuse("connector", rates.connector, rates.burst) ??
    counter.refuse(`connector ${conversation}`, rates.perConversation, rates.burst);
  return wait === undefined ? undefined : throttled(wait);
}

function carryOut(world: ConnectorWorld, request: HostRequest, name: string, id: string): Answer {
  if (!/^application\/json\b/u.test(request.headers["content-type"] ?? "")) {
    return refusal(415, "UnsupportedMediaType", "The request entity's media type is not supported.");
  }
  const activity = parseJson(request.body);
  const problem = refuseActivity(activity, request.body, world.settings.maxBytes);
  if (problem !== undefined) return problem;
  const conversation = findConversation(world, name);
  if (conversation === undefined) return refusal(404, "ConversationNotFound", "Conversation not found.");
  const absent = refuseMembership(world.tenant, conversation);
  if (absent !== undefined) return absent;
  if (request.httpMethod === "POST" && id === "") {
    return jsonAnswer({ id: world.tenant.post(conversation, activity).id }, 201);
  }
  return request.httpMethod === "PUT"
    ? put(world.tenant, conversation, id, activity)
    : refusal(405, "BadSyntax", "Method");
}

function put(tenant: FakeTenant, { id: conversation }: FakeConversation, id: string, activity: unknown): Answer {
  const message = tenant.findMessage(conversation, id);
  if (message === undefined || message.deleted) {
    return refusal(404, "ActivityNotFoundInConversation", "Activity not found in the conversation.");
  }
  message.history.push({ at: new Date(), activity });
  return jsonAnswer({ id });
}

function refuseActivity(activity: unknown, text: string, maxBytes: number): Answer | undefined {
  // Counted in UTF-16.
  if (text.length * 2 > maxBytes) return refusal(413, "MessageSizeTooBig", "Message size too large.");
  const read = activitySchema.safeParse(activity);
  if (!read.success) return refusal(400, "BadSyntax", `Bad activity: ${z.prettifyError(read.error)}`);
  const { text: words, attachments = [] } = read.data;
  if (words !== undefined && attachments.length > 0) {
    return refusal(400, "BadArgument", "Text beside an attachment becomes two messages.");
  }
  if (words === undefined && attachments.length === 0) return refusal(400, "BadSyntax", "Activity is empty.");
  const fault = attachments.map(({ content }) => findCardFault(content)).find((found) => found !== undefined);
  return fault === undefined ? undefined : refusal(400, "BadArgument", `Bad card: ${fault}`);
}

/** Who the bot may write to: those who have the app, unless they or somebody for them forbid it. */
function refuseMembership(tenant: FakeTenant, conversation: FakeConversation): Answer | undefined {
  const { kind, owner, refuses } = conversation;
  const installation = tenant.installations.find(({ user }) => user === owner);
  const isMember = kind === "channel" ? tenant.findTeam(owner)?.hasApp === true : installation !== undefined;
  if (!isMember) return notInRoster();
  if (installation !== undefined && installation.refusedPosts > 0) {
    installation.refusedPosts -= 1;
    return notInRoster();
  }
  if (refuses === undefined) return undefined;
  // The second form of the connector's errors: JSON inside a string.
  const message = JSON.stringify({ subCode: refuses, details: "Thread is blocked from message writes." });
  return jsonAnswer({ errorCode: 209, message }, 403, `403 ${refuses}`);
}

function notInRoster(): Answer {
  return refusal(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.");
}

function findConversation({ tenant, settings }: ConnectorWorld, id: string): FakeConversation | undefined {
  const found = tenant.findConversation(id);
  if (found !== undefined || !settings.autoCreate || !id.startsWith("19:")) return found;
  return tenant.addChannel(tenant.teams[0] ?? tenant.addTeam({ name: "load" }), { name: id, id });
}
