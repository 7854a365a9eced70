import { type Dict, entryOf, type Pair, type TextSet } from "../value.ts";
import { createOperation } from "./operation.ts";
import { dict, pair, set, text } from "./parameter.ts";

export const makePair = createOperation<[string, TextSet]>({
  name: "pair",
  parameters: [text, set],
  result: "pair",
  run: ([key, values]) => ({ key, values }),
});

/** Of two pairs with one key the last one counts. */
export const makeDict = createOperation<[], Pair>({
  name: "dict",
  parameters: [],
  rest: pair,
  result: "dict",
  run: (_, pairs) => new Map(pairs.map(({ key, values }) => [key, values])),
});

/** `d["key"]` and `d.key`. */
export const lookUp = createOperation<[Dict, string]>({
  name: "map access",
  parameters: [dict, text],
  result: "set",
  run: ([all, key]) => entryOf(all, key),
});

export const addValues = createOperation<[Dict, string], string>({
  name: "add_values",
  parameters: [dict, text],
  rest: text,
  result: "dict",
  run([before, key], added, budget) {
    const values = entryOf(before, key);
    budget.spend(before.size + values.size + added.length);
    return new Map([...before, [key, new Set([...values, ...added])]]);
  },
});

export const put = createOperation<[Dict, string, TextSet]>({
  name: "put",
  parameters: [dict, text, set],
  result: "dict",
  run([before, key, values], _, budget) {
    budget.spend(before.size);
    return new Map([...before, [key, values]]);
  },
});

export const removeKeys = createOperation<[Dict], string>({
  name: "remove",
  parameters: [dict],
  rest: text,
  result: "dict",
  run([before], keys, budget) {
    budget.spend(before.size + keys.length);
    const gone = new Set(keys);
    return new Map([...before].filter(([key]) => !gone.has(key)));
  },
});
