import { PluginError } from "../base/plugin-error.ts";

/** Refuses servers older than `minimum`, in the official plugins' words. */
export function checkServerVersion(version: string, minimum: string): void {
  if (compareVersions(version, minimum) >= 0) return;
  throw new PluginError("invalid_config", `server version ${version} is less than ${minimum}`, {
    operation: "Ping",
    fix: "Upgrade the Teleport cluster.",
  });
}

/** Order of two semantic versions: negative, 0 or positive. A pre-release comes before its release. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  for (const at of [0, 1, 2]) {
    const difference = (left.numbers[at] ?? 0) - (right.numbers[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return comparePreReleases(left.preRelease, right.preRelease);
}

function parse(version: string): { numbers: number[]; preRelease: string } {
  const [, core = "0", preRelease = ""] = /^v?(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+))?/u.exec(version) ?? [];
  return { numbers: core.split(".").map(Number), preRelease };
}

function comparePreReleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === "" || b === "") return a === "" ? 1 : -1;
  return a.localeCompare(b, "en", { numeric: true });
}
