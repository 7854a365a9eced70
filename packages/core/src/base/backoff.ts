import type { Random } from "./random.ts";

export interface BackoffOptions {
  readonly baseMs: number;
  readonly capMs: number;
}

/** Deliveries: half a second, doubling, at the most half a minute. */
export const deliveryBackoff: BackoffOptions = { baseMs: 500, capMs: 30_000 };
/** Storing results: within a lease, so that no other replica repeats what is done and only not stored yet. */
export const storeBackoff: BackoffOptions = { baseMs: 200, capMs: 2_000 };
/** Connections to Teleport: at once, then up to five seconds, so that a restart of the Auth Service is noticed soon. */
export const connectionBackoff: BackoffOptions = { baseMs: 100, capMs: 5_000 };

/**
 * Exponential back-off with full jitter: uniform between 0 and the doubled base, so that many clients that failed at
 * the same moment do not come back at the same moment. `attempt` counts from 0.
 */
export function backoffMs(attempt: number, options: BackoffOptions, random: Random): number {
  const ceiling = Math.min(options.capMs, options.baseMs * 2 ** Math.min(attempt, 30));
  return Math.ceil(random.next() * ceiling);
}
