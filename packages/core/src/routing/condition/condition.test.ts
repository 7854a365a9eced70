import { describe, expect, test } from "vitest";
import { PluginError } from "../../base/plugin-error.ts";
import type { AccessRequest } from "../../domain/access-request.ts";
import { toRequest } from "../../testing/samples.ts";
import { compileCondition } from "./condition.ts";
import { type ConditionFacts, createEnvironment, type Labels } from "./environment.ts";

const node = { cluster: "example.com", kind: "node", name: "n1" };

/** Facts of a request by role, with everything read. */
function toFacts(fields: Partial<AccessRequest> = {}, extra: Partial<ConditionFacts> = {}): ConditionFacts {
  return { request: toRequest(fields), traits: { value: {} }, labels: { value: [] }, ...extra };
}

function holds(condition: string, facts: ConditionFacts = toFacts()): boolean {
  return compileCondition(condition).holds(createEnvironment(facts));
}

function faultOf(condition: string, facts: ConditionFacts = toFacts()): string | undefined {
  const compiled = compileCondition(condition);
  try {
    compiled.holds(createEnvironment(facts));
    return undefined;
  } catch (thrown) {
    return PluginError.from(thrown).message;
  }
}

function withLabels(...labels: Labels[]): ConditionFacts {
  return toFacts({ resources: labels.map(() => node) }, { labels: { value: labels } });
}

describe("facts fixed by the server's own test cases", () => {
  const level = (value: string) => toFacts({}, { traits: { value: { level: [value] } } });
  const roles = (...names: string[]) => toFacts({ roles: names });
  const env = withLabels({ env: "test" }, { env: "dev" });
  test.each<[string, ConditionFacts, boolean]>([
    ['contains_any(user.traits["level"], set("L1"))', level("L2"), false],
    ['contains_any(user.traits["level"], set("L1", "L2"))', level("L1"), true],
    [
      'contains_any(user.traits["level"], set("L1")) && contains_any(user.traits["team"], set("x")) && contains_any(user.traits["site"], set("y"))',
      toFacts({}, { traits: { value: { level: ["L1"], team: ["x"], site: ["z"] } } }),
      false,
    ],
    [
      'contains_any(user.traits["level"], set("L1")) && contains_any(user.traits["team"], set("x")) && contains_any(user.traits["site"], set("y"))',
      toFacts({}, { traits: { value: { level: ["L1"], team: ["x"], site: ["y"] } } }),
      true,
    ],
    ['access_request.spec.roles.contains_any(set("dev"))', roles("dev", "stage", "prod"), true],
    ['contains_all(set("dev", "stage", "prod"), access_request.spec.roles)', roles("dev", "stage", "prod"), true],
    ['contains_all(set("dev"), access_request.spec.roles)', roles("dev", "stage", "prod"), false],
    ['contains_all(set("dev"), access_request.spec.roles)', roles(), false],
    ["contains_all(set(), access_request.spec.roles)", roles(), false],
    ['access_request.spec.resource_labels_union["env"].contains_all(set("test", "dev"))', env, true],
    ['access_request.spec.resource_labels_intersection["env"].contains("test")', env, false],
  ])("%s: case %#", (condition, facts, expected) => {
    expect(holds(condition, facts)).toBe(expected);
  });
});

describe("every variable", () => {
  const facts = toFacts(
    {
      user: "alice",
      roles: ["dev", "dev", "prod"],
      suggestedReviewers: ["bob@example.com"],
      annotations: { team: ["blue", "red"], empty: [] },
      reason: "Ticket 17: größer 😀",
      created: new Date("2030-01-07T09:00:00.250Z"),
      requestExpiry: new Date("2030-01-08T09:00:00Z"),
      resources: [node, node],
    },
    {
      traits: { value: { level: ["L1"] } },
      labels: {
        value: [
          { env: "dev", os: "linux" },
          { env: "dev", os: "mac" },
        ],
      },
    },
  );
  test.each([
    'access_request.spec.user == "alice"',
    'access_request.spec.user != "Alice"',
    'access_request.spec.roles.contains("dev") && !access_request.spec.roles.contains("de")',
    "access_request.spec.suggested_reviewers.contains(`bob@example.com`)",
    'access_request.spec.system_annotations["team"].contains_all(set("red", "blue"))',
    'access_request.spec.system_annotations.team.contains("red")',
    'access_request.spec.system_annotations["empty"].isempty()',
    'access_request.spec.system_annotations["missing"].isempty()',
    'access_request.spec.system_annotations["constructor"].isempty()',
    'access_request.spec.system_annotations["__proto__"].isempty()',
    'access_request.spec.request_reason == "Ticket 17: größer \\U0001F600"',
    'access_request.spec.creation_time.after(time.RFC3339("2030-01-07T10:00:00.249+01:00"))',
    'access_request.spec.creation_time.before(time.RFC3339("2030-01-07T10:00:00.251+01:00"))',
    'access_request.spec.expiry.between(time.RFC3339("2030-01-08T08:59:59Z"), time.RFC3339("2030-01-08T09:00:01Z"))',
    'user.traits["level"].contains("L1")',
    'user.traits.level.contains("L1")',
    "user.traits[`level`].contains(`L1`)",
    'access_request.spec.resource_labels_union["os"].contains_all(set("linux", "mac"))',
    'access_request.spec.resource_labels_intersection["env"].contains("dev")',
    'access_request.spec.resource_labels_intersection["os"].isempty()',
    'access_request.spec.resource_labels_intersection["none"].isempty()',
    "true",
    "!false",
  ])("%s", (condition) => {
    expect(holds(condition, facts)).toBe(true);
  });

  test("a time that was never set is Go's zero time", () => {
    expect(holds('access_request.spec.expiry.before(time.RFC3339("0001-01-01T00:00:00.001Z"))')).toBe(true);
    expect(holds('access_request.spec.creation_time.after(time.RFC3339("0000-12-31T23:59:59.999Z"))')).toBe(true);
  });

  test("labels of a request without resources are known without a look-up, and empty", () => {
    const condition =
      'access_request.spec.resource_labels_union["env"].isempty() && access_request.spec.resource_labels_intersection["env"].isempty()';
    expect(holds(condition, { request: toRequest() })).toBe(true);
    expect(holds(condition, { request: toRequest(), labels: { unavailable: "access denied" } })).toBe(true);
  });

  test("a resource without labels leaves nothing in the intersection", () => {
    expect(
      holds('access_request.spec.resource_labels_intersection["env"].isempty()', withLabels({ env: "a" }, {})),
    ).toBe(true);
    expect(holds('access_request.spec.resource_labels_union["env"].contains("a")', withLabels({ env: "a" }, {}))).toBe(
      true,
    );
  });
});

describe("every function and method, in every form", () => {
  const facts = toFacts(
    { created: new Date("2030-01-07T09:30:00Z"), roles: ["dev", "prod"] },
    { traits: { value: { email: ["alice@example.com", "al@example.org"], team: ["Blue Sky"] } } },
  );
  const t = "access_request.spec.creation_time";
  const [early, late] = ['time.RFC3339("2030-01-07T09:00:00Z")', 'time.RFC3339("2030-01-07T10:00:00Z")'];
  test.each<[string, boolean]>([
    ['set("a", "b", "a").contains("b")', true],
    ["is_empty(set())", true],
    ['is_empty(set("a"))', false],
    ["set().isempty()", true],
    ['set("").isempty()', false],
    ['dict(pair("k", set("v")))["k"].contains("v")', true],
    ['dict(pair("k", set("v")), pair("k", set("w"))).k.contains("v")', false],
    ['dict()["k"].isempty()', true],
    ['union(set("a"), set("b"), set()).contains_all(set("a", "b"))', true],
    ["union().isempty()", true],
    ['contains_any(set("a", "b"), set("b", "c"))', true],
    ['set("a", "b").contains_any(set("b", "c"))', true],
    ['contains_any(set("a"), set())', false],
    ["contains_any(set(), set())", false],
    ['contains_all(set("a", "b"), set("b"))', true],
    ['set("a", "b").contains_all(set("b"))', true],
    ['contains_all(set("b"), set("a", "b"))', false],
    ['contains_all(set("a"), set())', false],
    ['set("a").add("b", "c").contains_all(set("a", "b", "c"))', true],
    ['set("a").add().contains("a")', true],
    ['set("a", "b", "c").remove("a", "x").contains_all(set("b", "c"))', true],
    ['set("a", "b").remove("a").contains("a")', false],
    ['dict(pair("k", set("a"))).add_values("k", "b", "c").k.contains_all(set("a", "b", "c"))', true],
    ['dict().add_values("k", "b")["k"].contains("b")', true],
    ['dict(pair("k", set("a"))).put("k", set("b"))["k"].contains("a")', false],
    ['dict().put("k", set("b"))["k"].contains("b")', true],
    ['dict(pair("k", set("a")), pair("l", set("b"))).remove("k")["k"].isempty()', true],
    ['dict(pair("k", set("a")), pair("l", set("b"))).remove("k")["l"].contains("b")', true],
    ['ifelse(access_request.spec.roles.contains("dev"), set("x"), set("y")).contains("x")', true],
    ['ifelse(false, 1, "a") == "a"', true],
    ['choose(option(false, "a"), option(true, "b"), option(true, "c")) == "b"', true],
    ['strings.upper("straße") == "STRAßE"', true],
    ['strings.upper(set("ab", "AB")).contains_all(set("AB"))', true],
    ['strings.lower("ÀB") == "àb"', true],
    ['strings.lower(user.traits["team"]).contains("blue sky")', true],
    ['strings.replaceall("a-b-c", "-", "$&") == "a$&b$&c"', true],
    ['strings.replaceall(set("user-a", "user-b"), "user-", "").contains_all(set("a", "b"))', true],
    ['strings.split(set("a,b", "c"), ",").contains_all(set("a", "b", "c"))', true],
    ['email.local(user.traits["email"]).contains_all(set("alice", "al"))', true],
    ["email.local(set()).isempty()", true],
    ['regexp.replace(user.traits["email"], `^(.*)@example\\.com$`, "$1").contains("alice")', true],
    [
      'regexp.replace(user.traits["email"], `^(.*)@example\\.com$`, "$1").contains_any(set("al", "al@example.org"))',
      false,
    ],
    ['regexp.replace(set("dev-blue-17"), `^dev-(?P<team>\\w+)-(\\d+)$`, "$team:$2").contains("blue:17")', true],
    [`before(${t}, ${late})`, true],
    [`before(${t}, ${early})`, false],
    [`${t}.before(${late})`, true],
    [`after(${t}, ${early})`, true],
    [`${t}.after(${late})`, false],
    [`between(${t}, ${early}, ${late})`, true],
    [`between(${t}, ${late}, ${early})`, true],
    [`${t}.between(${early}, ${late})`, true],
    [`${t}.between(${late}, ${t})`, false],
    [`${t}.before(${t}) || ${t}.after(${t}) || ${t}.between(${t}, ${late})`, false],
    ['newer_than("18.2.8", "18.2.7")', true],
    ['newer_than("18.2.8", "18.2.8")', false],
    ['newer_than("18.10.0", "18.9.0")', true],
    ['older_than("18.0.0-rc.1", "18.0.0")', true],
    ['older_than("v18.0.0", "18.0.0")', false],
    [`day(${t}) == "Monday"`, true],
    [`${t}.day() == "Monday"`, true],
    [`day(${t}, "Pacific/Pago_Pago") == "Sunday"`, true],
    [`${t}.day("") == "Monday"`, true],
    [`clock_between(${t}, "09:00", "10:00")`, true],
    [`${t}.clock_between("09:30", "10:00")`, false],
    [`${t}.clock_between("09:00", "09:30")`, false],
    [`${t}.clock_between("10:00", "09:00")`, false],
    [`${t}.clock_between("10:00", "11:00", "Europe/Berlin")`, true],
  ])("%s is %s", (condition, expected) => {
    expect(holds(condition, facts)).toBe(expected);
  });
});

describe("an evaluation that fails", () => {
  test.each([
    ['email.local(set("alice")).isempty()', "1:1: an element of the set is no e-mail address"],
    ["choose(option(false, true))", "1:1: no option of choose is true"],
    ['true && ifelse(true, "a", true)', "1:9: expected a bool, found a string"],
    ['ifelse(true, "a", 1) == 1', "1:1: cannot compare a string with an int"],
    ['contains_any(ifelse(true, "a", set()), set("a"))', "1:1: expected a set, found a string"],
    [
      'regexp.replace(set("x"), access_request.spec.user, "").isempty()',
      '1:1: "(" is no regular expression (RE2 syntax): error parsing regexp: missing closing ): `(`',
    ],
    ["newer_than(access_request.spec.user, `1.0.0`)", '1:1: "(" is no semantic version: expected one such as "18.2.8"'],
  ])("says where: %s", (condition, message) => {
    expect(faultOf(condition, toFacts({ user: "(" }))).toBe(message);
  });

  test("does not happen in an operand or a branch that is not reached", () => {
    const failing = "choose(option(false, true))";
    expect(holds(`true || ${failing}`)).toBe(true);
    expect(holds(`false && ${failing}`)).toBe(false);
    expect(holds(`ifelse(true, true, ${failing})`)).toBe(true);
    expect(holds(`choose(option(false, ${failing}), option(true, true), option(${failing}, false))`)).toBe(true);
    expect(faultOf(`false || ${failing}`)).toBe("1:10: no option of choose is true");
  });
});

describe("data that has to be looked up", () => {
  test.each<[string, string[]]>([
    ['access_request.spec.roles.contains("a")', []],
    ['user.traits["a"].isempty()', ["traits"]],
    ['true || user.traits.a.contains("b")', ["traits"]],
    ['access_request.spec.resource_labels_union["a"].isempty()', ["labels"]],
    [
      'ifelse(true, user.traits, dict())["a"].contains_any(access_request.spec.resource_labels_intersection.b)',
      ["labels", "traits"],
    ],
    ['choose(option(user.traits.a.isempty(), "user.traits")) == "x"', ["traits"]],
    ['"user.traits" == "access_request.spec.resource_labels_union"', []],
  ])("is known before an evaluation: %s", (condition, needs) => {
    expect([...compileCondition(condition).needs].sort()).toEqual(needs);
  });

  test("fails the evaluation with its name and the reason, when it is not there", () => {
    const request = toRequest({ resources: [node] });
    expect(faultOf("user.traits.a.isempty()", { request, traits: { unavailable: "access denied" } })).toBe(
      "1:1: the requester's traits could not be read: access denied",
    );
    expect(faultOf("!access_request.spec.resource_labels_union.a.isempty()", { request })).toBe(
      "1:2: the labels of the requested resources were not looked up",
    );
  });
});
