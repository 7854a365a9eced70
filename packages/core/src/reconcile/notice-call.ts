import { PluginError } from "../base/plugin-error.ts";
import type { Recipient } from "../messenger.ts";
import { deliveryKey, type StepContext } from "./calls.ts";
import type { RequesterNotice } from "./delivery.ts";
import { toNotice } from "./outcome.ts";

/**
 * Tells the requester, unless a message of ours that may have been sent before is found. Throws what the messenger
 * throws.
 */
export async function sendNotice(notice: RequesterNotice, context: StepContext): Promise<void> {
  const { messenger, own, call } = context;
  const message = notice.plain ? { ...context.message, form: "plain" as const } : context.message;
  const to = await findRequester(message.user, context);
  const key = deliveryKey(own.nonce, `requester ${notice.status}`);
  if (notice.unsure && (await messenger.findPosted?.(to, key, call)) !== undefined) return;
  await messenger.notify?.(to, toNotice(message), key, call);
}

/** The person of that name, never a channel. A look-up without an answer has told nobody. */
async function findRequester(user: string, { directory, call }: StepContext): Promise<Recipient> {
  try {
    return await directory.find(user, "person", call);
  } catch (thrown) {
    throw PluginError.from(thrown, { operation: "resolve" }).with({ ambiguous: false });
  }
}
