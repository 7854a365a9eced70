import { randomBytes } from "node:crypto";

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
  token: (bytes) => randomBytes(bytes).toString("base64url"),
};
