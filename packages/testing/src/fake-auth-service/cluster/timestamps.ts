import { type Timestamp, timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";

const YEAR_ONE_MS = -62_135_596_800_000;

/** What a genuine server writes for a time it never set: Go's zero time, year 1. */
export const zeroTime = (): Timestamp => timestampFromMs(YEAR_ONE_MS);

/** Milliseconds since 1970 as a wire time. */
export const toTimestamp = (ms: number): Timestamp => timestampFromMs(Math.round(ms));

/** Milliseconds since 1970; undefined for an absent time and for year 1, which genuine clients send for "not set". */
export function toMillis(time: Timestamp | undefined): number | undefined {
  if (!time) return undefined;
  const ms = timestampMs(time);
  return ms <= YEAR_ONE_MS ? undefined : ms;
}
