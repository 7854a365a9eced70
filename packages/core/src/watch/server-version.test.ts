import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkServerVersion, compareServerVersions } from "./server-version.ts";

describe("compareServerVersions", () => {
  // The order that semver.org gives as its example, and what Teleport's versions look like.
  const ascending = [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "1.2.0",
    "1.10.0",
    "13.3.8",
    "15.0.0-dev",
    "15.0.0",
    "18.1.4",
  ];

  it("puts every version before those that come later", () => {
    for (const [at, earlier] of ascending.entries()) {
      for (const later of ascending.slice(at + 1)) {
        expect(compareServerVersions(earlier, later), `${earlier} < ${later}`).toBeLessThan(0);
        expect(compareServerVersions(later, earlier), `${later} > ${earlier}`).toBeGreaterThan(0);
      }
    }
  });

  it.each([
    ["v15.0.0", "15.0.0"],
    ["15.0.0+build.7", "15.0.0"],
    ["15.0.0-rc.1+build.7", "15.0.0-rc.1"],
    ["15", "15.0.0"],
    ["15.1", "15.1.0"],
  ])("takes %s and %s for the same", (a, b) => {
    expect(compareServerVersions(a, b)).toBe(0);
  });

  it("orders any three numbers by the first that differs", () => {
    const version = fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30));
    fc.assert(
      fc.property(version, version, (a, b) => {
        const first = a.map((part, at) => part - (b[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
        expect(Math.sign(compareServerVersions(a.join("."), b.join(".")))).toBe(Math.sign(first));
      }),
    );
  });
});

describe("checkServerVersion", () => {
  it.each([
    ["13.0.0", "13.0.0"],
    ["18.2.1", "13.0.0"],
    ["14.0.0-beta.1", "13.9.9"],
  ])("takes %s where %s is the oldest", (version, minimum) => {
    expect(() => checkServerVersion(version, minimum)).not.toThrow();
  });

  it.each(["12.4.30", "13.0.0-rc.1", "", "unknown"])("refuses %j in the official plugins' words", (version) => {
    expect(() => checkServerVersion(version, "13.0.0")).toThrow(
      expect.objectContaining({
        code: "invalid_config",
        message: `server version ${version} is less than 13.0.0`,
        fix: "Upgrade the Teleport cluster.",
      }),
    );
  });
});
