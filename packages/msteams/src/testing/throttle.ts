/** Which of Microsoft's limits are enforced. All off at first. */
export interface Rates {
  /** Messages a second in each conversation; documented: 7. */
  readonly perConversation: number;
  /** Calls of the connector a second in all; documented: 30. */
  readonly connector: number;
  /** Calls of Graph a second for each operation; documented: 30. */
  readonly perOperation: number;
  /** How many calls may come at once after a pause, if that is more than a second's worth. */
  readonly burst: number;
  /** Two calls at once in one conversation are refused with 412. */
  readonly refuseConcurrent: boolean;
}

export const noRates: Rates = {
  perConversation: 0,
  connector: 0,
  perOperation: 0,
  burst: 1,
  refuseConcurrent: false,
};

/** The rates of Microsoft's documents. */
export const documentedRates: Rates = {
  perConversation: 7,
  connector: 30,
  perOperation: 30,
  burst: 1,
  refuseConcurrent: false,
};

/** Counts calls against a rate. */
export interface RateCounter {
  /**
   * Undefined when the call is within `perSecond` (0: no limit), else the whole seconds to wait. So many a second may all
   * come in its first moment.
   */
  refuse(counter: string, perSecond: number, burst: number): number | undefined;
}

/** `now` in milliseconds. */
export function createRateCounter(now: () => number): RateCounter {
  /** By counter: the time at which all calls so far are paid for. */
  const paidAt = new Map<string, number>();
  return {
    refuse(counter, perSecond, burst) {
      if (perSecond <= 0) return undefined;
      const interval = 1_000 / perSecond;
      const at = now();
      const paid = Math.max(paidAt.get(counter) ?? 0, at);
      const wait = paid - at - (Math.max(burst, perSecond) - 1) * interval;
      if (wait > 0) return Math.ceil(wait / 1_000);
      paidAt.set(counter, paid + interval);
      return undefined;
    },
  };
}
