import { faultAt, type Position, quote } from "./condition-fault.ts";

/**
 * The text that a Go string literal denotes, quotes included in `literal`: raw between back quotes (carriage returns
 * are dropped), else with Go's escapes. `\x` and octal escapes are bytes of UTF-8.
 */
export function readGoString(literal: string, at: Position): string {
  const inner = literal.slice(1, -1);
  if (literal.startsWith("`")) return inner.replaceAll("\r", "");
  return inner.includes("\\") ? unescapeGo(inner, at) : inner;
}

const largestInt = 2n ** 63n - 1n;

/** An integer literal: decimal digits, as the condition language of the server reads them (`017` is 17). */
export function readGoInt(literal: string, at: Position): bigint {
  if (!/^\d+$/u.test(literal)) throw faultAt(at, `${quote(literal)} is no number: expected decimal digits only`);
  const value = BigInt(literal);
  if (value > largestInt) throw faultAt(at, `the number ${quote(literal)} is too large: it has to fit in 64 bits`);
  return value;
}

const simpleEscapes: ReadonlyMap<string, number> = new Map([
  ["a", 7],
  ["b", 8],
  ["f", 12],
  ["n", 10],
  ["r", 13],
  ["t", 9],
  ["v", 11],
  ["\\", 92],
  ['"', 34],
]);
const piece = /[^\\]+|\\([abfnrtv\\"])|\\x([0-9A-Fa-f]{2})|\\([0-7]{3})|\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})/uy;

function unescapeGo(inner: string, start: Position): string {
  const bytes: Uint8Array[] = [];
  piece.lastIndex = 0;
  for (let offset = 0; offset < inner.length; offset = piece.lastIndex) {
    // A literal never spans lines, and the quote before it is one character.
    const at = { line: start.line, column: start.column + 1 + [...inner.slice(0, offset)].length };
    const match = piece.exec(inner);
    if (match === null) throw faultAt(at, `unknown escape ${quote(inner.slice(offset, offset + 2))} in a string`);
    bytes.push(toBytes(match, at));
  }
  return decodeUtf8(Buffer.concat(bytes), start);
}

function toBytes([whole, simple, hex, octal, short, long]: readonly (string | undefined)[], at: Position): Uint8Array {
  if (simple !== undefined) return Uint8Array.of(simpleEscapes.get(simple) ?? 0);
  if (hex !== undefined) return Uint8Array.of(Number.parseInt(hex, 16));
  if (octal !== undefined) return Uint8Array.of(toByte(Number.parseInt(octal, 8), at));
  const codePoint = short ?? long;
  return Buffer.from(codePoint === undefined ? (whole ?? "") : toCharacter(Number.parseInt(codePoint, 16), at));
}

function toByte(value: number, at: Position): number {
  if (value > 255) throw faultAt(at, "an octal escape is one byte: at most \\377");
  return value;
}

function toCharacter(codePoint: number, at: Position): string {
  const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
  if (isSurrogate || codePoint > 0x10ffff) throw faultAt(at, "the escape is no Unicode character");
  return String.fromCodePoint(codePoint);
}

function decodeUtf8(bytes: Uint8Array, at: Position): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (thrown) {
    throw faultAt(at, "the bytes of this string are not valid UTF-8", thrown);
  }
}
