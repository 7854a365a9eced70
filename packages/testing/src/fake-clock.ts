import type { Clock } from "@access-plugins/core";

/** A clock that stands still until a test moves it: every run takes the same way, and an hour takes no time. */
export interface FakeClock extends Clock {
  /**
   * Moves time on by `ms`. Timers fire in order, those of one moment in the order they were set; after each moment
   * everything runs that needs no time (promise callbacks, `setImmediate`), so chains of awaits and the timers they set
   * on the way behave as they would in real time.
   */
  advance(ms: number): Promise<void>;
  /** Moves from timer to timer until `done`; throws when that took longer than `limitMs` or no timer is left. */
  advanceUntil(done: () => boolean, limitMs: number): Promise<void>;
  /** Lets everything run that needs no time; time stands still. */
  settle(): Promise<void>;
  /** Timers that wait: what is left over after a test was never cancelled. */
  pendingTimers(): number;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Turns of the event loop after which a chain of callbacks that needs no time counts as finished. */
const turns = 24;

export function createFakeClock(start: Date = new Date("2026-03-14T09:26:53Z")): FakeClock {
  // Not zero: a mistaken "no time set" must not look like the beginning of time.
  const origin = 1_000;
  let time = origin;
  let moving = false;
  const timers = new Set<Timer>();

  function nextAt(): number | undefined {
    let next: number | undefined;
    for (const { at } of timers) next = Math.min(next ?? at, at);
    return next;
  }

  /** Timers set by these callbacks for the same moment come in the next round, as in Node. */
  async function fire(at: number): Promise<void> {
    time = Math.max(time, at);
    const due = [...timers].filter((timer) => timer.at <= time).sort((a, b) => a.at - b.at);
    for (const timer of due) {
      if (timers.delete(timer)) timer.callback();
      await Promise.resolve();
    }
    await settle();
  }

  async function move(until: number, done: () => boolean): Promise<void> {
    if (moving) throw new Error("this clock is being moved already: await the other call first");
    moving = true;
    try {
      await settle();
      for (let at = nextAt(); at !== undefined && at <= until && !done(); at = nextAt()) await fire(at);
    } finally {
      moving = false;
    }
  }

  return {
    monotonic: () => time,
    now: () => new Date(start.getTime() + time - origin),
    after(ms, callback) {
      const timer: Timer = { at: time + Math.max(0, ms), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const until = time + ms;
      await move(until, () => false);
      time = Math.max(time, until);
    },
    async advanceUntil(done, limitMs) {
      const until = time + limitMs;
      await move(until, done);
      if (!done()) throw new Error(`not done ${time - (until - limitMs)} ms later, ${timers.size} timers are left`);
    },
    settle,
    pendingTimers: () => timers.size,
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
