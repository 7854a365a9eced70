/**
 * Who may act on one request, as stored in its plugin data: `holder.write.duration`. The value changes with every
 * write, so it is also the version that every write expects. No time is stored: the holder counts from sending, an
 * observer from reading, each on its own clock.
 */
export interface Lease {
  /** Random per process; empty when nobody holds it. */
  readonly holder: string;
  /** Random per write. */
  readonly write: string;
  /** How long an observer has to see this very value before it may take over, in milliseconds. */
  readonly durationMs: number;
}

/** Covers calls that run: one call's deadline is covered by renewing. */
export const leaseMs = 8_000;
/** Renewed this often while calls run. */
export const renewEveryMs = 2_000;
/** An HTTP call may only start while at least this much is left. */
export const leaseNeededMs = leaseMs / 2;
/** The longest wait a lease covers beyond {@link leaseMs}. */
export const longestLeaseWaitMs = 30_000;

const released = "-";

export function encodeLease(lease: Lease): string {
  return `${lease.holder || released}.${lease.write}.${lease.durationMs}`;
}

/** Undefined for a text that is no lease of ours. */
export function decodeLease(text: string | undefined): Lease | undefined {
  const match = /^([\w-]+)\.([\w-]+)\.(\d{1,9})$/.exec(text ?? "");
  const [, holder, write, duration] = match ?? [];
  if (holder === undefined || write === undefined) return undefined;
  return { holder: holder === released ? "" : holder, write, durationMs: Number(duration) };
}
