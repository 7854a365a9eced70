import { createLaneQueue, type LaneQueue } from "./lane-queue.ts";

/** What is known of one of the platform's limits since it refused us. Times are monotonic milliseconds. */
export interface RateBucket<T> {
  /** What waits for this bucket. */
  readonly waiting: LaneQueue<T>;
  pausedUntil(): number;
  /** Whether one more call may leave now. */
  isFree(now: number): boolean;
  /** Counts a call that leaves. */
  begin(): Permit;
  /**
   * The platform refused a call at `now`: nothing leaves for `ms`, and then one call at a time. Without `ms` the platform
   * did not say how long: `guessMs`, doubled with each refusal that follows such a wait, half a minute at the most.
   */
  refuse(now: number, ms: number | undefined, guessMs: number): void;
  /** Nothing has been refused for so long that the bucket can be forgotten. */
  isRecovered(): boolean;
  /** Nothing waits, nothing runs, and the last pause is over for long: what was learnt then means nothing any more. */
  isStale(now: number): boolean;
}

/** One call that left by leave of a bucket. */
export interface Permit {
  /** The call ended; `answered` when the platform did so itself, without refusing. Only the first call counts. */
  end(answered: boolean): void;
}

/** After this many answers in a row without a refusal twice as many calls may be in flight. */
const answersToDouble = 4;
/** More than anybody has in flight. */
const unlimited = 256;
const staleMs = 60_000;
const longestGuessMs = 30_000;

export function createRateBucket<T>(): RateBucket<T> {
  const waiting = createLaneQueue<T>();
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let limit = 1;
  let inFlight = 0;
  let answers = 0;
  // Calls that left before the last refusal neither count as in flight (one that hangs would stop everybody) nor prove
  // by their success that the platform takes more again.
  let era = 0;
  /** Waits of our own guess in a row that the platform did not find long enough. */
  let guesses = 0;

  function guess(now: number, guessMs: number): number {
    // Calls that left together are refused together: that is one refusal.
    if (pausedUntil <= now) guesses += 1;
    return Math.min(longestGuessMs, guessMs * 2 ** Math.max(0, guesses - 1));
  }

  function grow(): void {
    guesses = 0;
    answers += 1;
    if (answers < answersToDouble) return;
    answers = 0;
    limit *= 2;
  }

  return {
    waiting,
    pausedUntil: () => pausedUntil,
    isFree: (now) => pausedUntil <= now && inFlight < limit,
    begin() {
      const begun = era;
      let ended = false;
      inFlight += 1;
      return {
        end(answered) {
          if (ended || begun !== era) return;
          ended = true;
          inFlight -= 1;
          if (answered) grow();
        },
      };
    },
    refuse(now, ms, guessMs) {
      pausedUntil = Math.max(pausedUntil, now + (ms ?? guess(now, guessMs)));
      era += 1;
      limit = 1;
      inFlight = 0;
      answers = 0;
    },
    isRecovered: () => limit > unlimited,
    isStale: (now) => waiting.size() === 0 && inFlight === 0 && pausedUntil + staleMs <= now,
  };
}
