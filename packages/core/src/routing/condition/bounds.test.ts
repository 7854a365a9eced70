import { describe, expect, test } from "vitest";
import { PluginError } from "../../base/plugin-error.ts";
import { toRequest } from "../../testing/samples.ts";
import { createBudget } from "./budget.ts";
import { compileCondition } from "./condition.ts";
import { createEnvironment } from "./environment.ts";
import type { Operation } from "./operations/operation.ts";
import { functions, methods } from "./operations/table.ts";
import type { Value } from "./value.ts";

const longest = "a".repeat(4_096);
const hundred = new Set(Array.from({ length: 100 }, (_, index) => String(index)));
const stopped = /^1:\d+: .*stopped, because it takes more than 5000000 steps$/u;

/** True, false, or why not. */
function outcomeOf(condition: string, reason = longest): boolean | string {
  try {
    return compileCondition(condition).holds(createEnvironment({ request: toRequest({ reason }) }));
  } catch (thrown) {
    return PluginError.from(thrown).message;
  }
}

function nest(times: number, around: (inner: string) => string, inner: string): string {
  return times === 0 ? inner : nest(times - 1, around, around(inner));
}

const reason = "access_request.spec.request_reason";
const reasons = `set(${reason})`;

describe("regular expressions that make others hang", () => {
  test.each([
    ["(a+)+$", true],
    ["(a|a)*b", false],
    ["(a|aa)+$", true],
    ["^(a?){50}a{50}$", false],
    ["^(([a-z])+.)+[A-Z]([a-z])+$", false],
    ["(.*)*(.*)*(.*)*x", false],
    ["(?:a?){100}a{100}b", false],
    ["[a-q][^u-z]{13}x", false],
  ])("%s is answered, in time that grows with the text only", (pattern, matches) => {
    expect(outcomeOf(`!regexp.replace(${reasons}, \`${pattern}\`, "x").isempty()`)).toBe(matches);
  });

  test("are stopped when looking for every match would take too long", () => {
    expect(outcomeOf(`regexp.replace(${reasons}, "a.*b|a", "x").isempty()`)).toMatch(stopped);
  });

  test("cannot blow up by counted repetition, written in the rule or by the requester", () => {
    const huge = "(?:x{1000})".repeat(90);
    expect(outcomeOf(`regexp.replace(set("x"), \`${huge}\`, "").isempty()`)).toMatch(stopped);
    expect(outcomeOf(`regexp.replace(set("x"), ${reason}, "").isempty()`, huge)).toMatch(stopped);
    expect(outcomeOf(`regexp.replace(set("x"), ${reason}, "").isempty()`, "(a{50}){50}")).toMatch(
      /invalid repeat count/u,
    );
    expect(outcomeOf(`regexp.replace(set("x"), ${reason}, "").isempty()`, "x".repeat(1_001))).toMatch(
      /longer than 1000 characters/u,
    );
    expect(outcomeOf(`regexp.replace(set("x"), ${reason}, "").isempty()`, "(".repeat(1_000))).toMatch(
      /no regular expression/u,
    );
  });

  test("of the usual sizes are far from the limit", () => {
    const pattern = "`^(?:[^@]{1,64})@((?:[a-z0-9-]{1,63}\\.){1,4}[a-z]{2,24})$`";
    expect(
      outcomeOf(`regexp.replace(set("alice@mail.example.com"), ${pattern}, "$1").contains("mail.example.com")`),
    ).toBe(true);
  });
});

describe("values that would grow beyond measure", () => {
  test("texts that double again and again are stopped", () => {
    const doubled = nest(60, (inner) => `strings.replaceall(${inner}, "a", "aa")`, reason);
    expect(outcomeOf(`${doubled} == "x"`)).toMatch(stopped);
    expect(outcomeOf(`strings.replaceall(${doubled}, "", ${reason}) == "x"`)).toMatch(stopped);
  });

  test("replacements that repeat the match are stopped", () => {
    const repeated = nest(20, (inner) => `regexp.replace(${inner}, "(.*)", "$1$1$1$1$1$1$1$1")`, reasons);
    expect(outcomeOf(`${repeated}.isempty()`)).toMatch(stopped);
    expect(outcomeOf(`regexp.replace(${reasons}, "^(.*)$", "${"$1".repeat(2_000)}").isempty()`)).toMatch(stopped);
  });

  test.each<[string, Operation | undefined, Value[], number]>([
    ["union", functions.get("union"), [hundred, hundred], 200],
    ["contains_any", functions.get("contains_any"), [hundred, new Set(["x", ...hundred])], 101],
    ["contains_all", functions.get("contains_all"), [hundred, hundred], 100],
    ["set.add", methods.get("set")?.get("add"), [hundred, "x"], 101],
    ["set.remove", methods.get("set")?.get("remove"), [hundred, "1", "2"], 102],
    ["dict.add_values", methods.get("dict")?.get("add_values"), [new Map([["k", hundred]]), "k", "x"], 102],
    ["dict.put", methods.get("dict")?.get("put"), [new Map([["k", hundred]]), "k", hundred], 1],
    ["dict.remove", methods.get("dict")?.get("remove"), [new Map([["k", hundred]]), "k"], 2],
    ["strings.upper", functions.get("strings.upper"), ["a".repeat(100)], 100],
    ["strings.lower", functions.get("strings.lower"), [new Set(["a".repeat(100), "b"])], 101],
    ["strings.replaceall", functions.get("strings.replaceall"), ["aa", "a", "b".repeat(50)], 102],
    ["strings.split", functions.get("strings.split"), [new Set(["a".repeat(100)]), ""], 101],
    ["email.local", functions.get("email.local"), [new Set(["a@b", "c@d"])], 2],
  ])("%s pays for what it reads and makes", (_, operation, args, units) => {
    const run = operation?.bind(
      args.map(() => undefined),
      createBudget(),
    );
    expect(() => run?.(args, createBudget(units - 1))).toThrow(
      `stopped, because it takes more than ${units - 1} steps`,
    );
    expect(run?.(args, createBudget(units))).toBeDefined();
  });

  test("a condition as long as allowed is judged", () => {
    const many = Array.from({ length: 9_000 }, () => "false").join("||");
    expect(outcomeOf(`${many}||true`)).toBe(true);
    expect(outcomeOf(many)).toBe(false);
  });
});

describe("time zones that only the evaluation knows", () => {
  test("cannot be made without end", () => {
    const created = "access_request.spec.creation_time";
    const days = Array.from({ length: 600 }, () => `${created}.day(${reason}) == "x"`);
    expect(outcomeOf(days.slice(0, 90).join(" || "), "Asia/Tokyo")).toBe(false);
    expect(outcomeOf(days.join(" || "), "Asia/Tokyo")).toMatch(stopped);
  });
});

describe("the checks of one rule", () => {
  test("may cost only so much together", () => {
    const patterns = Array.from({ length: 200 }, () => 'regexp.replace(set(), "[ab]{1,900}", "").isempty()');
    expect(outcomeOf(patterns.join(" && "))).toMatch(stopped);
    expect(outcomeOf(patterns.slice(0, 40).join(" && "))).toBe(true);
  });
});
