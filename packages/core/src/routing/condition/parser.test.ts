import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PluginError } from "../../base/plugin-error.ts";
import { parseCondition } from "./parser.ts";
import { partsOf, type Syntax } from "./syntax.ts";
import { longestCondition } from "./tokenizer.ts";

const at = { line: 1, column: 1 };

describe("parseCondition", () => {
  test.each([
    ["a || b && c", "(a || (b && c))"],
    ["a && b || c && d", "((a && b) || (c && d))"],
    ["(a || b) && c", "((a || b) && c)"],
    ["!a && b", "((!a) && b)"],
    ["!a == b", "((!a) == b)"],
    ["!(a == b)", "(!(a == b))"],
    ["!!a", "(!(!a))"],
    ["a == b && c != d", "((a == b) && (c != d))"],
    ["a == b == c", "((a == b) == c)"],
    ["a && b && c", "(a && b && c)"],
    ["(a && b) && c", "((a && b) && c)"],
    ["!a.b.c(d)", "(!a.b.c(d))"],
    ['!a["k"]', '(!a["k"])'],
    ["((a))", "a"],
    ["f(a || b, c && d)", "f((a || b), (c && d))"],
  ])("binds %s as Go does", (text, expected) => {
    expect(print(parseCondition(text))).toBe(expected);
  });

  test.each([
    ["f(a,\n  b,\n)", "f(a, b)"],
    ["a\n\t&&\r\nb", "(a && b)"],
    ["a.\n  b()\n  .c()", "a.b().c()"],
    ["a // why\n&& b /* and\n why */", "(a && b)"],
  ])("does not care where lines break: %j", (text, expected) => {
    expect(print(parseCondition(text))).toBe(expected);
  });

  test("knows where everything begins", () => {
    const tree = parseCondition('ä &&\n  x.y("😀",\tz)');
    const begins = all(tree).map(({ kind, at }) => `${kind} ${at.line}:${at.column}`);
    expect(begins).toEqual(["and 1:1", "name 1:1", "call 2:3", "member 2:3", "name 2:3", "string 2:7", "name 2:12"]);
  });

  test("reads every form of string literal", () => {
    const tree = parseCondition('f("plain", "\\u00e9\\t\\"", `raw \\n "`, "")');
    const values = all(tree).flatMap((node) => (node.kind === "string" ? [node.value] : []));
    expect(values).toEqual(["plain", 'é\t"', 'raw \\n "', ""]);
  });

  test.each([
    ["", "1:1: the condition is empty: expected an expression; true matches every request"],
    [" \n ", "2:2: the condition is empty: expected an expression; true matches every request"],
    ["a b", '1:3: unexpected "b": expected an operator or the end of the condition'],
    ["a &&", "1:5: unexpected the end of the condition: expected a name, a string, a number or a parenthesis"],
    ["a && || b", '1:6: unexpected "||": expected a name, a string, a number or a parenthesis'],
    ["(a", '1:3: unexpected the end of the condition: expected ")"'],
    ["a)", '1:2: unexpected ")": expected an operator or the end of the condition'],
    ["f(a b)", '1:5: unexpected "b": expected "," or ")"'],
    ["f(,)", '1:3: unexpected ",": expected a name, a string, a number or a parenthesis'],
    ["a.1", '1:3: unexpected "1": expected a name after the dot'],
    ["a[]", '1:3: unexpected "]": expected a name, a string, a number or a parenthesis'],
    ['a["b"', '1:6: unexpected the end of the condition: expected "]"'],
    ["a & b", '1:3: "&" alone is no operator: expected &&, || or =='],
    ["a = b", '1:3: "=" alone is no operator: expected &&, || or =='],
    ["a < b", '1:3: there is no operator "<": times are compared by before, after, between'],
    ["a / b", '1:3: there is no operator "/", and a comment that begins with /* ends with */'],
    ["a == 'b'", '1:6: strings stand in double quotes (") or back quotes, not in single quotes'],
    ['a == "b', '1:6: this string does not end: expected " on the same line'],
    ['a == "b\n"', '1:6: this string does not end: expected " on the same line'],
    ["a == `b\nc", "1:6: this string does not end: expected another back quote"],
    ["/* a", '1:1: there is no operator "/", and a comment that begins with /* ends with */'],
    ["a + b", '1:3: unexpected character "+" (U+002B): the operators are !, &&, ||, == and !='],
    ["a\u00a0&& b", '1:2: unexpected character "\u00a0" (U+00A0): the operators are !, &&, ||, == and !='],
    ["a == 😀", '1:6: unexpected character "😀" (U+1F600): the operators are !, &&, ||, == and !='],
    ["a == 1.5", '1:6: "1.5" is no number: expected decimal digits only'],
    ["a == 0x10", '1:6: "0x10" is no number: expected decimal digits only'],
    ["a == 9223372036854775808", '1:6: the number "9223372036854775808" is too large: it has to fit in 64 bits'],
    ['a == "x\\q"', '1:8: unknown escape "\\\\q" in a string'],
    ['a == "😀\\ud800"', "1:8: the escape is no Unicode character"],
    ['a == "\\400"', "1:7: an octal escape is one byte: at most \\377"],
    ['a == "\\xff"', "1:6: the bytes of this string are not valid UTF-8"],
  ])("says where %j is wrong", (text, message) => {
    expect(faultOf(text)).toBe(message);
  });

  test("reads digits as decimal, as the server does", () => {
    expect(print(parseCondition("017 == 9223372036854775807"))).toBe("(17 == 9223372036854775807)");
  });

  test("takes long lists and refuses deep nesting, whatever makes it deep", () => {
    const many = Array.from({ length: 10_000 }, () => "a");
    expect(partsOf(parseCondition(many.join("&&")))).toHaveLength(10_000);
    for (const deep of [
      `${"(".repeat(101)}a${")".repeat(101)}`,
      `${"!".repeat(101)}a`,
      `${"f(".repeat(101)}a${")".repeat(101)}`,
      `${"a[".repeat(101)}b${"]".repeat(101)}`,
      `a${".b()".repeat(500)}`,
      many.slice(0, 500).join("=="),
    ]) {
      expect(faultOf(deep)).toMatch(/^1:\d+: the condition is nested more than 100 levels deep$/u);
    }
    expect(faultOf("a".repeat(longestCondition + 1))).toBe("1:1: the condition is longer than 65536 characters");
  });

  test("gives every tree back that was printed", () => {
    fc.assert(
      fc.property(arbitraryTree, arbitraryBlank, (tree, blank) => {
        const printed = print(tree).replaceAll(" ", blank);
        expect(stripPlaces(parseCondition(printed))).toEqual(stripPlaces(tree));
      }),
      { numRuns: 500 },
    );
  });

  test("answers any text with a tree or with one error that has a place", () => {
    const word = fc.constantFrom("a", "b.c", '"x"', "`y`", "12", "(", ")", "[", "]", ",", ".", "!", "==", "&&", "||");
    const text = fc.oneof(
      fc.array(fc.oneof(word, fc.string({ unit: oddCharacter, maxLength: 3 }))).map((parts) => parts.join(" ")),
      fc.string({ unit: oddCharacter }),
    );
    fc.assert(
      fc.property(text, (given) => {
        const fault = faultOf(given);
        if (fault !== undefined) expect(fault).toMatch(/^\d+:\d+: [\s\S]+/u);
      }),
      { numRuns: 1_000 },
    );
  });
});

const oddCharacter = fc.constantFrom(
  ...[
    "a",
    "0",
    " ",
    "\t",
    "\n",
    "\r",
    '"',
    "`",
    "'",
    "\\",
    "/",
    "*",
    ".",
    "&",
    "|",
    "=",
    "!",
    "<",
    "(",
    ")",
    "[",
    "]",
    ",",
  ],
  ...["\0", "\u007f", "\u00a0", "\u2028", "\u202e", "\ufeff", "é", "e\u0301", "😀", "\u{10ffff}", "\ud83d", "\ude00"],
);
const name = fc.constantFrom("a", "b", "roles", "_x1", "größe", "true");
const { tree: arbitraryTree } = fc.letrec<{ tree: Syntax }>((tie) => {
  const operands = fc.array(tie("tree"), { minLength: 2, maxLength: 4 });
  return {
    tree: fc.oneof(
      { maxDepth: 5 },
      name.map((name): Syntax => ({ kind: "name", name, at })),
      fc
        .string({ unit: oddCharacter })
        .map((value): Syntax => ({ kind: "string", value: value.toWellFormed().replaceAll(" ", "_"), at })),
      fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map((value): Syntax => ({ kind: "int", value, at })),
      fc.tuple(tie("tree"), name).map(([of, name]): Syntax => ({ kind: "member", of, name, nameAt: at, at })),
      fc.tuple(tie("tree"), tie("tree")).map(([of, key]): Syntax => ({ kind: "index", of, key, at })),
      fc
        .tuple(tie("tree"), fc.array(tie("tree"), { maxLength: 3 }))
        .map(([callee, args]): Syntax => ({ kind: "call", callee, args, at })),
      tie("tree").map((of): Syntax => ({ kind: "not", of, at })),
      fc
        .tuple(fc.constantFrom("==" as const, "!=" as const), tie("tree"), tie("tree"))
        .map(([operator, left, right]): Syntax => ({ kind: "equality", operator, operatorAt: at, left, right, at })),
      fc
        .tuple(fc.constantFrom("and" as const, "or" as const), operands)
        .map(([kind, operands]): Syntax => ({ kind, operands, at })),
    ),
  };
});
const arbitraryBlank = fc.constantFrom(" ", "\n", "\t ", " /* && */ ", " // )\n");

/** Fully parenthesised, so that it says how the parser grouped. */
function print(node: Syntax): string {
  switch (node.kind) {
    case "string":
      return toGoString(node.value);
    case "int":
      return String(node.value);
    case "name":
      return node.name;
    case "member":
      return `${print(node.of)}.${node.name}`;
    case "index":
      return `${print(node.of)}[${print(node.key)}]`;
    case "call":
      return `${print(node.callee)}(${node.args.map(print).join(", ")})`;
    case "not":
      return `(!${print(node.of)})`;
    case "equality":
      return `(${print(node.left)} ${node.operator} ${print(node.right)})`;
    default:
      return `(${node.operands.map(print).join(node.kind === "and" ? " && " : " || ")})`;
  }
}

/** What Go and JSON escape alike, and nothing else. */
function toGoString(value: string): string {
  return JSON.stringify(value);
}

/** The tree without places. */
function stripPlaces(node: Syntax): unknown {
  return JSON.parse(
    JSON.stringify(node, (key, value: unknown) =>
      ["at", "nameAt", "operatorAt"].includes(key) ? undefined : typeof value === "bigint" ? String(value) : value,
    ),
  );
}

function all(node: Syntax): Syntax[] {
  return [node, ...partsOf(node).flatMap(all)];
}

function faultOf(text: string): string | undefined {
  try {
    parseCondition(text);
    return undefined;
  } catch (thrown) {
    return thrown instanceof PluginError ? thrown.message : `no fault of the condition: ${thrown}`;
  }
}
