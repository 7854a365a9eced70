import type { Budget } from "./budget.ts";
import { faultAt, withPosition } from "./condition-fault.ts";
import type { Environment } from "./environment.ts";
import type { CallExpression, ChoiceExpression, EqualityExpression, Expression } from "./expression.ts";
import { describeType, typeOf, type Value } from "./value.ts";

/**
 * The value of an expression. `&&` and `||` stop at the operand that decides; a choice computes the chosen value only.
 * Throws `invalid_argument` with `line:column` for what cannot be computed.
 */
function evaluate(node: Expression, environment: Environment, budget: Budget): Value {
  withPosition(node.at, () => budget.spend(1));
  switch (node.kind) {
    case "constant":
      return node.value;
    case "variable":
      return withPosition(node.at, () => environment.read(node.name));
    case "call":
      return call(node, environment, budget);
    case "and":
      return node.operands.every((operand) => evaluateBool(operand, environment, budget));
    case "or":
      return node.operands.some((operand) => evaluateBool(operand, environment, budget));
    case "not":
      return !evaluateBool(node.of, environment, budget);
    case "equality":
      return compare(node, environment, budget);
    case "choice":
      return choose(node, environment, budget);
  }
}

/** The same for an expression that has to be a bool. */
export function evaluateBool(node: Expression, environment: Environment, budget: Budget): boolean {
  const value = evaluate(node, environment, budget);
  if (typeof value === "boolean") return value;
  throw faultAt(node.at, `expected a bool, found ${describeType(typeOf(value))}`);
}

function call({ args, run, at }: CallExpression, environment: Environment, budget: Budget): Value {
  const values = args.map((arg) => evaluate(arg, environment, budget));
  return withPosition(at, () => run(values, budget));
}

function compare({ left, right, negated, at }: EqualityExpression, environment: Environment, budget: Budget): boolean {
  const [one, other] = [evaluate(left, environment, budget), evaluate(right, environment, budget)];
  if (typeOf(one) === typeOf(other)) return (one === other) !== negated;
  throw faultAt(at, `cannot compare ${describeType(typeOf(one))} with ${describeType(typeOf(other))}`);
}

function choose({ cases, otherwise, at }: ChoiceExpression, environment: Environment, budget: Budget): Value {
  const chosen = cases.find(({ when }) => evaluateBool(when, environment, budget))?.value ?? otherwise;
  if (chosen === undefined) throw faultAt(at, "no option of choose is true");
  return evaluate(chosen, environment, budget);
}
