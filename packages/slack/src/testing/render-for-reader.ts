import type { Block, TextObject } from "./block-kit-limits.ts";
import { parseMrkdwn, toReaderText } from "./mrkdwn-parser.ts";
import { contentOf, type FakeContent, type FakeMessage } from "./workspace.ts";

/**
 * What a person would see of a message, for a terminal: blocks from top to bottom, times in UTC, links with their
 * address, formatting by its markers, and the thread indented below.
 */
export function renderForReader(message: FakeMessage): string {
  if (message.deleted) return "(this message was deleted)";
  const shown = renderContent(contentOf(message));
  const reactions = message.reactions.map((name) => `:${name}:`).join(" ");
  const replies = message.replies.map((reply) => indent(renderForReader(reply)));
  return [shown, ...(reactions === "" ? [] : [reactions]), ...replies].join("\n");
}

/** The message itself, without what stands below it. */
export function renderContent({ blocks, text }: Pick<FakeContent, "blocks" | "text">): string {
  return blocks.length > 0 ? blocks.map(renderBlock).join("\n") : readable({ type: "mrkdwn", text });
}

function renderBlock(block: Block): string {
  switch (block.type) {
    case "header":
      return block.text.text;
    case "divider":
      return "───";
    case "section":
      return [...(block.text ? [readable(block.text)] : []), ...(block.fields ?? []).map(onOneLine)].join("\n");
    case "context":
      return block.elements.map(readable).join("  ");
    case "actions":
      return block.elements.map((element) => `[ ${element.text.text} ]`).join(" ");
  }
}

function readable(object: TextObject): string {
  if (object.type === "plain_text") return object.text;
  const tokens = parseMrkdwn(object.text, { linksBareAddresses: object.verbatim !== true });
  return toReaderText(tokens, humanTime).replaceAll("\u200B", "");
}

/** A field is a label above a value; in a terminal they go side by side. */
function onOneLine(field: TextObject): string {
  return readable(field).replace("\n", "  ");
}

function humanTime(at: Date): string {
  const parts = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return `${new Intl.DateTimeFormat("en-GB", { ...parts, timeZone: "UTC" }).format(at)} UTC`;
}

function indent(text: string): string {
  return text
    .split("\n")
    .map((line, index) => `${index === 0 ? "  ↳ " : "    "}${line}`)
    .join("\n");
}
