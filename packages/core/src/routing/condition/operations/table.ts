import type { ValueType } from "../value.ts";
import { addValues, makeDict, makePair, put, removeKeys } from "./dict-operations.ts";
import type { Operation } from "./operation.ts";
import { add, contains, containsAll, containsAny, isEmpty, makeSet, remove, union } from "./set-operations.ts";
import { emailLocal, lower, regexpReplace, replaceAll, split, upper } from "./text-operations.ts";
import { after, before, between, clockBetween, day, makeTime } from "./time-operations.ts";
import { newerThan, olderThan } from "./version-operations.ts";

/** What can be called as `name(…)`; `ifelse`, `choose` and `option` are the checker's own. */
export const functions: ReadonlyMap<string, Operation> = byName([
  makeSet,
  makeDict,
  makePair,
  union,
  containsAny,
  containsAll,
  isEmpty,
  upper,
  lower,
  replaceAll,
  split,
  emailLocal,
  regexpReplace,
  makeTime,
  before,
  after,
  between,
  day,
  clockBetween,
  newerThan,
  olderThan,
]);

/** What can be called as `value.name(…)`, by the type of the value. */
export const methods: ReadonlyMap<ValueType, ReadonlyMap<string, Operation>> = new Map([
  ["set", byName([containsAny, containsAll, contains, add, remove]).set("isempty", isEmpty)],
  ["dict", byName([addValues, put, removeKeys])],
  ["time", byName([before, after, between, day, clockBetween])],
]);

function byName(operations: readonly Operation[]): Map<string, Operation> {
  return new Map(operations.map((operation) => [operation.name, operation]));
}
