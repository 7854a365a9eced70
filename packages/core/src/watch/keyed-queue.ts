import { createLaneQueue } from "../base/lane-queue.ts";

/** One piece of work at a time per key. */
export interface Work {
  /** The key was marked again while this runs. */
  wake(): void;
  /** Start nothing more and finish. */
  drain(): void;
  /** Resolves when the work is done; never rejects. */
  run(): Promise<void>;
}

/** Turns marks into work: coalesced per key, bounded in number, begun a few at a time, fair across lanes. */
export interface KeyedQueue {
  /** Something about this key changed. `lane` is whose work it is. */
  mark(key: string, lane: string): void;
  /** Takes in nothing new, drains what runs and resolves when it is done. */
  stop(): Promise<void>;
  /** Keys that wait or run. */
  size(): number;
}

export interface KeyedQueueOptions {
  /** How many keys are worked on at once. */
  readonly concurrency: number;
  create(key: string): Work;
}

/**
 * How many keys are begun in one turn of the event loop. Between two turns comes what has been begun: under load
 * (thousands of marks at once) it is finished before more is begun, so that no lease has to be renewed while its work
 * waits for nothing but the processor.
 */
const startsPerTurn = 16;

export function createKeyedQueue(options: KeyedQueueOptions): KeyedQueue {
  const waiting = createLaneQueue<string>();
  const queued = new Set<string>();
  const running = new Map<string, Work>();
  /** Marked between the work's last look and its end: run once more, in this lane. */
  const again = new Map<string, string>();
  let stopped = false;
  let startsLeft = startsPerTurn;
  const idle = Promise.withResolvers<void>();

  function next(): void {
    while (!stopped && running.size < options.concurrency && startsLeft > 0) {
      const key = waiting.take();
      if (key === undefined) return;
      queued.delete(key);
      start(key);
    }
  }

  function start(key: string): void {
    // The first start of a turn ends its count.
    if (startsLeft === startsPerTurn) setImmediate(nextTurn);
    startsLeft -= 1;
    const work = options.create(key);
    running.set(key, work);
    void work.run().finally(() => ended(key));
  }

  function nextTurn(): void {
    startsLeft = startsPerTurn;
    next();
  }

  function ended(key: string): void {
    running.delete(key);
    const lane = again.get(key);
    again.delete(key);
    if (lane !== undefined) enqueue(key, lane);
    next();
    if (stopped && running.size === 0) idle.resolve();
  }

  function enqueue(key: string, lane: string): void {
    if (stopped || queued.has(key)) return;
    queued.add(key);
    waiting.add(key, lane);
  }

  return {
    mark(key, lane) {
      const work = running.get(key);
      if (work === undefined) {
        enqueue(key, lane);
        next();
        return;
      }
      again.set(key, lane);
      work.wake();
    },
    stop() {
      stopped = true;
      for (const work of running.values()) work.drain();
      if (running.size === 0) idle.resolve();
      return idle.promise;
    },
    size: () => queued.size + running.size,
  };
}
