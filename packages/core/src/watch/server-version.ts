import { PluginError } from "../base/plugin-error.ts";
import { compareVersions, type SemanticVersion } from "../base/semantic-version.ts";

/** Refuses servers older than `minimum`, in the official plugins' words. */
export function checkServerVersion(version: string, minimum: string): void {
  if (compareServerVersions(version, minimum) >= 0) return;
  throw new PluginError("invalid_config", `server version ${version} is less than ${minimum}`, {
    operation: "Ping",
    fix: "Upgrade the Teleport cluster.",
  });
}

/** Order of two versions of servers: negative, 0 or positive. A pre-release comes before its release. */
export function compareServerVersions(a: string, b: string): number {
  return compareVersions(toVersion(a), toVersion(b));
}

/** Tolerant: parts that are missing count as 0, and so does everything else about a text that is no version. */
function toVersion(text: string): SemanticVersion {
  const [, core = "", preRelease = ""] = /^v?(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+))?/u.exec(text) ?? [];
  const parts = core.split(".");
  return {
    numbers: [0, 1, 2].map((at) => BigInt(parts[at] || 0)),
    preRelease: preRelease === "" ? [] : preRelease.split("."),
  };
}
