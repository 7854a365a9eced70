import type { ApiMethod } from "./api-methods.ts";

/** Which of Slack's rate limits are enforced. All off at first. */
export interface Rates {
  /** Each method's tier, as calls a minute. */
  readonly tiers: boolean;
  /** Messages a second in each channel; 0 for no limit. */
  readonly perChannel: number;
  /** How many calls may come at once after a pause. */
  readonly burst: number;
}

export const noRates: Rates = { tiers: false, perChannel: 0, burst: 1 };

/** Counts calls against the rates. */
export interface RateCounter {
  /** Undefined when the call is within the rates, else the whole seconds to wait; a refused call costs nothing. */
  refuse(method: string, rate: ApiMethod["rate"], channel: string): number | undefined;
}

/** `now` in milliseconds. */
export function createRateCounter(rates: Rates, now: () => number): RateCounter {
  /** By counter: the time at which all calls so far are paid for. */
  const paidAt = new Map<string, number>();

  function count(counter: string, intervalMs: number): number | undefined {
    const at = now();
    const paid = Math.max(paidAt.get(counter) ?? 0, at);
    const wait = paid - at - (rates.burst - 1) * intervalMs;
    if (wait > 0) return Math.ceil(wait / 1_000);
    paidAt.set(counter, paid + intervalMs);
    return undefined;
  }

  return {
    refuse(method, rate, channel) {
      if (rate === "channel") return rates.perChannel > 0 ? count(channel, 1_000 / rates.perChannel) : undefined;
      return rates.tiers ? count(method, 60_000 / rate) : undefined;
    },
  };
}
