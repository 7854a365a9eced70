import {
  type DocumentPart,
  type Notice,
  type Reply,
  type RequestMessage,
  toDocument,
  toNoticeDocument,
} from "@access-plugins/core";
import type { KnownBlock } from "@slack/types";
import { toBlocks, toReplyBlocks } from "./blocks.ts";
import { toFallback, toReplyFallback } from "./fallback.ts";
import { outcomeLine, reviewLine } from "./review-line.ts";

/** What Slack shows. `text` is for notifications, screen readers and search, and all there is without blocks. */
export interface Rendered {
  readonly text: string;
  /** Empty for the plain form. */
  readonly blocks: readonly KnownBlock[];
}

/** Fits Slack's limits for any input; nothing in it mentions anybody or links anywhere but to Teleport. */
export function renderMessage(message: RequestMessage): Rendered {
  return renderDocument(toDocument(message), message.form);
}

/** The requester's own message, within the same limits. */
export function renderNotice(notice: Notice): Rendered {
  return renderDocument(toNoticeDocument(notice), notice.form);
}

/** A thread reply, within the same limits. */
export function renderReply(reply: Reply): Rendered {
  if (reply.kind === "review")
    return rendered(reviewLine(reply, "fallback"), reviewLine(reply, "blocks"), reply.reason);
  const head = outcomeLine(reply);
  return rendered(head, head, reply.resolveReason);
}

function renderDocument(document: readonly DocumentPart[], form: RequestMessage["form"]): Rendered {
  return { text: toFallback(document), blocks: form === "plain" ? [] : toBlocks(document) };
}

function rendered(text: string, head: string, reason: string): Rendered {
  return { text: toReplyFallback(text, reason), blocks: toReplyBlocks(head, reason) };
}
