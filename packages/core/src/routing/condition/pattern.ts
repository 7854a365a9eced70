import { type Matcher, RE2JS } from "re2js";
import type { Budget } from "./budget.ts";
import { fault, quote } from "./condition-fault.ts";

/** A regular expression with Go's syntax and meaning. It never backtracks. */
export interface Pattern {
  /**
   * The text with every match replaced, as Go's `ReplaceAllString`: `$1`, `${1}`, `${name}` and `$$` in the replacement.
   * Undefined when nothing matches.
   */
  replaceAll(text: string, replacement: string, budget: Budget): string | undefined;
}

const longestPattern = 1_000;
/** Units for one instruction of a compiled expression. */
const unitsPerInstruction = 100;

/** Throws for what RE2 does not accept, and for what would become too large. */
export function compilePattern(source: string, budget: Budget): Pattern {
  if (source.length > longestPattern) throw fault(`the regular expression is longer than ${longestPattern} characters`);
  budget.spend(unitsPerInstruction * estimateInstructions(source));
  const expression = compile(source);
  return {
    replaceAll(text, replacement, spent) {
      const matcher = expression.matcher(text);
      const parts = toParts(replacement, expression);
      let result = "";
      let end = 0;
      let found = false;
      while (findNext(matcher, text.length - end, expression, spent)) {
        found = true;
        const start = matcher.start();
        // As in Go: an empty match right after another match is none.
        if (matcher.end() <= end && start !== 0) continue;
        const inserted = expand(parts, matcher, spent);
        result += text.slice(end, start) + inserted;
        end = matcher.end();
      }
      return found ? result + text.slice(end) : undefined;
    },
  };
}

/** What stands in place of a match. Paid for before it is put together: a group may be long, and be named often. */
function expand(parts: readonly (string | number)[], matcher: Matcher, budget: Budget): string {
  budget.spend(parts.length);
  const pieces = parts.map((part) => (typeof part === "string" ? part : (matcher.group(part) ?? "")));
  budget.spend(pieces.reduce((sum, piece) => sum + piece.length, 0));
  return pieces.join("");
}

/** Looking for the next match takes at most one step for each instruction and character left. */
function findNext(matcher: Matcher, left: number, expression: RE2JS, budget: Budget): boolean {
  budget.spend((left + 1) * expression.programSize());
  return matcher.find();
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw fault(`${quote(source)} is no regular expression (RE2 syntax): ${reason}`);
  }
}

const piece = /\\.|\[\^?\]?(?:\\.|[^\]])*\]|\{(\d{1,4})(?:,(\d{0,4}))?\}|./gsu;

/** Counted repetition copies what it repeats (RE2 itself bounds the product of nested counts to 1,000). */
function estimateInstructions(source: string): number {
  const outer: number[] = [];
  let size = 0;
  let last = 0;
  for (const [text, least, most] of source.matchAll(piece)) {
    if (text === "(") {
      outer.push(size);
      size = 0;
    } else if (text === ")") {
      last = size + 2;
      size = last + (outer.pop() ?? 0);
    } else if (least !== undefined) {
      size += last * Math.max(0, Number(least) - 1, Number(most ?? 0) - 1);
    } else {
      last = 1;
      size += 1;
    }
  }
  return outer.reduce((sum, each) => sum + each, size);
}

/** A replacement as Go's `Expand` reads it: texts, and groups by number. Groups that do not exist are empty. */
function toParts(replacement: string, expression: RE2JS): (string | number)[] {
  const parts: (string | number)[] = [];
  let end = 0;
  for (const match of replacement.matchAll(/\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu)) {
    const name = match[1] ?? match[2];
    parts.push(replacement.slice(end, match.index), name === undefined ? "$" : toGroup(name, expression));
    end = match.index + match[0].length;
  }
  return [...parts, replacement.slice(end)];
}

function toGroup(name: string, expression: RE2JS): number | string {
  const isNumber = /^(?:0|[1-9]\d{0,8})$/u.test(name);
  const group = isNumber ? Number(name) : new Map(Object.entries(expression.namedGroups())).get(name);
  return group === undefined || group > expression.groupCount() ? "" : group;
}
