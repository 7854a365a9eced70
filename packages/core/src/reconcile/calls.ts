import { hash } from "node:crypto";
import type { RequestMessage } from "../domain/request-message.ts";
import type { Call, Messenger, Recipient } from "../messenger.ts";
import type { RecipientDirectory } from "../routing/recipient-directory.ts";
import type { Delivery, OwnState } from "./delivery.ts";
import { afterEdit, afterPost, type DeliveryStep } from "./progress.ts";
import { toShown } from "./request-view.ts";

/** What one step needs besides the delivery it is about. */
export interface StepContext {
  readonly messenger: Messenger;
  readonly directory: RecipientDirectory;
  readonly own: OwnState;
  readonly message: RequestMessage;
  readonly call: Call;
}

/** The change a step makes to its delivery, applied to whatever the delivery is by then. */
export type Change = (delivery: Delivery) => Delivery;

/** Makes the one call of a step; throws what the messenger throws. */
export async function takeStep(step: DeliveryStep, delivery: Delivery, context: StepContext): Promise<Change> {
  const { messenger, directory, own, call } = context;
  const message = delivery.plain ? { ...context.message, form: "plain" as const } : context.message;
  switch (step.do) {
    case "resolve": {
      const to = await directory.find(delivery.raw, "any", call);
      return resolved(to);
    }
    case "post": {
      const address = await messenger.post(placeOf(delivery), message, deliveryKey(own.nonce, delivery.raw), call);
      return (now) => afterPost(now, address, toShown(message));
    }
    case "search": {
      const address = await messenger.findPosted?.(placeOf(delivery), deliveryKey(own.nonce, delivery.raw), call);
      // What it shows is anybody's guess: unknown, so it is edited.
      return address === undefined ? notFound(message) : (now) => afterPost(now, address, undefined);
    }
    case "edit": {
      const address = await messenger.edit(addressOf(delivery), message, call);
      const reviews = messenger.reply === undefined ? message.reviews.length : undefined;
      return (now) => afterEdit(now, address, toShown(message), reviews);
    }
    case "reply": {
      const review = message.reviews[step.review];
      if (review !== undefined) {
        const key = deliveryKey(own.nonce, `${placeKey(delivery)} review ${step.review}`);
        await messenger.reply?.(addressOf(delivery), { kind: "review", ...review }, key, call);
      }
      return (now) => ({ ...now, replies: Math.max(now.replies, step.review + 1) });
    }
    case "outcome": {
      const { status, resolveReason } = message;
      const key = deliveryKey(own.nonce, `${placeKey(delivery)} outcome ${status}`);
      await messenger.reply?.(addressOf(delivery), { kind: "outcome", status, resolveReason }, key, call);
      return (now) => ({ ...now, shows: toShown(message) });
    }
    case "react": {
      await messenger.react?.(addressOf(delivery), message.status, delivery.sign, call);
      return (now) => ({ ...now, sign: message.status });
    }
  }
}

/** A blocked recipient that is found is waiting again; one that was left out meanwhile stays left out. */
function resolved(to: Recipient): Change {
  return (delivery) => {
    if (delivery.state === "omitted") return delivery;
    const { code: _code, ...rest } = delivery;
    return { ...rest, to, state: "waiting" };
  };
}

/** Nothing was posted after all. */
function notFound(message: RequestMessage): Change {
  return ({ unsure: _unsure, cutOff: _cutOff, ...delivery }) => ({
    ...delivery,
    state: message.status === "pending" ? delivery.state : "skipped",
  });
}

/** The same for every try of one delivery, and unguessable: the nonce is known to Teleport and us alone. */
export function deliveryKey(nonce: string, what: string): string {
  return hash("sha256", `${nonce}\n${what}`, "base64url").slice(0, 22);
}

function placeKey(delivery: Delivery): string {
  return delivery.raw || JSON.stringify(delivery.address);
}

function placeOf(delivery: Delivery): Recipient {
  if (delivery.to === undefined) throw new Error("planned a post to an unresolved recipient");
  return delivery.to;
}

function addressOf(delivery: Delivery): NonNullable<Delivery["address"]> {
  if (delivery.address === undefined) throw new Error("planned an edit of an unposted message");
  return delivery.address;
}
