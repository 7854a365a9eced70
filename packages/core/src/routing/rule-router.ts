import type { AccessRequest } from "../domain/access-request.ts";
import type { CompiledRule, Verdict } from "./compiled-rule.ts";
import { type ConditionFacts, createEnvironment } from "./condition/environment.ts";
import type { ConditionData } from "./condition/variables.ts";

/** What all rules together say to one request. */
export interface RuleRouting {
  /** Raw recipients of all rules that matched, without duplicates. Empty: the next tier. */
  readonly recipients: readonly string[];
  /** Every rule, in the order it was given. */
  readonly judged: readonly JudgedRule[];
}

/** One rule and what it says to one request. */
export interface JudgedRule {
  readonly rule: string;
  /** Whom it names, whether or not it matched. */
  readonly recipients: readonly string[];
  readonly verdict: Verdict;
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
  const judged = rules.map((rule) => ({
    rule: rule.name,
    recipients: rule.recipients,
    verdict: rule.judge(facts.request, environment),
  }));
  const matched = judged.filter(({ verdict }) => verdict.outcome === "matched");
  return { recipients: [...new Set(matched.flatMap(({ recipients }) => recipients))], judged };
}
