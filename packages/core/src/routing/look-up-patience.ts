import type { Clock } from "../base/clock.ts";

/** How long decisions wait for look-ups that fail. */
export interface LookUpPatience {
  /** Whether the decision on this request has waited long enough. The first call begins the wait. */
  isOver(requestId: string): boolean;
  /** The request is decided. */
  forget(requestId: string): void;
}

/** Requests that ended undecided are never forgotten one by one: the oldest go first. */
const mostWaiting = 10_000;

export function createLookUpPatience(clock: Clock, limitMs: number): LookUpPatience {
  const since = new Map<string, number>();
  return {
    isOver(requestId) {
      const now = clock.monotonic();
      const begun = since.get(requestId) ?? now;
      since.set(requestId, begun);
      const oldest = since.keys().next();
      if (since.size > mostWaiting && !oldest.done) since.delete(oldest.value);
      return now - begun >= limitMs;
    },
    forget: (requestId) => void since.delete(requestId),
  };
}
