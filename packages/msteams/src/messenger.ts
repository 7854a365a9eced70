import {
  type Call,
  type Messenger,
  PluginError,
  type Recipient,
  type RequestMessage,
  type SentMessage,
} from "@access-plugins/core";
import { checkTeams } from "./check.ts";
import { toActivityId } from "./client/connector.ts";
import type { MsteamsConfig } from "./config.ts";
import { type MsteamsMessengerDeps, type TeamsParts, wireTeams } from "./parts.ts";
import { toPlace, toRawForm, toRecipient } from "./place.ts";
import { renderMessage, renderNotice } from "./render.ts";
import { renderReminder } from "./render-reminder.ts";
import { settlingPauseMs } from "./settling.ts";
import { decodeAddress, encodeAddress, maxAddressBytes, toRfc822 } from "./stored-address.ts";

/**
 * Messages in one Microsoft Teams tenant. Needs the application permissions of `permissions.ts` with admin consent and
 * the Teams app in the organisation's catalogue. A person gets the app installed when it is missing; a team's owner has
 * to add it to the team. Reviews are a part of the card: there are no replies.
 */
export function createMsteamsMessenger(config: MsteamsConfig, deps: MsteamsMessengerDeps): Messenger {
  return toMessenger(wireTeams(config, deps), deps);
}

/** The same on parts that are there already. */
export function toMessenger(parts: TeamsParts, { clock, log }: Pick<MsteamsMessengerDeps, "clock" | "log">): Messenger {
  const { config, connector, recipients, chats } = parts;

  async function send(to: Recipient, activity: string, call: Call): Promise<SentMessage> {
    const place = toPlace(to);
    const address = { conversation: place.conversation, rid: toRawForm(place, config.tenant_id) };
    const reached = await reach(parts, address, call, (conversation) => connector.post(conversation, activity, call));
    log.debug("Posted to Teams.", { conversation: reached.conversation, id: reached.result });
    return { ...address, conversation: reached.conversation, id: reached.result, ts: toRfc822(clock.now()) };
  }

  return {
    platform: "msteams",
    stored: { encode: encodeAddress, decode: decodeAddress, maxBytes: maxAddressBytes },
    check: (call) => checkTeams(parts, call),
    async findRecipient(raw, as, call) {
      return toRecipient(await recipients.find(raw, as, call));
    },
    previewRecipient: recipients.preview,
    post: (to, message, _key, call) => send(to, renderOnce(message), call),
    remind: (to, reminder, _key, call) => send(to, JSON.stringify(renderReminder(reminder)), call),
    async edit(sent, message, call) {
      const id = toActivityId(sent["id"]);
      const activity = renderOnce(message);
      const address = await toAddress(parts, sent, call);
      const { conversation } = await reach(parts, address, call, (found) => connector.put(found, id, activity, call));
      return { ...sent, conversation };
    },
    notify: (to, notice, _key, call) => send(to, JSON.stringify(renderNotice(notice)), call),
    async uninstall(to, call) {
      const place = toPlace(to);
      // From a team only its owners remove an app.
      if (place.kind === "person") await chats.uninstall(place.owner, call);
    },
  };
}

// One message goes to many recipients: it is rendered once.
const renderedMessages = new WeakMap<RequestMessage, string>();

function renderOnce(message: RequestMessage): string {
  const rendered = renderedMessages.get(message) ?? JSON.stringify(renderMessage(message));
  renderedMessages.set(message, rendered);
  return rendered;
}

interface Address {
  readonly conversation: string;
  readonly rid: string;
}

/** An address that the official plugin wrote holds no conversation: it is found again from the recipient. */
async function toAddress({ recipients }: TeamsParts, sent: SentMessage, call: Call): Promise<Address> {
  const { conversation, rid } = sent;
  if (rid) return { rid, conversation: conversation || (await recipients.findAgain(rid, false, call)).conversation };
  throw new PluginError("invalid_argument", "The stored address of a message has no recipient.", {
    fix: "Nothing to do: the message cannot be found any more.",
  });
}

/** Answers that say: the bot is not in this conversation, or there is no such conversation. */
const absent: ReadonlySet<string> = new Set(["BotNotInConversationRoster", "ConversationNotFound"]);

/**
 * Does `what` in a conversation. When the bot turns out not to be there, the person's chat is looked up anew (which
 * installs the app again) and tried once more; for a while after that the answer counts as an outage: what was just
 * installed is not everywhere at once.
 */
async function reach<T>(
  { recipients, settling }: TeamsParts,
  { conversation, rid }: Address,
  call: Call,
  what: (conversation: string) => Promise<T>,
): Promise<{ readonly conversation: string; readonly result: T }> {
  try {
    const result = await what(conversation);
    settling.works(conversation);
    return { conversation, result };
  } catch (thrown) {
    if (!(thrown instanceof PluginError) || !absent.has(thrown.reason ?? "")) throw thrown;
    if (!settling.mayChange(conversation)) throw thrown;
    const renewed = await recipients.findAgain(rid, true, call);
    if (renewed.conversation === conversation) throw notThereYet(thrown);
    return { conversation: renewed.conversation, result: await what(renewed.conversation) };
  }
}

function notThereYet(cause: PluginError): PluginError {
  const message = `${cause.message} It may have just been installed: the call is tried again.`;
  return new PluginError("unavailable", message, {
    ...(cause.operation === undefined ? {} : { operation: cause.operation }),
    ...(cause.fix === undefined ? {} : { fix: cause.fix }),
    ...(cause.reason === undefined ? {} : { reason: cause.reason }),
    retryAfterMs: settlingPauseMs,
    cause,
  });
}
