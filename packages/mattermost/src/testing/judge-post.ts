import type { Judgement } from "@access-plugins/testing";
import MarkdownIt from "markdown-it";
import { attachmentsOf } from "./attachments.ts";
import type { FakeContent } from "./site.ts";

const markdown = new MarkdownIt({ html: true, linkify: true, breaks: true });
// Bare domains and addresses count as links, also below the top-level domain that tests use.
markdown.linkify.tlds("example", true).set({ fuzzyLink: true, fuzzyEmail: true });

type Token = ReturnType<typeof markdown.parse>[number];
type Content = Pick<FakeContent, "message" | "props">;

/**
 * What server and clients would make of a post beyond showing text, judged by an independent Markdown parser and by
 * the rules seen on a real server: mentions are looked for in every Markdown text node of message, pretext, text and
 * field values, images are fetched wherever they stand.
 */
export function judgePost(content: Content): Judgement {
  const inMessage = tokensOf(content.message);
  const sources = attachedMarkdown(content);
  const tokens = [...inMessage, ...sources.flatMap(tokensOf)];
  return {
    mentions: tokens.flatMap(mentionsOf),
    links: [...addressesOf(content), ...tokens.flatMap(linksOf)],
    faults: [
      ...tokens.flatMap(faultsOf),
      ...inMessage.flatMap(hashtagsOf),
      ...[content.message, ...sources].flatMap(looseBackticksOf),
      ...textsIn([content.message, content.props]).flatMap(foolingCharactersOf),
    ],
  };
}

/** What stands outside code: the only place where a plain word could be somebody's keyword. */
export function proseOf(content: Content): string {
  const tokens = [content.message, ...attachedMarkdown(content)].flatMap(tokensOf);
  return tokens.flatMap((token) => (token.type === "text" ? [token.content] : [])).join("\n");
}

/** What the server reads as Markdown besides the message. */
function attachedMarkdown({ props }: Content): readonly string[] {
  return attachmentsOf(props)
    .flatMap(({ pretext, text, fields }) => [pretext, text, ...(fields ?? []).map(({ value }) => value)])
    .filter((source) => typeof source === "string");
}

/** Addresses outside the Markdown. */
function addressesOf({ props }: Content): readonly string[] {
  return attachmentsOf(props)
    .flatMap((one) => [one.title_link, one.author_link, one.author_icon, one.image_url, one.thumb_url, one.footer_icon])
    .filter((address) => address !== "");
}

function tokensOf(source: string): readonly Token[] {
  return flatten(source === "" ? [] : markdown.parse(source, {}));
}

function flatten(tokens: readonly Token[]): readonly Token[] {
  return tokens.flatMap((token) => [token, ...flatten(token.children ?? [])]);
}

/** Any `@` that a name could follow, and `~` before a channel's name. */
function mentionsOf({ type, content }: Token): readonly string[] {
  return type === "text" ? (content.match(/[@~][\p{L}\p{N}_.-]+/gu) ?? []) : [];
}

function linksOf(token: Token): readonly string[] {
  if (token.type === "link_open") return [String(token.attrGet("href") ?? "")];
  return token.type === "image" ? [String(token.attrGet("src") ?? "")] : [];
}

const harmless = new Set([
  "paragraph_open",
  "paragraph_close",
  "inline",
  "text",
  "softbreak",
  "hardbreak",
  "code_inline",
  "strong_open",
  "strong_close",
  "link_open",
  "link_close",
]);

/** Text, code, bold and links are all we ever use; bold is for our own words, which hold no code and no punctuation. */
function faultsOf(token: Token): readonly string[] {
  if (token.type === "fence") return token.info === "" ? [] : [`language ${token.info}`];
  if (token.type === "inline") return boldOf(token.content).filter((words) => !ourWords.test(words));
  if (token.type === "text") return token.content.match(/:[\w+-]+:|\$[^$]+\$/gu) ?? [];
  return harmless.has(token.type) ? [] : [token.type];
}

function boldOf(source: string): readonly string[] {
  return [...source.replace(/`[^`]*`/gu, "").matchAll(/\*\*(.*?)\*\*/gu)].map((match) => match[1] ?? "");
}

const ourWords =
  /^(?:User|Cluster|Requested|Review before|Access from|Access until|Session length|Session until|ID|Roles|Resources|Reason|Reviews|Status|Resolution reason|Approve|Deny|Access list|Log in|Notes|Open in Teleport|\p{Extended_Pictographic} (?:(?:Role|Resource|Your role|Your resource) request(?: \(long-term access\))?: [a-z ;]+|Request [a-z ;]+|Review: [a-z ]+|Access List review (?:due|overdue)))$/u;

/**
 * Dialects of Markdown differ in how code ends. Where every fence is three backticks alone on their line and every
 * other line holds an even number of single ones, they all agree.
 */
function looseBackticksOf(source: string): readonly string[] {
  let fenced = false;
  const loose: string[] = [];
  for (const row of source.split("\n")) {
    if (row === "```") fenced = !fenced;
    else if (/`{3}/u.test(row) || (!fenced && !/^(?:[^`]|`[^`]+`(?!`))*$/u.test(row))) loose.push(row);
  }
  return fenced ? [...loose, "unclosed fence"] : loose;
}

/** Looked for in the message only. */
function hashtagsOf({ type, content }: Token): readonly string[] {
  return type === "text" ? (content.match(/(?<![\p{L}\p{N}_&])#\p{L}{2,}/gu) ?? []) : [];
}

// Anything that hides, reorders or controls. Joiners and variation selectors are part of emoji and scripts; the zero-width
// space is what breaks mentions and links.
const fools =
  /[[\p{Cc}\p{Bidi_Control}\p{Surrogate}\p{Default_Ignorable_Code_Point}]--[\n\u200B-\u200D\uFE00-\uFE0F]]/gv;

function foolingCharactersOf(text: string): readonly string[] {
  return (text.match(fools) ?? []).map((found) => `U+${found.codePointAt(0)?.toString(16)}`);
}

/** Every text anywhere in a JSON value. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
