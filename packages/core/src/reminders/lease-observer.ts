import type { Clock } from "../base/clock.ts";
import type { Lease } from "../reconcile/lease.ts";

/** Tells how long leases of others still hold, on our own clock: no times of other machines are compared. */
export interface LeaseObserver {
  /**
   * How long the holder of `lease` keeps us away from this list, in milliseconds from now; 0 when nobody does. Counted
   * from when this very value was first seen, so a holder that renews it is never overtaken.
   */
  heldForMs(list: string, lease: Lease | undefined): number;
}

/** `self` is our own name in leases: they never keep us away. */
export function createLeaseObserver(self: string, clock: Clock): LeaseObserver {
  const firstSeen = new Map<string, { readonly write: string; readonly at: number }>();
  return {
    heldForMs(list, lease) {
      if (lease === undefined || lease.holder === "" || lease.holder === self) {
        firstSeen.delete(list);
        return 0;
      }
      const seen = firstSeen.get(list);
      const at = seen?.write === lease.write ? seen.at : clock.monotonic();
      firstSeen.set(list, { write: lease.write, at });
      return Math.max(0, at + lease.durationMs - clock.monotonic());
    },
  };
}
