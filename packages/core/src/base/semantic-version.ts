/** A semantic version, ready to be compared. */
export interface SemanticVersion {
  readonly numbers: readonly bigint[];
  readonly preRelease: readonly string[];
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
