/** Lets tests wait for a state instead of for a time. */
export interface Changes {
  notify(): void;
  /** Resolves once `reached` holds, looked at after every change; rejects after `timeoutMs` with `describe()`. */
  waitUntil(reached: () => boolean, describe: () => string, timeoutMs?: number): Promise<void>;
}

const defaultTimeoutMs = 10_000;

export function createChanges(): Changes {
  const waiting = new Set<() => void>();
  return {
    notify() {
      for (const look of waiting) look();
    },
    waitUntil(reached, describe, timeoutMs = defaultTimeoutMs) {
      if (reached()) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`Waited ${timeoutMs} ms in vain: ${describe()}`));
        }, timeoutMs);
        const look = () => {
          if (!reached()) return;
          waiting.delete(look);
          clearTimeout(timer);
          resolve();
        };
        waiting.add(look);
      });
    },
  };
}
