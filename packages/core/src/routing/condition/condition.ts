import { createBudget } from "./budget.ts";
import { checkCondition } from "./checker.ts";
import type { Environment } from "./environment.ts";
import { evaluateBool } from "./evaluator.ts";
import { type Expression, walk } from "./expression.ts";
import { parseCondition } from "./parser.ts";
import { type ConditionData, variables } from "./variables.ts";

/** The condition of an Access Monitoring Rule, parsed and type-checked. */
export interface Condition {
  /** Look-ups it refers to beyond the request itself, whether or not an evaluation would get there. */
  readonly needs: ReadonlySet<ConditionData>;
  /** Pure and bounded. Throws `invalid_argument` with `line:column` for what cannot be computed. */
  holds(environment: Environment): boolean;
}

/**
 * Compiles a condition. Throws `invalid_argument` whose message begins with the place, `line:column`, and says what was
 * expected there: syntax, unknown names and functions, argument counts and types, constants that can never work.
 */
export function compileCondition(text: string): Condition {
  const expression = checkCondition(parseCondition(text));
  return {
    needs: referencedData(expression),
    holds: (environment) => evaluateBool(expression, environment, createBudget()),
  };
}

/** Data that an expression refers to anywhere. */
function referencedData(expression: Expression): ReadonlySet<ConditionData> {
  const data = new Set<ConditionData>();
  for (const node of walk(expression)) {
    const needed = node.kind === "variable" ? variables.get(node.name)?.data : undefined;
    if (needed !== undefined) data.add(needed);
  }
  return data;
}
