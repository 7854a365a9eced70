import { toSingleLine, toVisibleText, truncate } from "@access-plugins/core";

/**
 * The one place where text from people is made harmless for Teams.
 *
 * In the card such text stands in text runs only, where no client parses Markdown: no links, no images, no formatting.
 * Two things are left that clients look for in any text: `{{DATE(…)}}` and `{{TIME(…)}}`, which they replace, and
 * `<at>…</at>`, which is a mention only beside an entity that we never write, and may be hidden all the same. A blank
 * breaks both.
 *
 * In the plain form clients turn addresses into links by themselves: they are broken with a zero-width space.
 */

// Invisible beyond what core removes: it fools readers, or survives as "text" that shows nothing. Joiners and variation
// selectors stay, scripts and emoji need them.
const invisible = /[\p{Default_Ignorable_Code_Point}--[\u200C\u200D\uFE00-\uFE0F]]/gv;

const breaker = "\u200B";

/** A name, id or command on one line, at most `limit` characters of JSON. Never empty. */
export function toName(text: string, limit: number): string {
  return cut(harmless(toSingleLine(text.replace(invisible, ""))), limit) || "(empty)";
}

/** People's text in lines without empty ones: at most `limit` characters of JSON in at most `lines` lines. */
export function toLines(text: string, limit: number, lines: number): readonly string[] {
  const visible = toVisibleText(text).replace(invisible, "").trim();
  const all = cut(harmless(visible), limit)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (all.length === 0) return ["(empty)"];
  return all.length <= lines ? all : [...all.slice(0, lines - 1), all.slice(lines - 1).join(" ")];
}

/** One line of the plain form. */
export function toPlainText(text: string): string {
  return text.replace(/[.@](?=\S)|:(?=\/)/gu, `$&${breaker}`);
}

/** Characters a text takes in JSON, where quotes and backslashes count twice. Control characters are gone by then. */
export function jsonSize(text: string): number {
  let size = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22 || unit === 0x5c || unit === 0x0a) size += 1;
  }
  return size;
}

function harmless(text: string): string {
  if (!/\{\{|<\s*\/?\s*at/iu.test(text)) return text;
  return text.replaceAll(/\{(?=\{)/gu, "{ ").replaceAll(/<(?=\s*\/?\s*at)/giu, "< ");
}

function cut(text: string, limit: number): string {
  return text.length * 2 <= limit ? text : truncate(text, limit, jsonSize);
}
