import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { someLease } from "../testing/arbitrary-record.ts";
import { decodeLease, encodeLease } from "./lease.ts";

describe("a stored lease", () => {
  it("is holder, write and duration", () => {
    const lease = { holder: "kR3xTq0-_a1b", write: "w8_-abcd", durationMs: 8_000 };
    expect(encodeLease(lease)).toBe("kR3xTq0-_a1b.w8_-abcd.8000");
    expect(decodeLease("kR3xTq0-_a1b.w8_-abcd.8000")).toEqual(lease);
  });

  it("says that nobody holds it by a dash", () => {
    expect(encodeLease({ holder: "", write: "w1", durationMs: 0 })).toBe("-.w1.0");
    expect(decodeLease("-.w1.0")).toEqual({ holder: "", write: "w1", durationMs: 0 });
  });

  it("comes back as it was written", () => {
    fc.assert(
      fc.property(someLease, (lease) => {
        expect(decodeLease(encodeLease(lease))).toEqual(lease);
      }),
    );
  });

  it.each([undefined, "", "-", "a.b", "a.b.c", "a.b.1.2", "a.b.-1", "a.b.1e3", ".b.1", "a..1", "a b.c.1", "a.b.1\n"])(
    "is not read from %j",
    (text) => {
      expect(decodeLease(text)).toBeUndefined();
    },
  );

  it("is never read from garbage by accident or with an error", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const lease = decodeLease(text);
        if (lease !== undefined) expect(lease.durationMs).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
