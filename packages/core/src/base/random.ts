import { randomFillSync } from "node:crypto";

/** Randomness as an argument: tests give a seeded one. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** `bytes` unguessable bytes as base64url text. */
  token(bytes: number): string;
}

/** The randomness of this machine; tokens are cryptographically strong. */
export const systemRandom: Random = {
  next: () => Math.random(),
  token: (bytes) => takeBytes(bytes).toString("base64url"),
};

/** Asking the system for a few bytes costs as much as for many: they are drawn in advance, and each is used once. */
const drawn = Buffer.alloc(4_096);
let left = 0;

function takeBytes(count: number): Buffer {
  if (count > drawn.length) return randomFillSync(Buffer.alloc(count));
  if (count > left) {
    randomFillSync(drawn);
    left = drawn.length;
  }
  left -= count;
  return drawn.subarray(left, left + count);
}
