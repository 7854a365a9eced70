import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { someKey, someText } from "../testing/arbitrary-record.ts";
import { toGoJson } from "./go-json.ts";

// What Go 1.26's json.Marshal writes for the same values.
describe("toGoJson writes what Go writes", () => {
  it.each([
    [[], "[]"],
    [["node-1", "b"], '["node-1","b"]'],
    [["a<b>&c"], String.raw`["a\u003cb\u003e\u0026c"]`],
    [["line\u2028sep\u2029"], String.raw`["line\u2028sep\u2029"]`],
    [['quote"back\\slash'], String.raw`["quote\"back\\slash"]`],
    [["tab\tnl\ncr\r"], String.raw`["tab\tnl\ncr\r"]`],
    [["bs\bff\f"], String.raw`["bs\bff\f"]`],
    [["ctl\u0001\u001F\u007F"], `["ctl\\u0001\\u001f\u007F"]`],
    [["ü 日本 👩"], '["ü 日本 👩"]'],
  ])("for the list %j", (list, json) => {
    expect(toGoJson(list)).toBe(json);
  });

  it.each([
    ["keys sorted", { b: ["x"], a: ["y", "z"] }, '{"a":["y","z"],"b":["x"]}'],
    ["keys that look like numbers as text", { a: [], 9: ["y"], 10: ["x"] }, '{"10":["x"],"9":["y"],"a":[]}'],
    [
      "keys by their bytes, not by UTF-16 units",
      { "😀": ["4"], "\uFFFF": ["3"], ü: ["1"], z: ["2"] },
      '{"z":["2"],"ü":["1"],"\uFFFF":["3"],"😀":["4"]}',
    ],
    [
      "names that objects have of their own",
      JSON.parse('{"constructor":["c"],"__proto__":["p"]}'),
      '{"__proto__":["p"],"constructor":["c"]}',
    ],
    ["keys escaped as values", { "<k>": ["&"] }, String.raw`{"\u003ck\u003e":["\u0026"]}`],
  ])("for an object: %s", (_what, record, json) => {
    expect(toGoJson(record)).toBe(json);
  });

  it("so that any JSON reader gets the same value back", () => {
    const values = fc.oneof(fc.array(someText), fc.dictionary(someKey, fc.array(someText)));
    fc.assert(
      fc.property(values, (value) => {
        const json = toGoJson(value);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(json).not.toMatch(/[<>&\u2028\u2029]/u);
      }),
    );
  });
});
