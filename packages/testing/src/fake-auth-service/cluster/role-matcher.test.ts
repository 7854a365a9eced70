import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expandTraits, matchesName, toRolePatterns } from "./role-matcher.ts";

describe("names", () => {
  test.each([
    ["editor", "editor", true],
    ["editor", "editors", false],
    ["*", "anything", true],
    ["prod-*", "prod-dba", true],
    ["prod-*", "preprod-dba", false],
    ["*-dba", "prod-dba", true],
    ["p*d*a", "prod-dba", true],
    ["a.c", "abc", false],
    ["^a.c$", "abc", true],
    ["^(dev|stage)-.+$", "dev-1", true],
    ["^(dev|stage)-.+$", "prod-1", false],
  ])("%j matches %j: %s", (pattern, name, expected) => {
    expect(matchesName(pattern, name)).toBe(expected);
  });

  test("every plain name matches itself, and a star on either side", () => {
    const plain = fc.string({ minLength: 1 }).filter((text) => !text.includes("*") && !text.startsWith("^"));
    fc.assert(
      fc.property(plain, fc.string(), (name, rest) => {
        expect(matchesName(name, name)).toBe(true);
        expect(matchesName(`${name}*`, name + rest)).toBe(true);
        expect(matchesName(`*${name}`, rest + name)).toBe(true);
      }),
    );
  });
});

describe("claims", () => {
  const conditions = {
    roles: ["base"],
    claimsToRoles: [
      { claim: "team", value: "db", roles: ["dba"] },
      { claim: "level", value: "L*", roles: ["any-level"] },
    ],
  };
  test.each([
    [{}, ["base"]],
    [{ team: ["db", "web"] }, ["base", "dba"]],
    [{ team: ["web"], level: ["L3"] }, ["base", "any-level"]],
  ])("%j gives %j", (traits, patterns) => {
    expect(toRolePatterns(conditions, traits)).toEqual(patterns);
  });
});

describe("trait templates", () => {
  const traits = { team: ["red", "blue"], "a.b-c": ["x"] };
  test.each([
    ["plain", ["plain"]],
    ["{{external.team}}", ["red", "blue"]],
    ["on-{{ internal.team }}!", ["on-red!", "on-blue!"]],
    ["{{external.a.b-c}}", ["x"]],
    ["{{external.none}}", []],
  ])("%j becomes %j", (value, expanded) => {
    expect(expandTraits(value, traits)).toEqual(expanded);
  });
});
