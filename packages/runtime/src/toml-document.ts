import { parse, TomlError } from "smol-toml";
import { type KeyPath, type Position, scanTomlPositions, type TomlEntry } from "./toml-positions.ts";

/** A parsed TOML document that knows where everything is written. */
export interface TomlDocument {
  /** The values; tables are plain objects, dates are objects of the parser. */
  readonly root: Readonly<Record<string, unknown>>;
  /**
   * Where the value at `path` is written; undefined when it is not in the file. Keys match without regard to case
   * where no key is written exactly so.
   */
  positionOf(path: KeyPath): Position | undefined;
}

/** What keeps a text from being TOML. Never holds text of the document: the faulty line may be a token. */
export interface TomlSyntaxProblem extends Position {
  readonly message: string;
}

/** Parses TOML 1.0 with positions. Never throws for any text. */
export function parseToml(source: string): TomlDocument | TomlSyntaxProblem {
  const text = source.replace(/^\uFEFF/, "");
  try {
    return createDocument(parse(text), scanTomlPositions(text, decodeKey));
  } catch (thrown) {
    if (!(thrown instanceof TomlError)) throw thrown;
    // The message is followed by an excerpt of the document.
    const [first = ""] = thrown.message.split("\n", 1);
    return { message: first.replace(/^Invalid TOML document: /, ""), line: thrown.line, column: thrown.column };
  }
}

function decodeKey(written: string): string {
  if (!/^["']/.test(written)) return written;
  return Object.keys(parse(`${written} = 0`))[0] ?? written;
}

function createDocument(root: Readonly<Record<string, unknown>>, entries: readonly TomlEntry[]): TomlDocument {
  const exact = new Map<string, Position>();
  const anyCase = new Map<string, Position>();
  for (const { path, line, column } of entries) {
    const key = JSON.stringify(path);
    // A table that several headers name is where the first one stands.
    if (!exact.has(key)) exact.set(key, { line, column });
    if (!anyCase.has(key.toLowerCase())) anyCase.set(key.toLowerCase(), { line, column });
  }
  return {
    root,
    positionOf(path) {
      const key = JSON.stringify(path);
      return exact.get(key) ?? anyCase.get(key.toLowerCase());
    },
  };
}
