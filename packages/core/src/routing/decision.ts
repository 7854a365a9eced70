import type { ErrorCode } from "../base/plugin-error.ts";
import type { Routes } from "../notifier.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import type { ConditionFacts } from "./condition/environment.ts";
import { type Routing, routeStatic, type StaticRouting } from "./recipient-router.ts";
import { type RuleRouting, routeByRules } from "./rule-router.ts";

/** Who is told of one request, with every step that led there: what is acted upon is also what is explained. */
export interface Decision {
  /** The first tier that yields recipients. */
  readonly routing: Routing;
  readonly byRules: RuleRouting;
  /** Also where the rules chose: the tier that follows when the platform knows nobody of theirs. */
  readonly byRoles: StaticRouting;
}

/** Rules that yield recipients replace the role map and the suggested reviewers. Pure; never throws. */
export function decideRouting(rules: readonly CompiledRule[], facts: ConditionFacts, routes: Routes): Decision {
  const byRules = routeByRules(rules, facts);
  const byRoles = routeStatic(facts.request, routes);
  const { recipients } = byRules;
  return { routing: recipients.length > 0 ? { tier: "rules", recipients, cut: 0 } : byRoles, byRules, byRoles };
}

/**
 * Whether the next tier serves: an error is no answer, so only when the platform said "unknown" of every single recipient
 * is there nobody left to tell. `answers` holds an error code, or undefined, for each of them.
 */
export function isTierLeft(answers: readonly (ErrorCode | undefined)[]): boolean {
  return answers.length > 0 && answers.every((code) => code === "recipient_unknown");
}
