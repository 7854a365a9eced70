import { parse } from "node:querystring";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeForm } from "./form.ts";

const anyArgs = fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }));

describe("encodeForm", () => {
  it("is read back by whoever knows forms", () => {
    fc.assert(
      fc.property(anyArgs, (args) => {
        expect({ ...parse(encodeForm(args)) }).toEqual({ ...args });
        expect([...new URLSearchParams(encodeForm(args))]).toEqual(Object.entries(args));
      }),
    );
  });

  it("takes text that is not well formed", () => {
    expect(encodeForm({ text: "a\ud800b", "b&c": "" })).toBe("text=a%EF%BF%BDb&b%26c=");
  });
});
