import { describe, expect, test } from "vitest";
import { PluginError } from "../../base/plugin-error.ts";
import { compileCondition } from "./condition.ts";
import { functions, methods } from "./operations/table.ts";
import { variables } from "./variables.ts";

const roles = "access_request.spec.roles";
const created = "access_request.spec.creation_time";

describe("the type check, when a rule arrives", () => {
  test.each([
    // Names.
    [
      'user.trait["a"].isempty()',
      `1:1: unknown name "user.trait": expected one of ${[...variables.keys()].join(", ")}, true, false`,
    ],
    [
      "access_request.spec.resource_ids.isempty()",
      '1:1: unknown name "access_request.spec.resource_ids": expected one of access_request.spec.roles',
    ],
    ['access_request.metadata.name == "x"', '1:1: unknown name "access_request.metadata.name"'],
    ['plugin.spec.name == "x"', '1:1: unknown name "plugin.spec.name"'],
    ["true &&\n\t roles", '2:3: unknown name "roles"'],
    [`${roles}.first == "x"`, "1:27: a set has no keys: only a dict has"],
    ['user.traits["a"]["b"].isempty()', "1:18: a set has no keys: only a dict has"],
    ["user.traits[1].isempty()", "1:13: the key of a dict is a string: expected a string, found an int"],
    // Functions and methods.
    [
      `contains(${roles}, "a")`,
      '1:1: unknown function "contains": write set.contains(string), or contains_any(set, set)',
    ],
    [`isempty(${roles})`, '1:1: unknown function "isempty": write is_empty(set), or set.isempty()'],
    [`${roles}.is_empty()`, '1:27: a set has no method "is_empty": write set.isempty(), or is_empty(set)'],
    [`equals(${roles}, "a")`, '1:1: unknown function "equals": write a == b, or set.contains(string)'],
    [`len(${roles}) == 1`, '1:1: unknown function "len": write is_empty(set)'],
    [`has_prefix("ab", "a")`, '1:1: unknown function "has_prefix": roles and other resources have it, rules do not'],
    [
      `regexp.match(${roles}, "a")`,
      '1:1: unknown function "regexp.match": roles and other resources have it, rules do not; regexp.replace drops',
    ],
    [
      "frobnicate(1)",
      `1:1: unknown function "frobnicate": expected one of ${[...functions.keys()].join(", ")}, ifelse, choose`,
    ],
    [
      `${roles}.put("a", set())`,
      `1:27: a set has no method "put": expected one of ${[...(methods.get("set") ?? new Map()).keys()].join(", ")}`,
    ],
    [`"a".contains("a")`, '1:5: a string has no methods: found "contains"'],
    ['set("a")("b")', "1:1: this cannot be called: expected the name of a function or a method"],
    [
      'ifelse(true, set("a"), "b").contains("a")',
      '1:29: a value whose type is known only when evaluated has no methods: found "contains"',
    ],
    ["constructor()", '1:1: unknown function "constructor"'],
    ["set().constructor()", '1:7: a set has no method "constructor"'],
    // Arguments.
    [`contains_any(${roles})`, "1:1: contains_any(set, set) takes 2 arguments, found 1"],
    [`${roles}.contains_any(set(), set())`, "1:1: set.contains_any(set) takes 1 argument, found 2"],
    [`${roles}.contains()`, "1:1: set.contains(string) takes 1 argument, found 0"],
    [`user.traits.add_values().isempty()`, "1:1: dict.add_values(string, string…) takes at least 1 argument, found 0"],
    [`day(${created}, "UTC", "UTC") == "Monday"`, "1:1: day(time, [time zone]) takes 1 to 2 arguments, found 3"],
    [`contains_any(${roles}, "a")`, "1:41: contains_any(set, set): expected a set, found a string"],
    [`${roles}.contains(set("a"))`, "1:36: set.contains(string): expected a string, found a set"],
    [`set(${roles}).isempty()`, "1:5: set(string…): expected a string, found a set"],
    [
      `strings.upper(${created}) == "A"`,
      "1:15: strings.upper(string or set): expected a string or a set, found a time",
    ],
    [`dict(set()).isempty()`, "1:6: dict(pair…): expected a pair, found a set"],
    [`before(${created}, "2030-01-01T00:00:00Z")`, "1:43: before(time, time): expected a time, found a string"],
    ["ifelse(true, 1) == 1", "1:1: ifelse(bool, value, value) takes 3 arguments, found 2"],
    ['ifelse("a", 1, 2) == 1', "1:8: a choice depends on a bool: found a string"],
    ["choose() == 1", "1:1: choose(option(bool, value), …) has no option here"],
    ["choose(true) == 1", "1:8: choose takes options: expected option(bool, value)"],
    ["choose(option(true)) == 1", "1:8: choose takes options: expected option(bool, value)"],
    ["option(true, true)", "1:1: option(bool, value) stands only inside of choose(…)"],
    // Operators.
    [roles, "1:1: a condition has to be a bool: expected a bool, found a set"],
    ["ifelse(true, 1, 2)", "1:1: a condition has to be a bool: expected a bool, found an int"],
    [`!${roles}`, "1:2: ! takes bools: expected a bool, found a set"],
    [`true && "a"`, "1:9: && takes bools: expected a bool, found a string"],
    [`false || 1`, "1:10: || takes bools: expected a bool, found an int"],
    [`${roles} == ${roles}`, "1:1: == compares strings and ints only: found a set"],
    [`user.traits != user.traits`, "1:1: != compares strings and ints only: found a dict"],
    ["true == true", "1:1: == compares strings and ints only: found a bool"],
    [`"a" == ${created}`, "1:8: == compares strings and ints only: found a time"],
    ['"1" == 1', "1:5: == compares values of one type: found a string and an int"],
    [
      'ifelse(true, 1, "a") == ifelse(true, 1, "a")',
      "1:22: == has to know the type of one side: expected a string or an int",
    ],
    // Constants that can never work.
    [
      `regexp.replace(${roles}, "(", "").isempty()`,
      '1:43: "(" is no regular expression (RE2 syntax): error parsing regexp: missing closing ): `(`',
    ],
    [
      'time.RFC3339("tomorrow").before(time.RFC3339("today"))',
      '1:14: "tomorrow" is no time: expected RFC 3339, such as "2030-01-31T09:00:00Z" or "…T09:00:00+02:00"',
    ],
    [
      `${created}.clock_between("09:00", "25:00")`,
      '1:58: "25:00" is no time of day: expected "HH:MM" from "00:00" to "23:59"',
    ],
    [
      `${created}.day("Mars/Phobos") == "Monday"`,
      '1:39: unknown time zone "Mars/Phobos": expected an IANA name such as "Europe/Berlin", or "" for UTC',
    ],
    ['newer_than("18", "17.0.0")', '1:12: "18" is no semantic version: expected one such as "18.2.8"'],
  ])("refuses %s", (text, message) => {
    expect(faultOf(text)?.slice(0, message.length)).toBe(message);
  });

  test("leaves to the evaluation what only the evaluation can know", () => {
    for (const text of [
      'ifelse(true, true, "a")',
      'ifelse(true, 1, "a") == 1',
      '"a" == ifelse(true, 1, "a")',
      'contains_any(ifelse(true, set("a"), "a"), set("a"))',
      '!choose(option(true, false), option(true, "x"))',
      'regexp.replace(set("a"), access_request.spec.user, "").isempty()',
      "ifelse(true, user.traits, 1)[access_request.spec.user].isempty()",
    ]) {
      expect(faultOf(text)).toBeUndefined();
    }
  });
});

function faultOf(text: string): string | undefined {
  try {
    compileCondition(text);
    return undefined;
  } catch (thrown) {
    return PluginError.from(thrown).message;
  }
}
