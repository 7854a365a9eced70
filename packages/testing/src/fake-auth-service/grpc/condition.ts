/** Waiting for something that will be seen after some event, with a deadline and no polling. */
export interface Condition {
  /** Something happened: every waiter looks again. */
  changed(): void;
  /**
   * The first value of `probe` that is not undefined: at once, or after one of the next changes. Rejects after
   * `timeoutMs` of real time with an error that names `what`.
   */
  until<T>(probe: () => T | undefined, what: string, timeoutMs?: number): Promise<T>;
}

const DEFAULT_TIMEOUT_MS = 10_000;

export function createCondition(): Condition {
  const waiters = new Set<() => void>();
  return {
    changed() {
      for (const look of [...waiters]) look();
    },
    until<T>(probe: () => T | undefined, what: string, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<T> {
      return new Promise((resolve, reject) => {
        const stop = () => {
          waiters.delete(look);
          clearTimeout(timer);
        };
        const look = () => {
          const value = probe();
          if (value === undefined) return;
          stop();
          resolve(value);
        };
        const timer = setTimeout(() => {
          waiters.delete(look);
          reject(new Error(`Waited ${timeoutMs} ms in vain for ${what}.`));
        }, timeoutMs);
        waiters.add(look);
        look();
      });
    },
  };
}
