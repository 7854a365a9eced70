import { type Budget, createBudget } from "./budget.ts";
import { checkArguments } from "./check-arguments.ts";
import { checkChoice, isChoice } from "./check-choice.ts";
import { faultAt, type Position } from "./condition-fault.ts";
import type { Expression } from "./expression.ts";
import { explainUnknownFunction, explainUnknownMethod, explainUnknownName } from "./hints.ts";
import { lookUp } from "./operations/dict-operations.ts";
import { functions, methods } from "./operations/table.ts";
import type { CallSyntax, EqualitySyntax, MemberSyntax, Syntax } from "./syntax.ts";
import { toPath } from "./syntax.ts";
import { describeType, type Type } from "./value.ts";
import { variables } from "./variables.ts";

/**
 * Gives every name its meaning and every expression its type. Throws `invalid_argument` with `line:column` for the first
 * thing that does not fit. Only what `ifelse` and `choose` make of different types is left to the evaluation.
 */
export function checkCondition(tree: Syntax): Expression {
  const checked = check(tree, createBudget());
  expectType(checked, "bool", "a condition has to be a bool");
  return checked;
}

/** Checks one expression. */
export type Check = (node: Syntax, budget: Budget) => Expression;

function check(node: Syntax, budget: Budget): Expression {
  const { at } = node;
  switch (node.kind) {
    case "string":
    case "int":
      return { kind: "constant", type: node.kind, at, value: node.value };
    case "name":
    case "member":
      return checkName(node, budget);
    case "index":
      return checkMapAccess(check(node.of, budget), check(node.key, budget), at, budget);
    case "call":
      return checkCall(node, budget);
    case "not":
      return { kind: "not", type: "bool", at, of: checkBool(node.of, "!", budget) };
    case "equality":
      return checkEquality(node, budget);
    default: {
      const sign = node.kind === "and" ? "&&" : "||";
      return {
        kind: node.kind,
        type: "bool",
        at,
        operands: node.operands.map((each) => checkBool(each, sign, budget)),
      };
    }
  }
}

function checkBool(node: Syntax, sign: string, budget: Budget): Expression {
  const checked = check(node, budget);
  expectType(checked, "bool", `${sign} takes bools`);
  return checked;
}

function expectType(found: Expression, wanted: Type, rule: string): void {
  if (found.type === wanted || found.type === "any") return;
  throw faultAt(found.at, `${rule}: expected a ${wanted}, found ${describeType(found.type)}`);
}

function checkName(node: Syntax & { kind: "name" | "member" }, budget: Budget): Expression {
  const path = toPath(node);
  const known = path === undefined ? undefined : findName(path, node);
  if (known !== undefined) return known;
  if (path !== undefined && !beginsWithVariable(path)) throw faultAt(node.at, explainUnknownName(path));
  if (node.kind === "name") throw faultAt(node.at, explainUnknownName(node.name));
  const key: Expression = { kind: "constant", type: "string", at: node.nameAt, value: node.name };
  return checkMapAccess(check(node.of, budget), key, node.at, budget);
}

function findName(path: string, { at }: Syntax): Expression | undefined {
  if (path === "true" || path === "false") return { kind: "constant", type: "bool", at, value: path === "true" };
  const variable = variables.get(path);
  return variable === undefined ? undefined : { kind: "variable", type: variable.type, at, name: path };
}

function beginsWithVariable(path: string): boolean {
  return [...variables.keys()].some((name) => path.startsWith(`${name}.`));
}

/** `dict["key"]`, or `dict.key`. */
function checkMapAccess(owner: Expression, key: Expression, at: Position, budget: Budget): Expression {
  if (owner.type !== "dict" && owner.type !== "any") {
    throw faultAt(key.at, `${describeType(owner.type)} has no keys: only a dict has`);
  }
  expectType(key, "string", "the key of a dict is a string");
  return checkArguments(lookUp, [owner, key], at, budget);
}

function checkCall(node: CallSyntax, budget: Budget): Expression {
  const { callee, at } = node;
  const path = toPath(callee);
  if (path !== undefined && isChoice(path)) return checkChoice(path, node, check, budget);
  const operation = path === undefined ? undefined : functions.get(path);
  if (operation !== undefined) return checkArguments(operation, checkAll(node.args, budget), at, budget);
  if (path !== undefined && !beginsWithVariable(path)) throw faultAt(at, explainUnknownFunction(path));
  if (callee.kind === "member") return checkMethod(callee, node, budget);
  throw faultAt(at, "this cannot be called: expected the name of a function or a method");
}

function checkMethod({ of, name, nameAt }: MemberSyntax, node: CallSyntax, budget: Budget): Expression {
  const receiver = check(of, budget);
  const known = receiver.type === "any" ? undefined : methods.get(receiver.type);
  const operation = known?.get(name);
  if (operation === undefined) throw faultAt(nameAt, explainUnknownMethod(receiver.type, name, known));
  return checkArguments(operation, [receiver, ...checkAll(node.args, budget)], node.at, budget, name);
}

function checkAll(nodes: readonly Syntax[], budget: Budget): Expression[] {
  return nodes.map((node) => check(node, budget));
}

const comparable: ReadonlySet<Type> = new Set(["string", "int", "any"]);

function checkEquality({ operator, operatorAt, left, right, at }: EqualitySyntax, budget: Budget): Expression {
  const [one, other] = [check(left, budget), check(right, budget)];
  for (const { type, at: where } of [one, other]) {
    if (comparable.has(type)) continue;
    throw faultAt(where, `${operator} compares strings and ints only: found ${describeType(type)}`);
  }
  if (one.type === "any" && other.type === "any") {
    throw faultAt(operatorAt, `${operator} has to know the type of one side: expected a string or an int`);
  }
  if (one.type !== other.type && one.type !== "any" && other.type !== "any") {
    throw faultAt(
      operatorAt,
      `${operator} compares values of one type: found ${describeType(one.type)} and ${describeType(other.type)}`,
    );
  }
  return { kind: "equality", type: "bool", at, negated: operator === "!=", left: one, right: other };
}
