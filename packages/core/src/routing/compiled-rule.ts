import { PluginError } from "../base/plugin-error.ts";
import type { AccessMonitoringRule } from "../domain/access-monitoring-rule.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import { type Condition, compileCondition } from "./condition/condition.ts";
import type { Environment } from "./condition/environment.ts";
import type { ConditionData } from "./condition/variables.ts";
import { compileSchedules, type ScheduleSet } from "./rule-schedule.ts";

/** What a rule says to a request. */
export type Verdict =
  | { readonly outcome: "matched" }
  /** The condition is false, or the request was created outside of the rule's schedules. */
  | { readonly outcome: "unmatched"; readonly because: "condition" | "schedule" }
  | RuleFault;

/** A rule that could not be judged does not match. */
export interface RuleFault {
  readonly outcome: "failed";
  /** `broken`: it can never match. `data`: it refers to data that is not there. `evaluation`: its condition failed. */
  readonly because: "broken" | "data" | "evaluation";
  /** For operators; holds no text of the request. */
  readonly reason: string;
}

/** A rule made ready to be judged; never changes. */
export interface CompiledRule {
  readonly name: string;
  readonly revision: string;
  readonly recipients: readonly string[];
  /** Why it never matches: `condition 1:5: …` or `schedule "x": …`. Absent when the rule is sound. */
  readonly broken?: string;
  /** Look-ups that are needed to judge this request: none outside of the schedules or if the rule is broken. */
  needsFor(request: AccessRequest): ReadonlySet<ConditionData>;
  /** Pure; never throws. */
  judge(request: AccessRequest, environment: Environment): Verdict;
}

const nothing: ReadonlySet<ConditionData> = new Set();

/** Never throws: a rule that does not compile is a broken rule. */
export function compileRule(rule: AccessMonitoringRule): CompiledRule {
  const shared = { name: rule.name, revision: rule.revision, recipients: toRecipients(rule) };
  try {
    const condition = named("condition", () => compileCondition(rule.condition));
    const schedules = compileSchedules(rule.schedules);
    return {
      ...shared,
      needsFor: (request) => (schedules.includes(request.created) ? neededFor(condition, request) : nothing),
      judge: (request, environment) => judge(condition, schedules, request, environment),
    };
  } catch (thrown) {
    const broken = PluginError.from(thrown).message;
    const verdict: Verdict = { outcome: "failed", because: "broken", reason: broken };
    return { ...shared, broken, needsFor: () => nothing, judge: () => verdict };
  }
}

function toRecipients({ notification }: AccessMonitoringRule): readonly string[] {
  return [...new Set(notification?.recipients)].filter((recipient) => recipient !== "");
}

/** A request without resources has no labels, which is known without asking. */
function neededFor({ needs }: Condition, request: AccessRequest): ReadonlySet<ConditionData> {
  if (request.resources.length > 0) return needs;
  return new Set([...needs].filter((data) => data !== "labels"));
}

function judge(
  condition: Condition,
  schedules: ScheduleSet,
  request: AccessRequest,
  environment: Environment,
): Verdict {
  if (!schedules.includes(request.created)) return { outcome: "unmatched", because: "schedule" };
  const missing = [...condition.needs]
    .map((data) => environment.missing(data))
    .filter((reason) => reason !== undefined);
  if (missing.length > 0) return { outcome: "failed", because: "data", reason: missing.join("; ") };
  try {
    const holds = named("condition", () => condition.holds(environment));
    return holds ? { outcome: "matched" } : { outcome: "unmatched", because: "condition" };
  } catch (thrown) {
    return { outcome: "failed", because: "evaluation", reason: PluginError.from(thrown).message };
  }
}

function named<T>(part: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    const error = PluginError.from(thrown);
    throw new PluginError(error.code, `${part} ${error.message}`, { cause: thrown });
  }
}
