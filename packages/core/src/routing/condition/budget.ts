import { fault } from "./condition-fault.ts";

/** What one evaluation, or the check of one rule, may cost. It counts work that grows with data: nodes, set elements, characters, regex steps. */
export interface Budget {
  /** Throws when `units` more are too many. Called before the work is done. */
  spend(units: number): void;
}

/** About a tenth of a second of the most expensive sort of work. Rules of the documented kind need a few hundred. */
const evaluationUnits = 5_000_000;

export function createBudget(units: number = evaluationUnits): Budget {
  let left = units;
  return {
    spend(asked) {
      left -= asked;
      if (left < 0) throw fault(`stopped, because it takes more than ${units} steps`);
    },
  };
}
