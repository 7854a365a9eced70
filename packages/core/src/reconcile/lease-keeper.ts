import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { type Lease, leaseMs, leaseNeededMs, longestLeaseWaitMs, renewEveryMs } from "./lease.ts";

/** Our side of one lease: counts from the moment the write was sent, on our own clock. */
export interface LeaseKeeper {
  /** A lease value for the next write. */
  next(waitMs: number): Lease;
  /** A value that gives the lease up with the next write. */
  release(): Lease;
  /** The write carrying `lease`, sent at `sentAt`, stands in Teleport. */
  won(lease: Lease, sentAt: number): void;
  /** Somebody else holds it, or we gave it up. */
  lost(): void;
  held(): boolean;
  /** Whether an HTTP call may start now: half of a running lease must be left. */
  mayStart(): boolean;
  /** When the next renewal is due, in monotonic milliseconds; `running`: calls are under way. */
  renewAt(running: boolean): number;
}

export function createLeaseKeeper(holder: string, clock: Clock, random: Random): LeaseKeeper {
  let expiresAt = Number.NEGATIVE_INFINITY;
  let durationMs = 0;

  return {
    next: (waitMs) => ({
      holder,
      write: random.token(6),
      durationMs: leaseMs + Math.min(longestLeaseWaitMs, Math.max(0, Math.ceil(waitMs))),
    }),
    release: () => ({ holder: "", write: random.token(6), durationMs: 0 }),
    won(lease, sentAt) {
      durationMs = lease.holder === "" ? 0 : lease.durationMs;
      expiresAt = lease.holder === "" ? Number.NEGATIVE_INFINITY : sentAt + lease.durationMs;
    },
    lost() {
      expiresAt = Number.NEGATIVE_INFINITY;
    },
    held: () => expiresAt > clock.monotonic(),
    mayStart: () => expiresAt - clock.monotonic() >= leaseNeededMs,
    renewAt(running) {
      const sentAt = expiresAt - durationMs;
      return running && durationMs <= leaseMs ? sentAt + renewEveryMs : sentAt + durationMs / 2;
    },
  };
}
