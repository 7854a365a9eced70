import { faultAt, type Position, quote } from "./condition-fault.ts";
import { readGoInt, readGoString } from "./go-literal.ts";

/** A word of a condition. `text` is how it stands there, for error messages. */
export type Token = { readonly text: string; readonly at: Position } & (
  | { readonly kind: "name" }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "sign" }
  | { readonly kind: "end" }
);

/** Far above any rule a person writes; it bounds what parsing can cost. */
export const longestCondition = 65_536;

const blank = /[ \t\r\n]+|\/\/[^\n]*|\/\*[\s\S]*?\*\//uy;
const word = /[\p{L}_][\p{L}\p{Nd}_]*/uy;
const int = /\d[\p{L}\p{Nd}_]*(?:\.\d[\p{L}\p{Nd}_]*)?/uy;
const string = /"(?:[^"\\\n]|\\[^\n])*"|`[^`]*`/uy;
const sign = /&&|\|\||==|!=|[!()[\].,]/uy;

/** Splits a condition into tokens; the last one is the end. White space, newlines and Go comments are free. */
export function tokenize(text: string): Token[] {
  if (text.length > longestCondition) {
    throw faultAt({ line: 1, column: 1 }, `the condition is longer than ${longestCondition} characters`);
  }
  const scanner = createScanner(text);
  const tokens: Token[] = [];
  for (;;) {
    while (scanner.take(blank) !== undefined);
    const token = nextToken(scanner);
    tokens.push(token);
    if (token.kind === "end") return tokens;
  }
}

interface Scanner {
  /** The piece that matches here, which is passed. */
  take(pattern: RegExp): string | undefined;
  /** The character here; empty at the end. */
  peek(): string;
  position(): Position;
}

function createScanner(text: string): Scanner {
  let offset = 0;
  let line = 1;
  let column = 1;
  function pass(passed: string): void {
    offset += passed.length;
    for (const character of passed) {
      column = character === "\n" ? 1 : column + 1;
      if (character === "\n") line += 1;
    }
  }
  return {
    take(pattern) {
      pattern.lastIndex = offset;
      const found = pattern.exec(text)?.[0];
      if (found !== undefined) pass(found);
      return found;
    },
    peek() {
      const point = text.codePointAt(offset);
      return point === undefined ? "" : String.fromCodePoint(point);
    },
    position: () => ({ line, column }),
  };
}

function nextToken(scanner: Scanner): Token {
  const at = scanner.position();
  if (scanner.peek() === "") return { kind: "end", text: "", at };
  const name = scanner.take(word);
  if (name !== undefined) return { kind: "name", text: name, at };
  const literal = scanner.take(string);
  if (literal !== undefined) return { kind: "string", text: literal, value: readGoString(literal, at), at };
  const digits = scanner.take(int);
  if (digits !== undefined) return { kind: "int", text: digits, value: readGoInt(digits, at), at };
  const operator = scanner.take(sign);
  if (operator !== undefined) return { kind: "sign", text: operator, at };
  throw faultAt(at, explainStranger(scanner.peek()));
}

function explainStranger(character: string): string {
  if (character === '"') return 'this string does not end: expected " on the same line';
  if (character === "`") return "this string does not end: expected another back quote";
  if (character === "'") return 'strings stand in double quotes (") or back quotes, not in single quotes';
  if (character === "/") return 'there is no operator "/", and a comment that begins with /* ends with */';
  if ("&|=".includes(character)) return `${quote(character)} alone is no operator: expected &&, || or ==`;
  if ("<>".includes(character))
    return `there is no operator ${quote(character)}: times are compared by before, after, between`;
  const point = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  return `unexpected character ${quote(character)} (U+${point}): the operators are !, &&, ||, == and !=`;
}
