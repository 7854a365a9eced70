import type { Position } from "./condition-fault.ts";

/** A condition as written, before names and types are looked at. `at` is where the node begins. */
export type Syntax =
  | { readonly kind: "string"; readonly value: string; readonly at: Position }
  | { readonly kind: "int"; readonly value: bigint; readonly at: Position }
  | { readonly kind: "name"; readonly name: string; readonly at: Position }
  | MemberSyntax
  | { readonly kind: "index"; readonly of: Syntax; readonly key: Syntax; readonly at: Position }
  | CallSyntax
  | { readonly kind: "not"; readonly of: Syntax; readonly at: Position }
  | EqualitySyntax
  | { readonly kind: "and" | "or"; readonly operands: readonly Syntax[]; readonly at: Position };

/** `of.name`: a name with dots, a map access or the callee of a method call; the checker knows which. */
export interface MemberSyntax {
  readonly kind: "member";
  readonly of: Syntax;
  readonly name: string;
  readonly nameAt: Position;
  readonly at: Position;
}

export interface CallSyntax {
  readonly kind: "call";
  readonly callee: Syntax;
  readonly args: readonly Syntax[];
  readonly at: Position;
}

export interface EqualitySyntax {
  readonly kind: "equality";
  readonly operator: "==" | "!=";
  readonly operatorAt: Position;
  readonly left: Syntax;
  readonly right: Syntax;
  readonly at: Position;
}

/** The parts of a node, in the order they are written. */
export function partsOf(node: Syntax): readonly Syntax[] {
  switch (node.kind) {
    case "member":
    case "not":
      return [node.of];
    case "index":
      return [node.of, node.key];
    case "call":
      return [node.callee, ...node.args];
    case "equality":
      return [node.left, node.right];
    case "and":
    case "or":
      return node.operands;
    default:
      return [];
  }
}

/** `a.b.c` as a text, if the node is nothing but names and dots. */
export function toPath(node: Syntax): string | undefined {
  if (node.kind === "name") return node.name;
  if (node.kind !== "member") return undefined;
  const path = toPath(node.of);
  return path === undefined ? undefined : `${path}.${node.name}`;
}
