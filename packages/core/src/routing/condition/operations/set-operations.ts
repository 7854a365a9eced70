import type { TextSet } from "../value.ts";
import { createOperation } from "./operation.ts";
import { set, text } from "./parameter.ts";

export const makeSet = createOperation<[], string>({
  name: "set",
  parameters: [],
  rest: text,
  result: "set",
  run: (_, values) => new Set(values),
});

export const union = createOperation<[], TextSet>({
  name: "union",
  parameters: [],
  rest: set,
  result: "set",
  run(_, sets, budget) {
    const elements = sets.flatMap((each) => {
      budget.spend(each.size);
      return [...each];
    });
    return new Set(elements);
  },
});

export const containsAny = createOperation<[TextSet, TextSet]>({
  name: "contains_any",
  parameters: [set, set],
  result: "bool",
  run([all, some], _, budget) {
    budget.spend(some.size);
    return [...some].some((element) => all.has(element));
  },
});

/** Nothing contains "all" of an empty set: a rule about all requested roles must not match a request without roles. */
export const containsAll = createOperation<[TextSet, TextSet]>({
  name: "contains_all",
  parameters: [set, set],
  result: "bool",
  run([all, wanted], _, budget) {
    budget.spend(wanted.size);
    return wanted.size > 0 && [...wanted].every((element) => all.has(element));
  },
});

export const contains = createOperation<[TextSet, string]>({
  name: "contains",
  parameters: [set, text],
  result: "bool",
  run: ([all, element]) => all.has(element),
});

export const isEmpty = createOperation<[TextSet]>({
  name: "is_empty",
  parameters: [set],
  result: "bool",
  run: ([elements]) => elements.size === 0,
});

export const add = createOperation<[TextSet], string>({
  name: "add",
  parameters: [set],
  rest: text,
  result: "set",
  run([before], added, budget) {
    budget.spend(before.size + added.length);
    return new Set([...before, ...added]);
  },
});

export const remove = createOperation<[TextSet], string>({
  name: "remove",
  parameters: [set],
  rest: text,
  result: "set",
  run([before], removed, budget) {
    budget.spend(before.size + removed.length);
    const gone = new Set(removed);
    return new Set([...before].filter((element) => !gone.has(element)));
  },
});
