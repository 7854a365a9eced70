import { expect, it } from "vitest";
import { parseConnectionUpgrade } from "./connection-upgrade.ts";

const a = "a.example.com:443";
const b = "b.example.com:443";

it.each<[string, boolean, boolean]>([
  ["true", true, true],
  ["YES", true, true],
  ["0", false, false],
  [`${a}=yes`, true, false],
  [`${a}=yes,${b}=no`, true, false],
  [`${a}=off;on`, false, true],
  [`yes,${a}=no`, false, true],
  [`${a}=yes,${a}=no`, true, false],
  ["no,yes", true, true],
  [",", false, false],
])("%s: %j for the one, %j for the other address", (text, forA, forB) => {
  const { isNeeded, warnings } = parse(text);
  expect([isNeeded?.(a), isNeeded?.(b)]).toEqual([forA, forB]);
  expect(warnings).toEqual([]);
});

it("says nothing when it is not set", () => {
  expect(parse("").isNeeded).toBeUndefined();
});

it("takes what it does not understand for no, and warns", () => {
  const { isNeeded, warnings } = parse(`perhaps,${a}=yes`);
  expect([isNeeded?.(a), isNeeded?.(b)]).toEqual([true, false]);
  expect(warnings).toEqual([expect.stringContaining('holds "perhaps"')]);
});

function parse(text: string) {
  const warnings: string[] = [];
  const isNeeded = parseConnectionUpgrade(text, { warn: (_, message) => void warnings.push(message) });
  return { isNeeded, warnings };
}
