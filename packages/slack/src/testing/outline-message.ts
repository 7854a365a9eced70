import type { OutlinePart } from "@access-plugins/testing";
import { textObjectsOf } from "./block-kit-limits.ts";
import { parseMrkdwn, type Token } from "./mrkdwn-parser.ts";
import type { FakeContent } from "./workspace.ts";

/**
 * What stands where in a message, by {@link parseMrkdwn}: in blocks behind each bold label, in the text beside them
 * behind each label at the start of a line that is no quotation.
 */
export function outlineMessage({ text, blocks }: Pick<FakeContent, "text" | "blocks">): readonly OutlinePart[] {
  const inBlocks = textObjectsOf(blocks).flatMap((object) => {
    if (object.type === "plain_text") return [{ place: "header", text: object.text }];
    return byLabels(parseMrkdwn(object.text, { linksBareAddresses: false }));
  });
  return [...inBlocks, ...byLines(text)];
}

function byLabels(tokens: readonly Token[]): readonly OutlinePart[] {
  const parts: { place: string; text: string }[] = [{ place: "section", text: "" }];
  for (const token of tokens) {
    const last = parts.at(-1);
    if (token.kind === "bold") parts.push({ place: textOf(token), text: "" });
    else if (last !== undefined) last.text += textOf(token);
  }
  return parts;
}

function byLines(text: string): readonly OutlinePart[] {
  const [title = "", ...lines] = text.split("\n");
  const parts = [{ place: "title", text: title }];
  for (const line of lines) {
    const [, label, rest = ""] = /^([A-Z][A-Za-z ]+):(?: (.*))?$/u.exec(line) ?? [];
    const last = parts.at(-1);
    if (label !== undefined) parts.push({ place: label, text: rest });
    else if (last !== undefined) last.text += `\n${line}`;
  }
  return parts;
}

function textOf(token: Token): string {
  switch (token.kind) {
    case "bold":
    case "italic":
    case "strike":
    case "quote":
      return token.tokens.map(textOf).join("");
    case "link":
      return token.label;
    case "date":
      return token.fallback;
    case "emoji":
      return `:${token.name}:`;
    default:
      return token.text;
  }
}
