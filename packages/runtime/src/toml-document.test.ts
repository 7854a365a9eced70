import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseToml } from "./toml-document.ts";

describe("parseToml", () => {
  test("knows where keys are, in any case where none is written exactly so", () => {
    const document = parseToml("[A]\nb = 1\n[a.c]\nB = 2\nb = 3\n");
    if (!("root" in document)) throw new Error(document.message);
    expect(document.positionOf(["a", "b"])).toEqual({ line: 2, column: 1 });
    expect(document.positionOf(["a", "c", "b"])).toEqual({ line: 5, column: 1 });
    expect(document.positionOf(["a", "c", "x"])).toBeUndefined();
  });

  test("tells where a document is broken", () => {
    expect(parseToml("a = 1\nb = c\n")).toEqual({ message: "invalid value", line: 2, column: 5 });
  });

  test("never repeats the document in what is wrong with it: the broken line may be a token", () => {
    const broken = fc.constantFrom("#", '"', "'", "=", "[", "", "\\", "\u0000", '"""');
    fc.assert(
      fc.property(broken, broken, broken, (before, within, after) => {
        const result = parseToml(`[chat]\ntoken ${before}= "planted${within}-secret${after}\nurl = 'x'\n`);
        if ("message" in result) expect(result.message).not.toMatch(/planted|secret/);
      }),
    );
  });

  test("answers for any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary-ascii" })), (source) => {
        expect(() => parseToml(source)).not.toThrow();
      }),
    );
  });
});
