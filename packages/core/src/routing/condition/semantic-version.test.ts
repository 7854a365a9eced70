import { describe, expect, test } from "vitest";
import { compareVersions } from "../../base/semantic-version.ts";
import { readVersion } from "./semantic-version.ts";

describe("semantic versions", () => {
  // The order of semver.org §11.
  const ordered = [
    "0.9.9",
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
    "2.0.0",
    "18446744073709551616.0.0",
  ];

  test("are ordered as the standard says", () => {
    for (const [i, one] of ordered.entries()) {
      for (const [j, other] of ordered.entries()) {
        const order = compareVersions(readVersion(one), readVersion(other));
        expect(Math.sign(order), `${one} and ${other}`).toBe(Math.sign(i - j));
      }
    }
  });

  test("do not differ by build metadata or a leading v", () => {
    expect(compareVersions(readVersion("v18.2.8+build.7"), readVersion("18.2.8"))).toBe(0);
  });

  test.each(["", "18", "18.2", "18.2.8.1", "18.2.x", " 18.2.8", "18.2.8-", `1.0.${"0".repeat(300)}`])(
    "are not %j",
    (text) => {
      expect(() => readVersion(text)).toThrow('is no semantic version: expected one such as "18.2.8"');
    },
  );
});
