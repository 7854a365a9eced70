import { toUtcText, toVisibleText, truncate } from "@access-plugins/core";

/**
 * Slack's mrkdwn, and the one place where text from people is made harmless in it.
 *
 * `<…>` tokens (mentions, links, dates) die with the escaping that Slack documents. For formatting there is no escape:
 * the marker characters are replaced by their look-alikes. Names stand in code spans, where only the backtick counts, so
 * they can be copied as they are. Prose stands in quotes, so that it is seen to be somebody's words.
 *
 * `blocks`: for text objects with `verbatim`, where Slack links nothing by itself. `fallback`: for the top-level text,
 * where bare addresses become links, so they are broken with a zero-width space.
 */
export type Surface = "blocks" | "fallback";

const breaker = "\u200B";

// Invisible beyond what core removes: it fools readers, or survives as "text" that shows nothing. Joiners and variation
// selectors stay, scripts and emoji need them.
const invisible = /[\p{Default_Ignorable_Code_Point}--[\u200C\u200D\uFE00-\uFE0F]]/gv;

/** Characters of the largest text one character of people's text can become, by surface. */
const growth: Readonly<Record<Surface, Readonly<Record<string, number>>>> = {
  blocks: { "&": 5, "<": 4, ">": 4, ":": 2, "\n": 3 },
  fallback: { "&": 5, "<": 4, ">": 4, ":": 2, "\n": 3, ".": 2, "@": 2, "#": 2 },
};

/** A name, id or command in a code span, at most `limit` characters long. Never empty. */
export function code(text: string, limit: number): string {
  const line = toLine(text).replaceAll("`", "\u02CB");
  return `\`${escapeEntities(cut(line, limit - 2, "blocks")) || "(empty)"}\``;
}

/** One line of people's text without formatting, at most `limit` characters long. */
export function line(text: string, limit: number, surface: Surface): string {
  return neutralize(cut(toLine(text), limit, surface), surface);
}

/** People's text as a quotation, line by line, at most `limit` characters long. */
export function quote(text: string, limit: number, surface: Surface): string {
  const visible = toVisibleText(text)
    .replace(invisible, "")
    .replace(/\n\s*\n/gu, "\n\n")
    .trim();
  const lines = (cut(visible, limit - 2, surface) || "(empty)").split("\n");
  return lines.map((part) => `> ${neutralize(part, surface)}`).join("\n");
}

/** A link of ours: http(s) only, else undefined. */
export function link(url: string, label: string, limit: number): string | undefined {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/u.test(parsed.protocol)) return undefined;
  const text = `<${escapeEntities(parsed.href.replaceAll("|", "%7C"))}|${label}>`;
  return text.length <= limit ? text : undefined;
}

/** A time that every reader sees in their own zone; the fallback for old clients names its zone. */
export function time(at: Date): string {
  return `<!date^${Math.floor(at.getTime() / 1_000)}^{date_short_pretty} at {time}|${toUtcText(at)}>`;
}

// Most names are plain; the rest of this file costs nothing for them.
const plainName = /^[\w/-](?:[\w/ -]*[\w/-])?$/;

function toLine(text: string): string {
  if (plainName.test(text) && !text.includes("  ")) return text;
  return toVisibleText(text).replace(invisible, "").replace(/\s+/gu, " ").trim();
}

function cut(text: string, limit: number, surface: Surface): string {
  const table = growth[surface];
  // Nothing grows more than fivefold.
  if (text.length * 5 <= limit) return text;
  return truncate(text, limit, (part) => {
    let size = 0;
    for (let at = 0; at < part.length; at += 1) size += table[part.charAt(at)] ?? 1;
    return size;
  });
}

function escapeEntities(text: string): string {
  if (!/[&<>]/.test(text)) return text;
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function neutralize(text: string, surface: Surface): string {
  if (/^[\w ()/,;!?'"+=-]*$/.test(text) && !text.includes("_")) return text;
  const inert = escapeEntities(text)
    .replaceAll("*", "\u2217")
    .replaceAll("~", "\u223C")
    .replaceAll("`", "\u02CB")
    // After a letter it opens nothing, and names are full of it.
    .replace(/(?<![\p{L}\p{N}])_/gu, "\u02CD");
  if (surface === "blocks") return inert.replace(/:(?=[^\s:]{1,100}:)/gu, `:${breaker}`);
  return inert.replace(/[.@#:](?=\S)/gu, `$&${breaker}`);
}
