import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseGoDuration } from "./go-duration.ts";

describe("parseGoDuration", () => {
  // Each expectation was obtained by running Go's time.ParseDuration.
  test.each([
    ["0", 0],
    ["1m", 60_000],
    ["1h30m", 5_400_000],
    ["-1s", -1_000],
    ["+1s", 1_000],
    ["1.5h", 5_400_000],
    [".5s", 500],
    ["1.s", 1_000],
    ["1us", 0.001],
    ["1µs", 0.001],
    ["1μs", 0.001],
    ["1ns", 0.000001],
  ])("reads %s", (text, ms) => {
    expect(parseGoDuration(text)).toEqual({ ms });
  });

  test.each([
    ["", 'invalid duration ""'],
    ["1d", 'unknown unit "d" in duration "1d"'],
    ["5", 'missing unit in duration "5"'],
    [".s", 'invalid duration ".s"'],
    ["9223372036854775808ns", 'invalid duration "9223372036854775808ns"'],
    ["2562048h", 'invalid duration "2562048h"'],
    [" 1s", 'invalid duration " 1s"'],
    ["1S", 'unknown unit "S" in duration "1S"'],
    ["-", 'invalid duration "-"'],
    ["1constructor", 'unknown unit "constructor" in duration "1constructor"'],
  ])("refuses %j as Go does", (text, problem) => {
    expect(parseGoDuration(text)).toEqual({ problem });
  });

  test("adds up any sequence of whole parts", () => {
    const units = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
    const part = fc.tuple(fc.nat(1_000), fc.constantFrom("h", "m", "s", "ms"));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        const text = parts.map(([count, unit]) => `${count}${unit}`).join("");
        const ms = parts.reduce((sum, [count, unit]) => sum + count * units[unit], 0);
        const result = parseGoDuration(text);
        expect("ms" in result ? result.ms : result.problem).toBeCloseTo(ms, 6);
      }),
    );
  });

  test("answers for any text, and a number only when every part has a unit", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[+-]?[0-9.hmsun µ]{0,12}$/)), (text) => {
        const result = parseGoDuration(text);
        if ("ms" in result) expect(text).toMatch(/^[+-]?(0|([0-9.]+(h|m|s|ms|us|µs|μs|ns))+)$/);
        else expect(result.problem).toMatch(/^(invalid duration|missing unit in duration|unknown unit) /);
      }),
    );
  });
});
