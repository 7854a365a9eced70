import type { OutlinePart } from "@access-plugins/testing";
import MarkdownIt from "markdown-it";
import { attachmentsOf } from "./attachments.ts";
import type { FakeContent } from "./site.ts";

const markdown = new MarkdownIt({ html: true, linkify: true, breaks: true });

/**
 * What stands where in a post, by an independent Markdown parser: in the message behind each bold label, in attachments
 * by their fields.
 */
export function outlinePost({ message, props }: Pick<FakeContent, "message" | "props">): readonly OutlinePart[] {
  return [
    ...byLabels(message),
    ...attachmentsOf(props).flatMap(({ fallback, title, text, fields }) => [
      { place: "fallback", text: fallback },
      { place: "heading", text: title },
      ...byLabels(text),
      ...(fields ?? []).map((field) => ({ place: `field ${field.title}`, text: textOf(String(field.value)) })),
    ]),
  ];
}

function byLabels(source: string): readonly OutlinePart[] {
  const parts = [{ place: "message", text: "" }];
  let inLabel = false;
  for (const token of flatten(markdown.parse(source, {}))) {
    const last = parts.at(-1);
    if (token.type === "strong_open") parts.push({ place: "", text: "" });
    else if (inLabel && last !== undefined) last.place += token.type === "strong_close" ? "" : token.content;
    else if (last !== undefined) last.text += ` ${token.content}`;
    inLabel = token.type === "strong_open" || (inLabel && token.type !== "strong_close");
  }
  return parts;
}

type Token = ReturnType<typeof markdown.parse>[number];

/** Leaves only: what holds others has the same text once more. */
function flatten(tokens: readonly Token[]): readonly Token[] {
  return tokens.flatMap((token) => (token.children === null ? [token] : flatten(token.children)));
}

function textOf(source: string): string {
  return flatten(markdown.parse(source, {}))
    .map(({ content }) => content)
    .join(" ");
}
