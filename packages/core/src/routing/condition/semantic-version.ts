import { fault, quote } from "./condition-fault.ts";

/** A semantic version, ready to be compared. */
export interface SemanticVersion {
  readonly numbers: readonly bigint[];
  readonly preRelease: readonly string[];
}

const shape = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/u;

/** Reads `18.2.8`, `v18.2.8`, `18.0.0-rc.1`. Build metadata counts for nothing. Throws for anything else. */
export function readVersion(text: string): SemanticVersion {
  const [, major, minor, patch, preRelease] = shape.exec(text) ?? [];
  if (major === undefined || minor === undefined || patch === undefined || text.length > 256) {
    throw fault(`${quote(text)} is no semantic version: expected one such as "18.2.8"`);
  }
  return { numbers: [major, minor, patch].map(BigInt), preRelease: preRelease?.split(".") ?? [] };
}

/** Order by semver.org §11: negative, 0 or positive. */
export function compareVersions(a: SemanticVersion, b: SemanticVersion): number {
  const difference = a.numbers.map((number, at) => number - (b.numbers[at] ?? 0n)).find((each) => each !== 0n);
  if (difference !== undefined) return difference < 0n ? -1 : 1;
  if (a.preRelease.length === 0 || b.preRelease.length === 0) return b.preRelease.length - a.preRelease.length;
  return comparePreReleases(a.preRelease, b.preRelease);
}

function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  const [left, right] = [a[at], b[at]];
  if (left === undefined || right === undefined) return a.length - b.length;
  const [leftIsNumber, rightIsNumber] = [left, right].map((part) => /^\d+$/u.test(part));
  if (leftIsNumber && rightIsNumber) return BigInt(left) < BigInt(right) ? -1 : 1;
  if (leftIsNumber !== rightIsNumber) return leftIsNumber ? -1 : 1;
  return left < right ? -1 : 1;
}
