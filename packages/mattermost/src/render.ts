import {
  type DocumentPart,
  type Notice,
  type Reply,
  type RequestMessage,
  reviewWords,
  toDocument,
  toNoticeDocument,
} from "@access-plugins/core";
import { type Attachment, toAttachment, toReplyAttachment } from "./attachment.ts";
import { line } from "./markdown.ts";
import { toPlainText } from "./plain-text.ts";
import { outcomeLine, reviewDetail } from "./review-line.ts";

/** What a post shows. In the rich form `message` holds words of ours alone; people's text stands in the attachment. */
export interface Rendered {
  readonly message: string;
  /** Empty for the plain form. */
  readonly attachments: readonly Attachment[];
}

/** Fits Mattermost's limits for any input; nothing in it mentions anybody or links anywhere but to Teleport. */
export function renderMessage(message: RequestMessage): Rendered {
  return renderDocument(toDocument(message), message);
}

/** The requester's own message, within the same limits. */
export function renderNotice(notice: Notice): Rendered {
  return renderDocument(toNoticeDocument(notice), notice);
}

function renderDocument(
  document: readonly DocumentPart[],
  { form, status }: Pick<RequestMessage, "form" | "status">,
): Rendered {
  if (form === "plain") return { message: toPlainText(document), attachments: [] };
  const title = document.find((part) => part.kind === "title");
  return { message: `**${title?.text ?? ""}**`, attachments: [toAttachment(document, status)] };
}

/** A thread comment, within the same limits. */
export function renderReply(reply: Reply): Rendered {
  if (reply.kind === "outcome") {
    const head = outcomeLine(reply);
    const attachment = toReplyAttachment(reply.status, head, "", reply.resolveReason);
    return { message: `**${head}**`, attachments: reply.resolveReason.trim() === "" ? [] : [attachment] };
  }
  const { icon, verb } = reviewWords(reply.state);
  const head = `${icon} Review: ${verb}`;
  const fallback = `${head} – ${line(reply.author, 120) || "(unknown)"}`;
  const attachment = toReplyAttachment(reply.state, fallback, reviewDetail(reply, verb, "attachment"), reply.reason);
  return { message: `**${head}**`, attachments: [attachment] };
}
