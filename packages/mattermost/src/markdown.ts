import { toVisibleText, truncate } from "@access-plugins/core";

/**
 * Mattermost's Markdown, and the one place where text from people is made harmless in it.
 *
 * All of it stands in code: there the server looks for no mention (not even for the plain words people may have as
 * keywords), fetches no image and no link, and clients draw nothing but the text itself. A backslash would not do:
 * `\@all` notifies. Within code only the backtick counts; where it could end the code it becomes its look-alike.
 *
 * `attachment`: texts and fields of an attachment. `message`: the message itself, whose first link the server would
 * fetch, so that what mentions and links are made of is broken there as well.
 */
export type Surface = "attachment" | "message";

const breaker = "\u200B";

// Invisible beyond what core removes: it fools readers, or survives as "text" that shows nothing. Joiners and variation
// selectors stay, scripts and emoji need them.
const invisible = /[\p{Default_Ignorable_Code_Point}--[\u200C\u200D\uFE00-\uFE0F]]/gv;

/** A name, id or command in a code span, at most `limit` characters long. Never empty. */
export function code(text: string, limit: number, surface: Surface): string {
  const inert = toInert(toLine(text).replaceAll("`", "\u02CB"), limit - 2, surface);
  return `\`${inert || "(empty)"}\``;
}

/** People's text in a fenced block, at most `limit` characters long. Never empty. */
export function block(text: string, limit: number, surface: Surface): string {
  const visible = toVisibleText(text)
    .replace(invisible, "")
    .replace(/[^\S\n]+$/gmu, "")
    .replace(/\n{3,}/gu, "\n\n")
    .trim()
    .replace(/`{3,}/gu, (run) => "\u02CB".repeat(run.length));
  const inert = toInert(visible, limit - fence.length, surface);
  return `\`\`\`\n${inert || "(empty)"}\n\`\`\``;
}

const fence = "```\n\n```";

/** One line of people's text for places without Markdown, such as a push notification. */
export function line(text: string, limit: number): string {
  return toInert(toLine(text), limit, "message");
}

/** A link of ours in Markdown: http(s) only, else undefined. */
export function link(url: string, label: string, limit: number): string | undefined {
  const address = toAddress(url, limit);
  return address === undefined ? undefined : `[${label}](${address})`;
}

/** The address of a link of ours, with everything Markdown could stumble over encoded: http(s) only, else undefined. */
export function toAddress(url: string, limit: number): string | undefined {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/u.test(parsed.protocol)) return undefined;
  const address = parsed.href.replace(
    /[()<>[\]\\`*|~]/gu,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return address.length <= limit ? address : undefined;
}

// Most names are plain; the rest of this file costs nothing for them.
const plainName = /^[\w/-](?:[\w/ -]*[\w/-])?$/;

function toLine(text: string): string {
  if (plainName.test(text) && !text.includes("  ")) return text;
  return toVisibleText(text).replace(invisible, "").replace(/\s+/gu, " ").trim();
}

const breakable = /[@~#]|[:.](?=\S)|\/(?=\/)/gu;

function toInert(text: string, limit: number, surface: Surface): string {
  if (surface === "attachment") return truncate(text, limit);
  const roomy = truncate(text, limit, (part) => part.length + (part.match(/[@~#:./]/gu)?.length ?? 0));
  return roomy.replace(breakable, `$&${breaker}`);
}
