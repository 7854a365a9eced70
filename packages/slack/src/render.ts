import { type Reply, type RequestMessage, toDocument } from "@access-plugins/core";
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
  const document = toDocument(message);
  return { text: toFallback(document), blocks: message.form === "plain" ? [] : toBlocks(document) };
}

/** A thread reply, within the same limits. */
export function renderReply(reply: Reply): Rendered {
  if (reply.kind === "review")
    return rendered(reviewLine(reply, "fallback"), reviewLine(reply, "blocks"), reply.reason);
  const head = outcomeLine(reply);
  return rendered(head, head, reply.resolveReason);
}

function rendered(text: string, head: string, reason: string): Rendered {
  return { text: toReplyFallback(text, reason), blocks: toReplyBlocks(head, reason) };
}
