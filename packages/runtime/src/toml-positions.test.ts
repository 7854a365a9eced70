import fc from "fast-check";
import { parse, TomlDate } from "smol-toml";
import { describe, expect, test } from "vitest";
import { type KeyPath, scanTomlPositions } from "./toml-positions.ts";

const decodeKey = (written: string) => Object.keys(parse(`${written} = 0`))[0] ?? written;

/** Every path of a parsed document: what the scanner has to find. */
function allPaths(value: unknown, path: KeyPath = []): string[] {
  const own = path.length === 0 ? [] : [JSON.stringify(path)];
  if (value instanceof TomlDate || typeof value !== "object" || value === null) return own;
  const children = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [...own, ...children.flatMap(([step, child]) => allPaths(child, [...path, step]))];
}

/** All strings of a parsed document with their paths; the generator makes each one unique. */
function allStrings(value: unknown, path: KeyPath = []): { path: KeyPath; text: string }[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (value instanceof TomlDate || typeof value !== "object" || value === null) return [];
  const children = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return children.flatMap(([step, child]) => allStrings(child, [...path, step]));
}

/** `@` in a template stands for a number that is used once, so that nothing is defined twice. */
const keyTemplates = ["k@", "K-@", "@", '"k @"', '"k.@"', '"k\\"#]@"', '"\\u00e9@"', "'k=@'", "'k\\@'", "'[k@]'"];
const stringTemplates = [
  '"v@"',
  "'v@'",
  '"v@ # no \\" comment ] }"',
  "'v@ # \\'",
  '"""v@"""',
  '"""\nv@ "" \\""" x = 1\n# no\n"""""',
  "'''v@''  ]\n[no]\n'''''",
  '"v@\\\\"',
];
const scalars = ["1", "0x1F", "1e3", "true", "1979-05-27 07:32:00", "1979-05-27T07:32:00Z", "07:32:00", "inf"];
const gaps = ["", " ", "\n", " # c ] } \" '\n", "\r\n\t"];
const spaces = ["", " ", "\t "];

const gap = fc.constantFrom(...gaps);
const space = fc.constantFrom(...spaces);
const key = fc
  .array(fc.tuple(fc.constantFrom(...keyTemplates), space), { minLength: 1, maxLength: 3 })
  .chain((parts) => space.map((blank) => parts.map(([part, after]) => part + after).join(`.${blank}`)));
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...stringTemplates, ...scalars),
    fc
      .array(fc.tuple(gap, tie("value"), gap), { maxLength: 3 })
      .map((items) => `[${items.map((i) => i.join("")).join(",")}\n]`),
    fc
      .array(fc.tuple(key, tie("value")), { maxLength: 3 })
      .map((items) => `{ ${items.map((i) => i.join("= ")).join(", ")} }`),
  ),
}));
const assignment = fc.tuple(space, key, space, value, space).map(([a, k, b, v, c]) => `${a}${k}=${b}${v}${c}`);
const header = fc.oneof(
  fc.tuple(space, key, space).map(([a, k, b]) => `[${a}${k}${b}]`),
  fc.constantFrom("[[list]]", "[[ list . inner ]]", "[list.table@]"),
);
const comment = fc.constantFrom("# [a]", "", "   ", "#x = 'y");
const documents = fc
  .tuple(
    fc.array(fc.oneof(assignment, comment), { maxLength: 4 }),
    fc.array(fc.tuple(header, fc.array(fc.oneof(assignment, comment), { maxLength: 3 })), { maxLength: 5 }),
    fc.constantFrom("\n", "\r\n"),
  )
  .map(([top, tables, newline]) => {
    const lines = [...top, "[[list]]", ...tables.flatMap(([head, body]) => [head, ...body])];
    let next = 0;
    return lines
      .join(newline)
      .replaceAll("@", () => String(next++))
      .replaceAll(/\r?\n/g, newline);
  });

function offsetOf(source: string, line: number, column: number): number {
  return (
    source
      .split("\n")
      .slice(0, line - 1)
      .reduce((sum, text) => sum + text.length + 1, 0) +
    column -
    1
  );
}

describe("scanTomlPositions", () => {
  test("finds exactly what the parser finds", () => {
    fc.assert(
      fc.property(documents, (source) => {
        const found = scanTomlPositions(source, decodeKey).map(({ path }) => JSON.stringify(path));
        const list = JSON.stringify(["list"]);
        // The index of an array of tables has no text of its own: its header is recorded as the array.
        const expected = allPaths(parse(source)).filter((path) => !/^\["list",\d+(,"inner",\d+)?\]$/.test(path));
        expect(new Set(found)).toEqual(new Set([...expected, list]));
      }),
      { numRuns: 500 },
    );
  });

  test("points at the key, or at the first character of an array element", () => {
    fc.assert(
      fc.property(documents, (source) => {
        for (const { path, line, column } of scanTomlPositions(source, decodeKey)) {
          const rest = source.slice(offsetOf(source, line, column));
          const step = path.at(-1);
          if (typeof step === "number") expect(rest).toMatch(/^[^\s,\]#]/);
          else expect(decodeKey(/^("(\\.|[^"\\])*"|'[^']*'|[\w-]+)/.exec(rest)?.[0] ?? "")).toBe(step);
        }
      }),
    );
  });

  test("points at nothing but the value's own key or element", () => {
    fc.assert(
      fc.property(documents, (source) => {
        const entries = scanTomlPositions(source, decodeKey);
        for (const { path, text } of allStrings(parse(source))) {
          const own = entries.findLast((entry) => JSON.stringify(entry.path) === JSON.stringify(path));
          if (own === undefined) throw new Error(`no position for ${JSON.stringify(path)}`);
          const next = entries[entries.lastIndexOf(own) + 1];
          const end = next === undefined ? source.length : offsetOf(source, next.line, next.column);
          const mark = /v\d+/.exec(text)?.[0] ?? "no mark";
          expect(source.slice(offsetOf(source, own.line, own.column), end)).toContain(mark);
        }
      }),
    );
  });

  test("ends for any text", () => {
    const pieces = fc.constantFrom(
      "[",
      "]",
      "{",
      "}",
      '"',
      "'",
      "=",
      ".",
      ",",
      "a",
      "\n",
      "#",
      "\\",
      '"""',
      "'''",
      " ",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((list) => list.join("")),
        ),
        (source) => {
          expect(() => scanTomlPositions(source, (written) => written)).not.toThrow();
        },
      ),
    );
  });
});
