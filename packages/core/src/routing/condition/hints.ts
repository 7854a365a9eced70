import { quote } from "./condition-fault.ts";
import type { Operation } from "./operations/operation.ts";
import { functions, methods } from "./operations/table.ts";
import { describeType, type Type } from "./value.ts";
import { variables } from "./variables.ts";

/** What people write who know Teleport's other predicate languages, or the other spelling. */
const functionHints: ReadonlyMap<string, string> = new Map([
  ["contains", "write set.contains(string), or contains_any(set, set)"],
  ["isempty", "write is_empty(set), or set.isempty()"],
  ["equals", "write a == b, or set.contains(string)"],
  ["has_prefix", "roles and other resources have it, rules do not"],
  ["hasPrefix", "roles and other resources have it, rules do not"],
  ["len", "write is_empty(set)"],
  ["regexp.match", "roles and other resources have it, rules do not; regexp.replace drops what does not match"],
]);

const methodHints: ReadonlyMap<string, string> = new Map([["is_empty", "write set.isempty(), or is_empty(set)"]]);

export function explainUnknownName(path: string): string {
  return `unknown name ${quote(path)}: expected one of ${[...variables.keys(), "true", "false"].join(", ")}`;
}

/** What looks like a method of a name that does not exist is a fault of the name. */
export function explainUnknownFunction(path: string): string {
  const [, owner, name = ""] = /^(.+)\.([^.]+)$/u.exec(path) ?? [];
  const isMethod = [...methods.values()].some((known) => known.has(name));
  if (owner !== undefined && isMethod && !functionHints.has(path)) return explainUnknownName(owner);
  const hint = functionHints.get(path) ?? `expected one of ${[...functions.keys(), "ifelse", "choose"].join(", ")}`;
  return `unknown function ${quote(path)}: ${hint}`;
}

export function explainUnknownMethod(
  type: Type,
  name: string,
  known: ReadonlyMap<string, Operation> | undefined,
): string {
  const owner = describeType(type);
  if (known === undefined) return `${owner} has no methods: found ${quote(name)}`;
  return `${owner} has no method ${quote(name)}: ${methodHints.get(name) ?? `expected one of ${[...known.keys()].join(", ")}`}`;
}
