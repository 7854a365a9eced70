import { describe, expect, test } from "vitest";
import type { AccessMonitoringRule } from "../domain/access-monitoring-rule.ts";
import { toRequest } from "../testing/samples.ts";
import { compileRule } from "./compiled-rule.ts";
import type { ConditionFacts } from "./condition/environment.ts";
import { findNeededData, type RuleRouting, routeByRules } from "./rule-router.ts";

const node = { cluster: "example.com", kind: "node", name: "n1" };
const office = { name: "office", timezone: "", shifts: [{ weekday: "Monday", start: "09:00", end: "17:00" }] };
const inOffice = new Date("2030-01-07T12:00:00Z");
const atNight = new Date("2030-01-07T23:00:00Z");

function toRule(name: string, condition: string, fields: Partial<AccessMonitoringRule> = {}) {
  const notification = { name: "example", recipients: [`${name}@example.com`] };
  return compileRule({
    name,
    revision: "r1",
    subjects: ["access_request"],
    condition,
    notification,
    schedules: [],
    ...fields,
  });
}

function faultsOf({ judged }: RuleRouting) {
  return judged.flatMap(({ rule, verdict }) => {
    if (verdict.outcome !== "failed") return [];
    const { because, reason } = verdict;
    return [{ rule, because, reason }];
  });
}

describe("routeByRules", () => {
  test("unites the recipients of all rules that match, in the order of the rules", () => {
    const rules = [
      toRule("a", 'access_request.spec.roles.contains("dev")', {
        notification: { name: "example", recipients: ["#dev", "", "bob@example.com", "#dev"] },
      }),
      toRule("b", "false"),
      toRule("c", "true", { notification: { name: "example", recipients: ["bob@example.com", "#all"] } }),
    ];
    expect(routeByRules(rules, { request: toRequest({ roles: ["dev"] }) })).toEqual({
      recipients: ["#dev", "bob@example.com", "#all"],
      judged: [
        { rule: "a", recipients: ["#dev", "bob@example.com"], verdict: { outcome: "matched" } },
        { rule: "b", recipients: ["b@example.com"], verdict: { outcome: "unmatched", because: "condition" } },
        { rule: "c", recipients: ["bob@example.com", "#all"], verdict: { outcome: "matched" } },
      ],
    });
  });

  test("finds nobody without rules, without a match, and for a rule that names nobody", () => {
    const request = toRequest();
    expect(routeByRules([], { request }).recipients).toEqual([]);
    const nobody = toRule("nobody", "true", { notification: { name: "example", recipients: [] } });
    const routing = routeByRules([nobody, toRule("no", "false")], { request });
    expect(routing.recipients).toEqual([]);
    expect(routing.judged[0]).toEqual({ rule: "nobody", recipients: [], verdict: { outcome: "matched" } });
  });

  test("a rule that fails does not match, says why, and does not keep others from matching", () => {
    const rules = [
      toRule("broken", 'true &&\n access_request.spec.rolls.contains("x")'),
      toRule("empty", ""),
      toRule("failing", 'email.local(set(access_request.spec.user)).contains("x") || true'),
      toRule("no-zone", "true", { schedules: [{ ...office, timezone: "Mars/Phobos" }] }),
      toRule("sound", "true"),
    ];
    const routing = routeByRules(rules, { request: toRequest({ user: "secret" }) });
    const failed = faultsOf(routing);
    expect(routing.recipients).toEqual(["sound@example.com"]);
    expect(failed.map(({ rule, because }) => [rule, because])).toEqual([
      ["broken", "broken"],
      ["empty", "broken"],
      ["failing", "evaluation"],
      ["no-zone", "broken"],
    ]);
    const [broken, empty, failing, zone] = failed.map(({ reason }) => reason);
    expect(broken).toMatch(
      /^condition 2:2: unknown name "access_request\.spec\.rolls": expected one of access_request\.spec\.roles/u,
    );
    expect(empty).toBe("condition 1:1: the condition is empty: expected an expression; true matches every request");
    expect(failing).toBe("condition 1:1: an element of the set is no e-mail address");
    expect(zone).toMatch(/^schedule "office": unknown time zone "Mars\/Phobos"/u);
    expect(JSON.stringify(failed)).not.toContain("secret");
  });

  test("a rule that refers to data that could not be read does not match, whatever the data would change", () => {
    const request = toRequest({ resources: [node] });
    const rules = [
      toRule("traits", 'true || user.traits["team"].contains("x")'),
      toRule("labels", '!access_request.spec.resource_labels_union["env"].contains("prod")'),
      toRule("both", "user.traits.a.isempty() && access_request.spec.resource_labels_intersection.a.isempty()"),
      toRule("neither", "true"),
    ];
    const denied: ConditionFacts = {
      request,
      traits: { unavailable: "the role lacks the verb read on user" },
      labels: { unavailable: "the role lacks the verb list on node" },
    };
    const routing = routeByRules(rules, denied);
    expect(routing.recipients).toEqual(["neither@example.com"]);
    const [traits, labels] = [
      "the requester's traits could not be read: the role lacks the verb read on user",
      "the labels of the requested resources could not be read: the role lacks the verb list on node",
    ];
    expect(faultsOf(routing)).toEqual([
      { rule: "traits", because: "data", reason: traits },
      { rule: "labels", because: "data", reason: labels },
      { rule: "both", because: "data", reason: `${traits}; ${labels}` },
    ]);
    const known = routeByRules(rules, { request, traits: { value: {} }, labels: { value: [{}] } });
    expect(faultsOf(known)).toEqual([]);
    expect(known.recipients).toHaveLength(4);
  });

  test("a rule with schedules matches requests created inside of one of them", () => {
    const rules = [toRule("office", "true", { schedules: [office] })];
    expect(routeByRules(rules, { request: toRequest({ created: inOffice }) }).recipients).toEqual([
      "office@example.com",
    ]);
    const night = routeByRules(rules, { request: toRequest({ created: atNight }) });
    expect(night.judged[0]?.verdict).toEqual({ outcome: "unmatched", because: "schedule" });
  });
});

describe("findNeededData", () => {
  const traits = toRule("traits", 'user.traits["a"].isempty()', { schedules: [office] });
  const labels = toRule("labels", 'access_request.spec.resource_labels_union["a"].isempty()');
  const plain = toRule("plain", 'access_request.spec.user == "alice"');
  const broken = toRule("broken", 'user.traits["a"] && access_request.spec.resource_labels_union["a"]');

  test("asks for nothing that no rule refers to", () => {
    const request = toRequest({ created: inOffice, resources: [node] });
    expect(findNeededData([], request)).toEqual(new Set());
    expect(findNeededData([plain, broken], request)).toEqual(new Set());
    expect(findNeededData([plain, traits], request)).toEqual(new Set(["traits"]));
    expect(findNeededData([plain, traits, labels], request)).toEqual(new Set(["traits", "labels"]));
  });

  test("asks for nothing that this request makes needless", () => {
    expect(findNeededData([traits], toRequest({ created: atNight }))).toEqual(new Set());
    expect(findNeededData([labels], toRequest())).toEqual(new Set());
    expect(routeByRules([labels], { request: toRequest() }).recipients).toEqual(["labels@example.com"]);
  });
});
