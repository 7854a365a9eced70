import { PluginError } from "../../base/plugin-error.ts";

/** A place in a condition's text. Both count from 1; a column is one character (code point), a tab as well. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a condition, and where: `2:14: …`. */
export function faultAt(at: Position, problem: string, cause?: unknown): PluginError {
  const facts = cause === undefined ? {} : { cause };
  return new PluginError("invalid_argument", `${at.line}:${at.column}: ${problem}`, facts);
}

/** A problem whose place only the caller knows. */
export function fault(problem: string): PluginError {
  return new PluginError("invalid_argument", problem);
}

/** Runs `work`; what it throws gets the place. */
export function withPosition<T>(at: Position, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw faultAt(at, PluginError.from(thrown).message, thrown);
  }
}

const shownCharacters = 60;

/** A piece of the condition as an error shows it: quoted, on one line, not longer than one. */
export function quote(piece: string): string {
  const characters = [...piece];
  const cut = characters.length > shownCharacters;
  return JSON.stringify(cut ? `${characters.slice(0, shownCharacters).join("")}…` : piece);
}
