import type { Clock } from "@access-plugins/core";

const hourMs = 3_600_000;

/** Keeps a lasting trouble from filling the log. */
export interface RepeatGuard {
  /** True when the text differs from the last one, and hourly while it stays the same. */
  isNew(text: string): boolean;
  /** The trouble is over: whatever comes next is new. */
  forget(): void;
}

export function createRepeatGuard(clock: Clock): RepeatGuard {
  let last: { readonly text: string; readonly at: number } | undefined;
  return {
    isNew(text) {
      const now = clock.monotonic();
      if (last !== undefined && last.text === text && now - last.at < hourMs) return false;
      last = { text, at: now };
      return true;
    },
    forget() {
      last = undefined;
    },
  };
}
