import type { AccessRequest } from "../../domain/access-request.ts";
import { fault } from "./condition-fault.ts";
import type { Value } from "./value.ts";
import { type ConditionData, dataNames, variables } from "./variables.ts";

/** The result of a look-up: what was found, or why it could not be read, as a sentence without a full stop. */
export type LookedUp<T> = { readonly value: T } | { readonly unavailable: string };

/** Trait to values. */
export type Traits = Readonly<Record<string, readonly string[]>>;

/** Label to value. */
export type Labels = Readonly<Record<string, string>>;

/** All that conditions can be about. */
export interface ConditionFacts {
  readonly request: AccessRequest;
  /** The requester's traits. Left out: nobody looked, and conditions that refer to them do not match. */
  readonly traits?: LookedUp<Traits>;
  /**
   * Labels of every requested resource, one entry for each, `{}` for one without labels. Unavailable as soon as one
   * resource could not be read. May be left out for a request without resources.
   */
  readonly labels?: LookedUp<readonly Labels[]>;
}

/** Facts as a condition reads them. Values are made once, however many rules read them. */
export interface Environment {
  /** Why this data is not there, as a sentence without a full stop; undefined when it is there. */
  missing(data: ConditionData): string | undefined;
  /** The value of a variable; throws for data that is not there. */
  read(name: string): Value;
}

export function createEnvironment(facts: ConditionFacts): Environment {
  const known: ConditionFacts = facts.request.resources.length > 0 ? facts : { ...facts, labels: { value: [] } };
  const values = new Map<string, Value>();

  function missing(data: ConditionData): string | undefined {
    const found = known[data];
    if (found === undefined) return `${dataNames[data]} were not looked up`;
    return "unavailable" in found ? `${dataNames[data]} could not be read: ${found.unavailable}` : undefined;
  }

  function compute(name: string): Value {
    const variable = variables.get(name);
    if (variable === undefined) throw fault(`there is no variable ${name}`);
    const problem = variable.data === undefined ? undefined : missing(variable.data);
    if (problem !== undefined) throw fault(problem);
    return variable.read(known);
  }

  return {
    missing,
    read(name) {
      const value = values.get(name) ?? compute(name);
      values.set(name, value);
      return value;
    },
  };
}
