/** A set of strings: unordered, without duplicates. */
export type TextSet = ReadonlySet<string>;

/** String to set of strings. A missing key is the empty set. */
export type Dict = ReadonlyMap<string, TextSet>;

/** What `pair(…)` makes, for `dict(…)`. */
export interface Pair {
  readonly key: string;
  readonly values: TextSet;
}

/** A value while a condition is evaluated. A time is a `Date`: milliseconds, where Teleport has nanoseconds. */
export type Value = string | bigint | boolean | Date | TextSet | Dict | Pair;

/** Types that values have. */
export type ValueType = "string" | "int" | "bool" | "time" | "set" | "dict" | "pair";

/** Types that expressions have; `any` is known only when evaluated: `ifelse` and `choose` over different types. */
export type Type = ValueType | "any";

export function typeOf(value: Value): ValueType {
  if (typeof value === "string") return "string";
  if (typeof value === "bigint") return "int";
  if (typeof value === "boolean") return "bool";
  if (value instanceof Date) return "time";
  if (value instanceof Set) return "set";
  return value instanceof Map ? "dict" : "pair";
}

const nothing: TextSet = new Set();

/** What a dict holds under a key. */
export function entryOf(dict: Dict, key: string): TextSet {
  return dict.get(key) ?? nothing;
}

/** How a type is called in messages, with its article. */
export function describeType(type: Type): string {
  return type === "int" ? "an int" : type === "any" ? "a value whose type is known only when evaluated" : `a ${type}`;
}
