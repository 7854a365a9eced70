import type { Budget } from "../budget.ts";
import { fault } from "../condition-fault.ts";
import { type Dict, describeType, type Pair, type TextSet, type Type, typeOf, type Value } from "../value.ts";

/** What an operation takes in one place. */
export interface Parameter<T> {
  /** How messages call it. */
  readonly title: string;
  /** Types of expressions that may stand here. */
  readonly types: readonly Type[];
  /** Throws when the value is of another type, which the checker could not see, or does not denote a `T`. */
  read(value: Value, budget: Budget): T;
}

export const text: Parameter<string> = {
  title: "string",
  types: ["string"],
  read: (value) => (typeof value === "string" ? value : mismatch("string", value)),
};

export const set: Parameter<TextSet> = {
  title: "set",
  types: ["set"],
  read: (value) => (isSet(value) ? value : mismatch("set", value)),
};

export const dict: Parameter<Dict> = {
  title: "dict",
  types: ["dict"],
  read: (value) => (isDict(value) ? value : mismatch("dict", value)),
};

export const time: Parameter<Date> = {
  title: "time",
  types: ["time"],
  read: (value) => (value instanceof Date ? value : mismatch("time", value)),
};

export const pair: Parameter<Pair> = {
  title: "pair",
  types: ["pair"],
  read: (value) => (isPair(value) ? value : mismatch("pair", value)),
};

export const textOrSet: Parameter<string | TextSet> = {
  title: "string or set",
  types: ["string", "set"],
  read: (value) => (typeof value === "string" || isSet(value) ? value : mismatch("string or set", value)),
};

/** A string that denotes something else. `toMeaning` throws for one that does not. */
export function textThatIs<T>(title: string, toMeaning: (text: string, budget: Budget) => T): Parameter<T> {
  return { title, types: ["string"], read: (value, budget) => toMeaning(text.read(value, budget), budget) };
}

function mismatch(expected: string, value: Value): never {
  throw fault(`expected a ${expected}, found ${describeType(typeOf(value))}`);
}

function isSet(value: Value): value is TextSet {
  return value instanceof Set;
}

function isDict(value: Value): value is Dict {
  return value instanceof Map;
}

function isPair(value: Value): value is Pair {
  return typeOf(value) === "pair";
}
