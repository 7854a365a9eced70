import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Dialect, evaluate, parseExpression } from "./expression.ts";

const dialect: Dialect = {
  names: { name: "web", "resource.metadata.name": "uuid", labels: { env: "prod" }, list: ["a", "b"] },
  functions: {
    contains: (list, item) => Array.isArray(list) && list.includes(item),
    hasPrefix: (text, prefix) => String(text).startsWith(String(prefix)),
  },
};

const value = (text: string) => evaluate(parseExpression(text), dialect);

describe("evaluation", () => {
  test.each([
    ['name == "web"', true],
    ["name == `web`", true],
    ['name != "web"', false],
    ['resource.metadata.name == "uuid"', true],
    ['labels["env"] == "prod"', true],
    ['labels["none"] == "prod"', false],
    ['contains(list, "b")', true],
    ['!contains(list, "b")', false],
    ['hasPrefix(name, "we") && contains(list, "a")', true],
    ['name == "x" || name == "web"', true],
    ['name == "x" || name == "y" && true', false],
    ['(name == "web" || name == "y") && false', false],
    ["1 == 1", true],
    ["true", true],
    ['"a\\"b\\u0041\\n" == "a\\"bA\\n"', true],
  ])("%s is %s", (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  test("the right side of && and || is only looked at when needed", () => {
    expect(value("false && nothing")).toBe(false);
    expect(value("true || nothing")).toBe(true);
  });

  test.each(["nothing", "unknown(name)", '1 && "a"', "!name", 'name["x"].y', "list[1]"])("%s is an error", (text) => {
    expect(() => value(text)).toThrow();
  });

  test("any text survives as a quoted literal", () => {
    const awkward = fc.constantFrom('"', "\\", "`", "\n", "\0", "\u2028", "x", "u0041");
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: awkward })), (text) => {
        expect(value(JSON.stringify(text))).toBe(text);
      }),
    );
  });
});

describe("syntax", () => {
  test.each(["", "(", "a ==", "a b", "a.(b)", "f(a,", 'a["x"', "a & b", '"open', "a[1, 2]", "&& a"])(
    "%j does not parse",
    (text) => {
      expect(() => parseExpression(text)).toThrow();
    },
  );

  test.each([
    'access_request.spec.roles.contains_any(set("a", "b")) && user.traits["level"].contains("L1")',
    'contains_all(set("r1"), access_request.spec.roles)\n  && !access_request.spec.suggested_reviewers\n  .isempty()',
    "ifelse(is_empty(union(set(), set())), true, false)",
  ])("%j parses", (text) => {
    expect(parseExpression(text).type).toBeDefined();
  });
});
