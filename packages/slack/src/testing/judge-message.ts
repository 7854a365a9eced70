import { type TextObject, textObjectsOf } from "./block-kit-limits.ts";
import { parseMrkdwn, type Token } from "./mrkdwn-parser.ts";
import type { FakeContent } from "./workspace.ts";

/** What a reader's client would make of a message beyond showing text. */
export interface Judgement {
  readonly mentions: readonly string[];
  readonly links: readonly string[];
  readonly faults: readonly string[];
}

// Anything that hides, reorders or controls. Joiners and variation selectors are part of emoji and scripts.
const fooling =
  /[[\p{Cc}\p{Bidi_Control}\p{Surrogate}\p{Default_Ignorable_Code_Point}]--[\n\u200B-\u200D\uFE00-\uFE0F]]/gv;

/** Looks at blocks and text with {@link parseMrkdwn}; emoji and formatting other than bold labels are faults. */
export function judgeMessage({ text, blocks }: Pick<FakeContent, "text" | "blocks">): Judgement {
  const tokens = [
    ...parseMrkdwn(text, { linksBareAddresses: true }),
    ...textObjectsOf(blocks).flatMap((object) => tokensOf(object)),
  ];
  const all = tokens.flatMap(withChildren);
  const raw = [text, ...textObjectsOf(blocks).map((object) => object.text)].join("\n");
  return {
    mentions: all.flatMap((token) => (token.kind === "mention" ? [token.text] : [])),
    links: all.flatMap((token) => (token.kind === "link" ? [token.url] : [])),
    faults: [...all.flatMap(faultOf), ...foolingCharactersOf(raw)],
  };
}

function foolingCharactersOf(text: string): readonly string[] {
  return (text.match(fooling) ?? []).map((found) => `U+${found.codePointAt(0)?.toString(16)}`);
}

function tokensOf(object: TextObject): readonly Token[] {
  if (object.type === "plain_text") return [{ kind: "text", text: object.text }];
  return parseMrkdwn(object.text, { linksBareAddresses: object.verbatim !== true });
}

function withChildren(token: Token): readonly Token[] {
  return "tokens" in token ? [token, ...token.tokens.flatMap(withChildren)] : [token];
}

/** Bold is what our labels are made of: one or two words of letters. */
function faultOf(token: Token): readonly string[] {
  switch (token.kind) {
    case "stray":
      return [`stray ${token.text}`];
    case "emoji":
      return [`emoji ${token.name}`];
    case "italic":
    case "strike":
      return [token.kind];
    case "bold":
      return isLabel(token) ? [] : [`bold ${JSON.stringify(token.tokens)}`];
    default:
      return [];
  }
}

function isLabel({ tokens }: { readonly tokens: readonly Token[] }): boolean {
  const [only, ...rest] = tokens;
  return rest.length === 0 && only?.kind === "text" && labels.has(only.text);
}

/** Every label of our messages; a reader takes what stands in bold for ours. */
const labels: ReadonlySet<string> = new Set([
  "User",
  "Cluster",
  "Requested",
  "Review before",
  "Access from",
  "Access until",
  "Session length",
  "Session until",
  "ID",
  "Roles",
  "Resources",
  "Reason",
  "Reviews",
  "Status",
  "Resolution reason",
  "Approve",
  "Deny",
  "Access list",
  "Log in",
  "Open in Teleport",
]);
