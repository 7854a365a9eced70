import type { Budget } from "./budget.ts";
import { faultAt, type Position } from "./condition-fault.ts";
import type { CallExpression, Expression } from "./expression.ts";
import type { Operation, ParameterShape } from "./operations/operation.ts";
import { describeType } from "./value.ts";

/**
 * A call of an operation with checked arguments. Throws when their number or types do not fit, or when a constant among
 * them can never work. `method` is the name it is called by after a dot; then the first argument stands before the dot.
 */
export function checkArguments(
  operation: Operation,
  args: readonly Expression[],
  at: Position,
  budget: Budget,
  method?: string,
): CallExpression {
  if (!isEnough(operation, args.length)) {
    const receivers = method === undefined ? 0 : 1;
    const wanted = describeCount(operation, receivers);
    throw faultAt(at, `${toForm(operation, method)} takes ${wanted}, found ${args.length - receivers}`);
  }
  for (const [index, arg] of args.entries()) {
    const shape = operation.parameters[index] ?? operation.rest;
    if (shape !== undefined) expectShape(shape, arg, toForm(operation, method));
  }
  const constants = args.map((arg) => (arg.kind === "constant" ? arg : undefined));
  const type = operation.resultOf(args.map((arg) => arg.type));
  return { kind: "call", type, at, args, run: operation.bind(constants, budget) };
}

function expectShape(shape: ParameterShape, arg: Expression, form: string): void {
  if (arg.type === "any" || shape.types.includes(arg.type)) return;
  throw faultAt(arg.at, `${form}: expected a ${shape.types.join(" or a ")}, found ${describeType(arg.type)}`);
}

/** `contains_any(set, set)` or `set.contains_any(set)`. */
function toForm({ name, parameters, rest }: Operation, method: string | undefined): string {
  const titles = parameters.map(({ title }) => title);
  if (rest !== undefined) titles.push(rest.most === 1 ? `[${rest.title}]` : `${rest.title}…`);
  if (method === undefined) return `${name}(${titles.join(", ")})`;
  const [receiver, ...others] = titles;
  return `${receiver}.${method}(${others.join(", ")})`;
}

function isEnough({ parameters, rest }: Operation, count: number): boolean {
  return count >= parameters.length && count <= parameters.length + (rest?.most ?? 0);
}

function describeCount({ parameters, rest }: Operation, receivers: number): string {
  const least = parameters.length - receivers;
  if (rest !== undefined && Number.isFinite(rest.most)) return `${least} to ${least + rest.most} arguments`;
  return `${rest === undefined ? "" : "at least "}${least} ${least === 1 ? "argument" : "arguments"}`;
}
