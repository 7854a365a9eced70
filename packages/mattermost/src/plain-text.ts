import type { DocumentPart } from "@access-plugins/core";
import { code, link } from "./markdown.ts";
import { type Layout, type Row, toRows } from "./rows.ts";

/**
 * Very old databases hold 4,000 characters a message, everything since 16,383: these add up, with labels, to less than
 * 3,900.
 */
const layout: Layout = {
  surface: "message",
  room: {
    fact: 80,
    names: 330,
    name: 80,
    reason: 600,
    resolution: 300,
    reviews: 400,
    reviewReason: 120,
    promotedTo: 100,
    link: 300,
    command: 100,
    notes: 200,
    note: 120,
  },
};

/** The whole message as Markdown without attachment: the second try, after the server refused the first. */
export function toPlainText(document: readonly DocumentPart[]): string {
  return document.flatMap(toLines).join("\n");
}

function toLines(part: DocumentPart): readonly string[] {
  if (part.kind === "title") return [`**${part.text}**`];
  if (part.kind === "hint") return [part.text];
  if (part.kind === "link") return [link(part.url, part.label, layout.room.link) ?? toLine(unusableLink(part))];
  return toRows(part, layout).map(toLine);
}

function unusableLink(part: Extract<DocumentPart, { kind: "link" }>): Row {
  return { label: part.label, value: code(part.url, layout.room.link, layout.surface), short: false };
}

function toLine({ label, value }: Row): string {
  return `**${label}**:${value.includes("\n") ? "\n" : " "}${value}`;
}
