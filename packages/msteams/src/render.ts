import {
  type DocumentPart,
  type Notice,
  type RequestMessage,
  toDocument,
  toNoticeDocument,
} from "@access-plugins/core";
import { toCard } from "./card.ts";
import type { AdaptiveCard } from "./card-elements.ts";
import { toPlainMessage, toSummary } from "./plain.ts";

/** A message of the Bot Connector (https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference). */
export interface Activity {
  readonly type: "message";
  /** What a notification shows. */
  readonly summary: string;
  /** The plain form only: beside an attachment Teams would make two messages of it, one of which nobody can edit. */
  readonly text?: string;
  readonly textFormat?: "plain";
  /** Empty in the plain form: an edit to it has to take the card away. */
  readonly attachments: readonly CardAttachment[];
}

interface CardAttachment {
  readonly contentType: "application/vnd.microsoft.card.adaptive";
  readonly content: AdaptiveCard;
}

/** Fits Teams' limits for any input; nothing in it mentions anybody or links anywhere but to Teleport. */
export function renderMessage(message: RequestMessage): Activity {
  return renderDocument(toDocument(message), message);
}

/** The requester's own message, within the same limits. */
export function renderNotice(notice: Notice): Activity {
  return renderDocument(toNoticeDocument(notice), notice);
}

function renderDocument(
  parts: readonly DocumentPart[],
  { form, status }: Pick<RequestMessage, "form" | "status">,
): Activity {
  const summary = toSummary(parts);
  if (form === "plain") {
    return { type: "message", summary, text: toPlainMessage(parts), textFormat: "plain", attachments: [] };
  }
  const contentType = "application/vnd.microsoft.card.adaptive";
  return { type: "message", summary, attachments: [{ contentType, content: toCard(parts, status) }] };
}
