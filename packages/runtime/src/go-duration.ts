/**
 * Durations as Go's `time.ParseDuration` reads them, because that is what the configuration files of the official
 * plugins are written in: `1m`, `1h30m`, `1.5h`, `250ms`, `-5s`, `0`.
 */

const nanosecondsPerUnit: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3, // U+00B5, the micro sign
  μs: 1e3, // U+03BC, the Greek letter
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3_600e9,
};

/** Go keeps a duration in 64 bits of nanoseconds; longer ones are refused. */
const mostNanoseconds = 2 ** 63;

/** A part such as `1.5h`: digits with at most one dot, then everything up to the next digit or dot as its unit. */
const part = /^(\d*)(?:\.(\d*))?([^\d.]*)/;

/** Milliseconds (perhaps a fraction), or what is wrong in Go's own words. */
export type DurationResult = { readonly ms: number } | { readonly problem: string };

/** Reads a duration in Go's syntax. Never throws. */
export function parseGoDuration(text: string): DurationResult {
  const invalid = { problem: `invalid duration ${JSON.stringify(text)}` };
  const sign = text.startsWith("-") ? -1 : 1;
  let rest = /^[+-]/.test(text) ? text.slice(1) : text;
  if (rest === "0") return { ms: 0 };
  if (rest === "") return invalid;
  let nanoseconds = 0;
  while (rest !== "") {
    const [all, whole = "", fraction = "", unit = ""] = part.exec(rest) ?? [];
    if (all === undefined || whole + fraction === "") return invalid;
    if (unit === "") return { problem: `missing unit in duration ${JSON.stringify(text)}` };
    const perUnit = Object.hasOwn(nanosecondsPerUnit, unit) ? nanosecondsPerUnit[unit] : undefined;
    if (perUnit === undefined) {
      return { problem: `unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}` };
    }
    nanoseconds += Number(`${whole || "0"}.${fraction || "0"}`) * perUnit;
    rest = rest.slice(all.length);
  }
  return nanoseconds < mostNanoseconds ? { ms: (sign * nanoseconds) / 1e6 || 0 } : invalid;
}
