import MarkdownIt from "markdown-it";
import { attachmentsOf, type FakeAttachment } from "./attachments.ts";
import { contentOf, type FakeContent, type FakePost } from "./site.ts";

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true });

/**
 * What a person would see of a post, for a terminal: the message, each attachment behind a bar, links with their
 * address, and the thread indented below.
 */
export function renderForReader(post: FakePost): string {
  if (post.deletedAt > 0) return "(this message was deleted)";
  const reactions = post.reactions.map(({ emoji }) => `:${emoji}:`).join(" ");
  const parts = [
    renderContent(contentOf(post)),
    reactions,
    ...post.replies.map((reply) => indent(renderForReader(reply), "  ↳ ", "    ")),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** The post itself, without what stands below it. */
export function renderContent({ message, props }: Pick<FakeContent, "message" | "props">): string {
  return [toReaderText(message), ...attachmentsOf(props).map(renderAttachment)]
    .filter((part) => part !== "")
    .join("\n");
}

function renderAttachment({ pretext, title, title_link, text, fields, footer }: FakeAttachment): string {
  const heading = title_link === "" ? title : `${title} (${title_link})`;
  const rows = (fields ?? []).map(({ title: label, value }) => `${label}: ${indented(toReaderText(String(value)))}`);
  const lines = [toReaderText(text), ...rows, footer, heading].filter((line) => line !== "");
  return [...(pretext === "" ? [] : [toReaderText(pretext)]), indent(lines.join("\n"), "┃ ", "┃ ")].join("\n");
}

/** A value of several lines goes below its label. */
function indented(value: string): string {
  return value.includes("\n") ? `\n${indent(value, "  ", "  ")}` : value;
}

/** Markdown as a reader sees it, without the marks that were only to break something. */
function toReaderText(source: string): string {
  return markdown.parse(source, {}).map(toText).join("").replaceAll("\u200B", "").trimEnd();
}

type Token = ReturnType<typeof markdown.parse>[number];

function toText(token: Token): string {
  switch (token.type) {
    case "inline":
      return `${(token.children ?? []).map(toText).join("")}\n`;
    case "fence":
    case "code_block":
      return `${indent(token.content.trimEnd(), "│ ", "│ ")}\n`;
    case "softbreak":
    case "hardbreak":
      return "\n";
    case "link_close":
      return "";
    case "link_open":
      return `${token.attrGet("href") ?? ""} `;
    default:
      return token.content;
  }
}

function indent(text: string, first: string, rest: string): string {
  return text
    .split("\n")
    .map((line, index) => `${index === 0 ? first : rest}${line}`)
    .join("\n");
}
