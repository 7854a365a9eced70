import type { Random } from "../base/random.ts";
import type { AccessList } from "../domain/access-list.ts";

const dayMs = 24 * 60 * 60 * 1_000;

/** The first round comes soon after the start, so that a plugin that is restarted daily reminds as well. */
export const firstRoundMs = 30_000;
/** Rounds when there is nothing to try again. */
export const roundMs = 3 * 60 * 60 * 1_000;

/**
 * The start of the window in which `now` lies and in which each owner is reminded once; undefined when the list is not
 * reviewed or its review is not due yet. Windows are counted from the audit date less the notice: a week long until the
 * audit date and at it, a day long after it. They are spans of time, not calendar days, so no time zone matters. Facts:
 * the official plugin's own windows, so that either program can go on where the other stopped.
 */
export function findWindowStart({ type, nextAudit, noticeMs }: AccessList, now: Date): Date | undefined {
  if ((type !== "" && type !== "dynamic") || nextAudit === undefined) return undefined;
  const start = nextAudit.getTime() - noticeMs;
  const since = now.getTime() - start;
  if (since < 0) return undefined;
  const length = now > nextAudit ? dayMs : 7 * dayMs;
  return new Date(start + Math.floor(since / length) * length);
}

/** A seventh of jitter downwards, as the official plugin waits: replicas do not come all at once. */
export function withJitter(ms: number, random: Random): number {
  return ms - (random.next() * ms) / 7;
}
