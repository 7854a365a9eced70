import type { Position } from "./condition-fault.ts";
import type { Run } from "./operations/operation.ts";
import type { Type, Value } from "./value.ts";

/** A checked condition: every name is known, every call is bound, every type that can be known fits. */
export type Expression =
  | { readonly kind: "constant"; readonly type: Type; readonly at: Position; readonly value: Value }
  | { readonly kind: "variable"; readonly type: Type; readonly at: Position; readonly name: string }
  | CallExpression
  | LogicalExpression
  | { readonly kind: "not"; readonly type: "bool"; readonly at: Position; readonly of: Expression }
  | EqualityExpression
  | ChoiceExpression;

/** A function, a method (the value before the dot is the first argument) or a map access. */
export interface CallExpression {
  readonly kind: "call";
  readonly type: Type;
  readonly at: Position;
  readonly args: readonly Expression[];
  readonly run: Run;
}

interface LogicalExpression {
  readonly kind: "and" | "or";
  readonly type: "bool";
  readonly at: Position;
  readonly operands: readonly Expression[];
}

export interface EqualityExpression {
  readonly kind: "equality";
  readonly type: "bool";
  readonly at: Position;
  readonly negated: boolean;
  readonly left: Expression;
  readonly right: Expression;
}

/** `ifelse` and `choose`: the value of the first case whose condition is true. Only that value is computed. */
export interface ChoiceExpression {
  readonly kind: "choice";
  readonly type: Type;
  readonly at: Position;
  readonly cases: readonly { readonly when: Expression; readonly value: Expression }[];
  /** Of `choose` there is none: it fails when no case holds. */
  readonly otherwise?: Expression;
}

/** All expressions an expression consists of, itself first, in the order they are written. */
export function* walk(root: Expression): Generator<Expression> {
  const waiting: Expression[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    waiting.push(...childrenOf(next).toReversed());
  }
}

function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case "call":
      return node.args;
    case "and":
    case "or":
      return node.operands;
    case "not":
      return [node.of];
    case "equality":
      return [node.left, node.right];
    case "choice": {
      const cases = node.cases.flatMap(({ when, value }) => [when, value]);
      return node.otherwise === undefined ? cases : [...cases, node.otherwise];
    }
    default:
      return [];
  }
}
