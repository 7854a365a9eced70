import { describe, expect, test } from "vitest";
import { createBudget } from "./budget.ts";
import go from "./fixtures/go-semantics.json" with { type: "json" };
import { readGoString } from "./go-literal.ts";
import { functions } from "./operations/table.ts";
import { parseCondition } from "./parser.ts";
import { compilePattern } from "./pattern.ts";
import { readRfc3339 } from "./rfc3339.ts";
import type { Value } from "./value.ts";
import { createZone, readClock } from "./zone.ts";

interface Case {
  readonly args: readonly string[];
  readonly result?: object | undefined;
}

/** Our side of every kind of case; throws where Go has to report an error. */
const ours: Readonly<Record<keyof typeof go, (first: string, second: string, third: string) => object>> = {
  clock: (text) => ({ clock: new Date(readClock(text)).toISOString().slice(11, 16) }),
  lower: (text) => ({ text: call("strings.lower", text) }),
  regexp(expression, replacement, text) {
    const replaced = compilePattern(expression, createBudget()).replaceAll(text, replacement, createBudget());
    return { matches: replaced !== undefined, replaced: replaced ?? text };
  },
  replaceall: (text, old, by) => ({ text: call("strings.replaceall", text, old, by) }),
  rfc3339: (text) => ({ ms: readRfc3339(text).getTime() }),
  split: (text, separator) => ({ parts: [...toSet(call("strings.split", new Set([text]), separator))] }),
  syntax(text) {
    parseCondition(text);
    return {};
  },
  unquote: (literal) => ({ text: readGoString(literal, { line: 1, column: 1 }) }),
  upper: (text) => ({ text: call("strings.upper", text) }),
  zone(time, zone) {
    const { weekday, time: shown } = createZone(zone).wallClock(readRfc3339(time));
    return { weekday, clock: new Date(shown).toISOString().slice(11, 23) };
  },
};

describe("agrees with Go, case by case", () => {
  for (const kind of Object.keys(ours).filter((name) => isKind(name))) {
    test(kind, () => {
      const cases: readonly Case[] = go[kind];
      expect(cases.length).toBeGreaterThan(9);
      const differing = cases.filter(({ args, result }) => {
        const expected = kind === "split" ? withoutDuplicates(result) : result;
        return !sameOutcome(outcomeOf(kind, args), expected);
      });
      expect(differing).toEqual([]);
    });
  }
});

test("both sides of the fixture are there: what Go accepts and what it refuses", () => {
  for (const kind of ["clock", "regexp", "rfc3339", "syntax", "unquote", "zone"] as const) {
    const cases: readonly Case[] = go[kind];
    expect(cases.some(({ result }) => result === undefined)).toBe(true);
    expect(cases.some(({ result }) => result !== undefined)).toBe(true);
  }
});

function isKind(name: string): name is keyof typeof go {
  return name in go;
}

function outcomeOf(
  kind: keyof typeof go,
  [first = "", second = "", third = ""]: readonly string[],
): object | undefined {
  try {
    return ours[kind](first, second, third);
  } catch {
    return undefined;
  }
}

function sameOutcome(ours: object | undefined, theirs: object | undefined): boolean {
  if (ours === undefined || theirs === undefined) return ours === theirs;
  return JSON.stringify(Object.entries(ours).sort()) === JSON.stringify(Object.entries(theirs).sort());
}

function withoutDuplicates(result: object | undefined): object | undefined {
  return result !== undefined && "parts" in result && Array.isArray(result.parts)
    ? { parts: [...new Set(result.parts)] }
    : result;
}

function call(name: string, ...values: Value[]): Value {
  const run = functions.get(name)?.bind(
    values.map(() => undefined),
    createBudget(),
  );
  return run === undefined ? "" : run(values, createBudget());
}

function toSet(value: Value): ReadonlySet<unknown> {
  return value instanceof Set ? value : new Set();
}
