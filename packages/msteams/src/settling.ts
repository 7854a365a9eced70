import type { Clock } from "@access-plugins/core";

/**
 * An app that was just installed is not everywhere in Microsoft's services at once: for a minute or so a chat that
 * exists may be answered with 403 or 404. Tells such an answer from one that is meant.
 */
export interface Settling {
  /** True while an answer about this place may still change by itself. The first one of a row starts the time. */
  mayChange(place: string): boolean;
  /** It works: the next refusal starts a new row. */
  works(place: string): void;
}

/** Microsoft speaks of seconds up to a minute. */
const settlingMs = 90_000;
/** After this the same place may settle anew. */
const restMs = 60 * 60_000;

export function createSettling(clock: Clock): Settling {
  const since = new Map<string, number>();

  function forgetOld(now: number): void {
    for (const [place, start] of since) {
      if (now - start < settlingMs + restMs) return;
      since.delete(place);
    }
  }

  return {
    mayChange(place) {
      const now = clock.monotonic();
      forgetOld(now);
      const start = since.get(place) ?? now;
      if (!since.has(place)) since.set(place, start);
      return now - start < settlingMs;
    },
    works: (place) => void since.delete(place),
  };
}

/** How soon to look again. */
export const settlingPauseMs = 3_000;
