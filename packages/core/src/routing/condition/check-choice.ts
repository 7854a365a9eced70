import type { Budget } from "./budget.ts";
import type { Check } from "./checker.ts";
import { faultAt } from "./condition-fault.ts";
import type { ChoiceExpression, Expression } from "./expression.ts";
import { type CallSyntax, type Syntax, toPath } from "./syntax.ts";
import { describeType, type Type } from "./value.ts";

/** Whether a call is one of the forms that compute only the branch that is chosen. */
export function isChoice(path: string): path is "ifelse" | "choose" | "option" {
  return path === "ifelse" || path === "choose" || path === "option";
}

/** `ifelse(cond, a, b)` and `choose(option(cond, v), …)`. */
export function checkChoice(
  form: "ifelse" | "choose" | "option",
  { args, at }: CallSyntax,
  check: Check,
  budget: Budget,
): ChoiceExpression {
  if (form === "option") throw faultAt(at, "option(bool, value) stands only inside of choose(…)");
  if (form === "choose") {
    if (args.length === 0) throw faultAt(at, "choose(option(bool, value), …) has no option here");
    return toChoice(
      at,
      args.map((arg) => checkOption(arg, check, budget)),
    );
  }
  const [condition, value, otherwise] = args;
  if (args.length !== 3 || condition === undefined || value === undefined || otherwise === undefined) {
    throw faultAt(at, `ifelse(bool, value, value) takes 3 arguments, found ${args.length}`);
  }
  return toChoice(at, [checkCase(condition, value, check, budget)], check(otherwise, budget));
}

type Case = ChoiceExpression["cases"][number];

function checkOption(arg: Syntax, check: Check, budget: Budget): Case {
  const [condition, value, ...others] = arg.kind === "call" && toPath(arg.callee) === "option" ? arg.args : [];
  if (condition === undefined || value === undefined || others.length > 0) {
    throw faultAt(arg.at, "choose takes options: expected option(bool, value)");
  }
  return checkCase(condition, value, check, budget);
}

function checkCase(condition: Syntax, value: Syntax, check: Check, budget: Budget): Case {
  const when = check(condition, budget);
  if (when.type !== "bool" && when.type !== "any") {
    throw faultAt(when.at, `a choice depends on a bool: found ${describeType(when.type)}`);
  }
  return { when, value: check(value, budget) };
}

function toChoice(at: ChoiceExpression["at"], cases: readonly Case[], otherwise?: Expression): ChoiceExpression {
  const values = cases.map(({ value }) => value.type).concat(otherwise === undefined ? [] : [otherwise.type]);
  return { kind: "choice", type: commonType(values), at, cases, ...(otherwise === undefined ? {} : { otherwise }) };
}

function commonType([first = "any", ...others]: readonly Type[]): Type {
  return others.every((type) => type === first) ? first : "any";
}
