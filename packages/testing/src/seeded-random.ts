import type { Random } from "@access-plugins/core";

/** mulberry32: small, seeded, good enough for jitter. */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return {
    next,
    token: (bytes) =>
      Array.from({ length: Math.ceil((bytes * 4) / 3) }, () => alphabet[Math.floor(next() * 64)]).join(""),
  };
}
