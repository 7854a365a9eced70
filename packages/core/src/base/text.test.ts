import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toSingleLine, toVisibleText, truncate, truncationMark } from "./text.ts";

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

function toGraphemes(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

/** Texts with everything that makes text hard: emoji families, marks, lone surrogates, controls, blanks. */
const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.constantFrom(
        "👩‍👩‍👧‍👦",
        "🇩🇪",
        "é",
        "e\u0301",
        "\u0600 ",
        "\r\n",
        " ",
        "\t",
        "\u202E",
        "\uD83D",
        "\uDE00",
        "ü",
        "`",
        "&",
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join("")),
);

describe("toVisibleText", () => {
  it.each([
    ["a right-to-left override", "invoice\u202Efdp.exe", "invoicefdp.exe"],
    ["isolates and marks of direction", "\u2066a\u2069\u200E\u200F\u061Cb", "ab"],
    ["invisible characters", "pay\u200B\u2060\u00ADpal\uFEFF", "paypal"],
    ["control characters", "a\u0000\u0007\u001B[31m\u009Fb", "a[31mb"],
    ["tag characters", "a\u{E0041}\u{E007F}b", "ab"],
    ["lone surrogates", "a\uD83Db\uDE00c", "abc"],
  ])("removes %s", (_what, text, visible) => {
    expect(toVisibleText(text)).toBe(visible);
  });

  it.each([
    ["newlines of every kind as newlines", "a\r\nb\rc\u2028d\u2029e\nf", "a\nb\nc\nd\ne\nf"],
    ["tabs as spaces", "a\tb", "a b"],
    ["joiners, which scripts and emoji need", "می\u200Cخواهم 👩\u200D💻", "می\u200Cخواهم 👩\u200D💻"],
    ["letters and marks of any script", "Zażółć 日本語 e\u0301", "Zażółć 日本語 e\u0301"],
  ])("keeps %s", (_what, text, visible) => {
    expect(toVisibleText(text)).toBe(visible);
  });

  it("changes nothing more when applied again, and leaves no control, bidirectional or broken character", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const visible = toVisibleText(text);
        expect(toVisibleText(visible)).toBe(visible);
        expect(visible.isWellFormed()).toBe(true);
        expect(visible).not.toMatch(/[\p{Bidi_Control}\r\t]|(?!\n)\p{Cc}/u);
      }),
    );
  });
});

describe("toSingleLine", () => {
  it("makes one line with single spaces and nothing around it", () => {
    expect(toSingleLine("  a\r\n\r\n b\t\u00A0c\u2028")).toBe("a b c");
  });

  it("changes nothing more when applied again", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const line = toSingleLine(text);
        expect(toSingleLine(line)).toBe(line);
        expect(line).not.toMatch(/\n|\s\s|^\s|\s$/u);
      }),
    );
  });
});

describe("truncate", () => {
  it("leaves a text alone that fits to the last unit", () => {
    expect(truncate("0123456789", 10)).toBe("0123456789");
    expect(truncate("", 0)).toBe("");
  });

  it("cuts and says so within the limit, without blanks before the mark", () => {
    expect(truncate("one two three four five", 20)).toBe(`one two${truncationMark}`);
    expect(truncate("one two three four five", 21)).toBe(`one two t${truncationMark}`);
  });

  it("keeps a family together or leaves it out", () => {
    const family = "👩‍👩‍👧‍👦";
    expect(truncate(`ab${family}cd`.repeat(2), truncationMark.length + 2 + family.length)).toBe(
      `ab${family}${truncationMark}`,
    );
    expect(truncate(`ab${family}cd`.repeat(2), truncationMark.length + 1 + family.length)).toBe(`ab${truncationMark}`);
  });

  it("cuts a single character that is larger than the limit to the mark alone", () => {
    expect(truncate(`e${"\u0301".repeat(1_000)}`, 100)).toBe(truncationMark);
  });

  it.each([
    [truncationMark.length, truncationMark],
    [truncationMark.length - 1, "0123456789…"],
    [1, "…"],
    [0, ""],
  ])("stays within a limit of %i that has hardly room for a mark", (limit, cut) => {
    expect(truncate("0123456789abcdef", limit)).toBe(cut);
  });

  it("measures in the platform's unit", () => {
    const bytes = (part: string) => Buffer.byteLength(part);
    expect(truncate("ü".repeat(10), 20, bytes)).toBe("ü".repeat(10));
    expect(truncate("ü".repeat(10), 19, bytes)).toBe(`üüü${truncationMark}`);
  });

  it("never exceeds the limit, splits a character, or cuts without a mark, in any unit", () => {
    const sizes = fc.constantFrom<(part: string) => number>(
      (part) => part.length,
      (part) => Buffer.byteLength(part),
      (part) => [...part].length,
      // Escaping that makes a character larger, and a run of them larger still.
      (part) => part.replaceAll("&", "&amp;").replaceAll("``", "`\uFEFF`").length,
    );
    fc.assert(
      fc.property(anyText, fc.nat(60), sizes, (text, limit, size) => {
        const cut = truncate(text, limit, size);
        expect(size(cut)).toBeLessThanOrEqual(limit);
        if (size(text) <= limit) {
          expect(cut).toBe(text);
          return;
        }
        const mark = [truncationMark, "…", ""].find((candidate) => size(candidate) <= limit) ?? "";
        expect(cut.endsWith(mark)).toBe(true);
        const kept = cut.slice(0, cut.length - mark.length);
        const starts = toGraphemes(text).map((_, count, all) => all.slice(0, count).join(""));
        expect(starts).toContain(kept);
      }),
    );
  });
});
