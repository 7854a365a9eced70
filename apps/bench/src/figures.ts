import type { Traffic } from "@access-plugins/testing/simulation";

/** The value below which `share` of all values lie; 0 for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** First and last moment, since `from`, at which the platform accepted and answered such calls, in milliseconds. */
export function toSpan(
  calls: readonly Traffic[],
  kind: Traffic["kind"],
  from: number,
): { readonly first: number; readonly last: number } {
  const ends = calls
    .filter((call) => call.kind === kind && call.accepted && call.at >= from)
    .map(({ endedAt, at }) => (endedAt ?? at) - from);
  if (ends.length === 0) return { first: 0, last: 0 };
  return {
    first: ends.reduce((first, end) => Math.min(first, end)),
    last: ends.reduce((last, end) => Math.max(last, end), 0),
  };
}
