import type { Clock } from "@access-plugins/core";

const hourMs = 3_600_000;

/** Says whether a text may be reported: yes when it differs from the last one, and hourly while it stays the same. */
export function createRepeatGuard(clock: Clock): (text: string) => boolean {
  let last: { text: string; at: number } | undefined;
  return (text) => {
    const now = clock.monotonic();
    if (last !== undefined && last.text === text && now - last.at < hourMs) return false;
    last = { text, at: now };
    return true;
  };
}
