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

/** Turns marks into work: coalesced per key, bounded in number, fair across lanes. */
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

export function createKeyedQueue(options: KeyedQueueOptions): KeyedQueue {
  const waiting = createLaneQueue<string>();
  const queued = new Set<string>();
  const running = new Map<string, Work>();
  /** Marked between the work's last look and its end: run once more, in this lane. */
  const again = new Map<string, string>();
  let stopped = false;
  const idle = Promise.withResolvers<void>();

  function next(): void {
    while (!stopped && running.size < options.concurrency) {
      const key = waiting.take();
      if (key === undefined) return;
      queued.delete(key);
      start(key);
    }
  }

  function start(key: string): void {
    const work = options.create(key);
    running.set(key, work);
    void work.run().finally(() => ended(key));
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
