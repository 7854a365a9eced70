/**
 * A reader's view of Slack's mrkdwn, written from Slack's documentation and independently of what this package renders.
 * It errs on the side of finding markup: what a client might show as formatted, linked or mentioned counts as such.
 */
export type Token =
  | { readonly kind: "text"; readonly text: string }
  /** `` `…` `` and ```` ```…``` ````. */
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "bold" | "italic" | "strike"; readonly tokens: readonly Token[] }
  | { readonly kind: "quote"; readonly tokens: readonly Token[] }
  /** `<@U…>`, `<#C…>`, `<!here>`, and `@name` where Slack looks for bare ones. */
  | { readonly kind: "mention"; readonly text: string }
  /** `<url|label>`, and bare addresses where Slack looks for them. */
  | { readonly kind: "link"; readonly url: string; readonly label: string }
  | { readonly kind: "date"; readonly at: Date; readonly fallback: string }
  | { readonly kind: "emoji"; readonly name: string }
  /** A control character that belongs to nothing. */
  | { readonly kind: "stray"; readonly text: string };

export interface ParseOptions {
  /** False for text objects with `verbatim`. */
  readonly linksBareAddresses: boolean;
}

/** Parses text line by line; only a fence spans lines. Lines are separated by text tokens of one newline. */
export function parseMrkdwn(text: string, options: ParseOptions): readonly Token[] {
  const parts = text.split(/```([\s\S]+?)```/u);
  return parts.flatMap((part, index): readonly Token[] =>
    index % 2 === 1 ? [{ kind: "code", text: decodeEntities(part) }] : parseLines(part, options),
  );
}

function parseLines(text: string, options: ParseOptions): readonly Token[] {
  const lines = text.split("\n").map((line): readonly Token[] => {
    const quoted = /^(?:>|&gt;)+ ?/u.exec(line);
    if (quoted === null) return parseInline(line, options);
    return [{ kind: "quote", tokens: parseInline(line.slice(quoted[0].length), options) }];
  });
  return lines.flatMap((tokens, index) => (index === 0 ? tokens : [{ kind: "text" as const, text: "\n" }, ...tokens]));
}

interface Rule {
  readonly pattern: RegExp;
  readonly bareOnly?: true;
  token(match: RegExpExecArray, options: ParseOptions): Token;
}

// A zero-width space may count as a boundary and as a character of a word: both readings are tried.
const boundaryBefore = "(?<![\\p{L}\\p{N}])";
const boundaryAfter = "(?![\\p{L}\\p{N}])";

const rules: readonly Rule[] = [
  { pattern: /<([^<>\n]+)>/uy, token: (match) => toControlToken(match[1] ?? "") },
  { pattern: /`([^`\n]+)`/uy, token: (match) => ({ kind: "code", text: decodeEntities(match[1] ?? "") }) },
  formatting("bold", "\\*"),
  formatting("italic", "_"),
  formatting("strike", "~"),
  { pattern: /:([^\s:\u200B]{1,100}):/uy, token: (match) => ({ kind: "emoji", name: match[1] ?? "" }) },
  { pattern: /&(?:amp|lt|gt);/uy, token: (match) => ({ kind: "text", text: decodeEntities(match[0]) }) },
  bare(/[a-z][a-z0-9+.-]*:\/\/[^\s<>|\u200B]+/iuy),
  bare(/(?:mailto|tel):[^\s<>|\u200B]+/iuy),
  bare(/[^\s<>|@:/]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/uy),
  bare(/(?<![\p{L}\p{N}.-])[\p{L}\p{N}][\p{L}\p{N}-]*(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}(?:\/[^\s<>|]*)?/uy),
  {
    pattern: /(?<![\p{L}\p{N}])[@#][\p{L}\p{N}_.-]+/uy,
    bareOnly: true,
    token: (match) => ({ kind: "mention", text: match[0] }),
  },
  { pattern: /[<>&`]/uy, token: (match) => ({ kind: "stray", text: match[0] }) },
];

function formatting(kind: "bold" | "italic" | "strike", mark: string): Rule {
  const pattern = new RegExp(`${boundaryBefore}${mark}([^${mark}\\n]+)${mark}${boundaryAfter}`, "uy");
  return { pattern, token: (match, options) => ({ kind, tokens: parseInline(match[1] ?? "", options) }) };
}

function bare(pattern: RegExp): Rule {
  return { pattern, bareOnly: true, token: (match) => ({ kind: "link", url: match[0], label: match[0] }) };
}

const markers: ReadonlySet<string> = new Set("<>&`*_~:@#");
const wordStart = /^(?:|[^\p{L}\p{N}])[\p{L}\p{N}]$/u;

/** Markup begins with a marker; a bare address with a word, never within one. */
function mayBegin(line: string, at: number, { linksBareAddresses }: ParseOptions): boolean {
  if (markers.has(line.charAt(at))) return true;
  return linksBareAddresses && wordStart.test(line.slice(Math.max(0, at - 1), at + 1));
}

function parseInline(line: string, options: ParseOptions): readonly Token[] {
  const tokens: Token[] = [];
  let plain = "";
  for (let at = 0; at < line.length; ) {
    const found = mayBegin(line, at, options) ? firstMatch(line, at, options) : undefined;
    if (found === undefined) {
      plain += line.charAt(at);
      at += 1;
      continue;
    }
    if (plain !== "") tokens.push({ kind: "text", text: plain });
    plain = "";
    tokens.push(found.token);
    at += found.length;
  }
  return plain === "" ? tokens : [...tokens, { kind: "text", text: plain }];
}

function firstMatch(line: string, at: number, options: ParseOptions): { token: Token; length: number } | undefined {
  for (const rule of rules) {
    if (rule.bareOnly && !options.linksBareAddresses) continue;
    rule.pattern.lastIndex = at;
    const match = rule.pattern.exec(line);
    if (match !== null) return { token: rule.token(match, options), length: match[0].length };
  }
  return undefined;
}

/** What stands between `<` and `>`. */
function toControlToken(content: string): Token {
  const date = /^!date\^(-?\d+)\^[^|^]+(?:\^[^|]+)?\|(.+)$/u.exec(content);
  if (date) return { kind: "date", at: new Date(Number(date[1]) * 1_000), fallback: decodeEntities(date[2] ?? "") };
  if (/^[@#!]/u.test(content)) return { kind: "mention", text: `<${content}>` };
  const [url = "", ...label] = content.split("|");
  return { kind: "link", url: decodeEntities(url), label: decodeEntities(label.join("|") || url) };
}

function decodeEntities(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** What a reader sees of the tokens, with markers where formatting is. */
export function toReaderText(tokens: readonly Token[], showTime: (at: Date) => string): string {
  return tokens.map((token) => toReader(token, showTime)).join("");
}

const marks = { bold: "*", italic: "_", strike: "~" } as const;

function toReader(token: Token, showTime: (at: Date) => string): string {
  switch (token.kind) {
    case "code":
      return `\`${token.text}\``;
    case "bold":
    case "italic":
    case "strike":
      return `${marks[token.kind]}${toReaderText(token.tokens, showTime)}${marks[token.kind]}`;
    case "quote":
      return `│ ${toReaderText(token.tokens, showTime)}`;
    case "link":
      return token.label === token.url ? token.url : `${token.label} (${token.url})`;
    case "date":
      return showTime(token.at);
    case "emoji":
      return `:${token.name}:`;
    default:
      return token.text;
  }
}
