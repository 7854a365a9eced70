import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deliveryKey } from "./calls.ts";

describe("deliveryKey", () => {
  it("is the same for every try, and short enough for any platform", () => {
    expect(deliveryKey("nonce", "bob@example.com")).toBe(deliveryKey("nonce", "bob@example.com"));
    expect(deliveryKey("nonce", "bob@example.com")).toMatch(/^[\w-]{22}$/u);
  });

  it("differs between requests and recipients, and cannot be had by shifting text from one to the other", () => {
    const parts = fc.tuple(fc.stringMatching(/^[\w-]{1,16}$/u), fc.string());
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        if (a[0] !== b[0] || a[1] !== b[1]) expect(deliveryKey(...a)).not.toBe(deliveryKey(...b));
      }),
    );
  });
});
