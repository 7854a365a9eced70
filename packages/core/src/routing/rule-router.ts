import type { AccessRequest } from "../domain/access-request.ts";
import type { CompiledRule, RuleFault } from "./compiled-rule.ts";
import { type ConditionFacts, createEnvironment } from "./condition/environment.ts";
import type { ConditionData } from "./condition/variables.ts";

/** What all rules together say to one request. */
export interface RuleRouting {
  /** Raw recipients of all rules that matched, without duplicates, in the order of `matched`. Empty: the next tier. */
  readonly recipients: readonly string[];
  readonly matched: readonly MatchedRule[];
  readonly unmatched: readonly UnmatchedRule[];
  readonly failed: readonly FailedRule[];
}

interface MatchedRule {
  readonly rule: string;
  readonly recipients: readonly string[];
}

interface UnmatchedRule {
  readonly rule: string;
  /** Its condition is false, or the request was created outside of its schedules. */
  readonly because: "condition" | "schedule";
}

export interface FailedRule extends Omit<RuleFault, "outcome"> {
  readonly rule: string;
}

/** The look-ups that judging this request takes; nothing else has to be fetched. */
export function findNeededData(rules: readonly CompiledRule[], request: AccessRequest): ReadonlySet<ConditionData> {
  return new Set(rules.flatMap((rule) => [...rule.needsFor(request)]));
}

/**
 * The tier "rules": the recipients of every rule that matches are united, in the order of `rules` and, within a rule, as
 * written. A rule that fails does not match and does not keep others from matching. Pure; never throws.
 */
export function routeByRules(rules: readonly CompiledRule[], facts: ConditionFacts): RuleRouting {
  const environment = createEnvironment(facts);
  const matched: MatchedRule[] = [];
  const unmatched: UnmatchedRule[] = [];
  const failed: FailedRule[] = [];
  for (const rule of rules) {
    const verdict = rule.judge(facts.request, environment);
    if (verdict.outcome === "matched") matched.push({ rule: rule.name, recipients: rule.recipients });
    else if (verdict.outcome === "unmatched") unmatched.push({ rule: rule.name, because: verdict.because });
    else failed.push({ rule: rule.name, because: verdict.because, reason: verdict.reason });
  }
  const recipients = [...new Set(matched.flatMap((rule) => rule.recipients))];
  return { recipients, matched, unmatched, failed };
}
