import type { OutlinePart } from "@access-plugins/testing";
import MarkdownIt from "markdown-it";
import { z } from "zod";
import { parseCard } from "./parse-card.ts";

const activitySchema = z.object({
  summary: z.string().default(""),
  text: z.string().default(""),
  attachments: z.array(z.object({ content: z.unknown() })).default([]),
});

/**
 * What stands where in a message: in the card element by element, as Microsoft's own library reads it and a Markdown
 * parser the text blocks in it; in the plain form behind each label at the start of a line.
 */
export function outlineActivity(value: unknown): readonly OutlinePart[] {
  const { summary, text, attachments } = activitySchema.parse(value);
  return [
    { place: "summary", text: summary },
    ...byLines(text),
    ...attachments.flatMap(({ content }) => byElements(parseCard(content).card)),
  ];
}

/** An element of a card as the library holds it. */
const elementSchema = z.custom<LibraryElement>((value) => typeof value === "object" && value !== null);

interface LibraryElement {
  getJsonTypeName(): string;
  readonly text?: string;
  readonly style?: string;
  getItemCount?(): number;
  getItemAt?(index: number): unknown;
  getInlineCount?(): number;
  getInlineAt?(index: number): unknown;
}

function byElements(value: unknown): readonly OutlinePart[] {
  const element = elementSchema.parse(value);
  const place = element.getJsonTypeName();
  if (place === "TextBlock") return [{ place, text: asMarkdown(element.text ?? "") }];
  if (place === "RichTextBlock") return [{ place, text: inlinesOf(element).join("") }];
  const children = itemsOf(element).map(byElements);
  // People's words take as many lines as they have; together they are one place.
  if (element.style === "emphasis") return [{ place: "words", text: textsOf(children.flat()).join("\n") }];
  return place === "Container" ? [{ place, text: textsOf(children.flat()).join("\n") }] : children.flat();
}

function itemsOf(element: LibraryElement): readonly unknown[] {
  return Array.from({ length: element.getItemCount?.() ?? 0 }, (_, index) => element.getItemAt?.(index));
}

function inlinesOf(element: LibraryElement): readonly string[] {
  return Array.from(
    { length: element.getInlineCount?.() ?? 0 },
    (_, index) => elementSchema.parse(element.getInlineAt?.(index)).text ?? "",
  );
}

function textsOf(parts: readonly OutlinePart[]): readonly string[] {
  return parts.map(({ text }) => text);
}

const markdown = new MarkdownIt({ html: false, linkify: false });

/** The types of its tokens, where it is more than text. */
function asMarkdown(source: string): string {
  const tokens = markdown.parseInline(source, {}).flatMap(({ children }) => children ?? []);
  return tokens.map(({ type, content }) => (type === "text" ? content : `<${type}>${content}`)).join("");
}

function byLines(text: string): readonly OutlinePart[] {
  const parts = [{ place: "text", text: "" }];
  for (const line of text.split("\n")) {
    const [, label, rest = ""] = /^([A-Z][A-Za-z ]+):(?: (.*))?$/u.exec(line) ?? [];
    const last = parts.at(-1);
    if (label !== undefined) parts.push({ place: label, text: rest });
    else if (last !== undefined) last.text += `\n${line}`;
  }
  return parts;
}
