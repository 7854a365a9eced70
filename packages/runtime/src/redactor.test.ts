import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor } from "./redactor.ts";

describe("createRedactor", () => {
  test("leaves a text without secrets alone", () => {
    const redactor = createRedactor();
    redactor.add("s3cret-token");
    expect(redactor.redact("nothing to see")).toBe("nothing to see");
  });

  test("replaces every appearance of every secret, old ones included", () => {
    const redactor = createRedactor();
    redactor.add("old-token");
    redactor.add("new-token");
    expect(redactor.redact("old-token new-token old-token")).toBe("[redacted] [redacted] [redacted]");
  });

  test("prefers the longer of two secrets that begin alike", () => {
    const redactor = createRedactor();
    redactor.add("secret");
    redactor.add("secret-and-more");
    expect(redactor.redact("secret-and-more")).toBe("[redacted]");
  });

  test("ignores values too short to be a secret", () => {
    const redactor = createRedactor();
    redactor.add("a");
    expect(redactor.redact("a banana")).toBe("a banana");
  });

  test("knows passwords in URLs by their shape", () => {
    expect(createRedactor().redact("GET https://user:pass@example.com/a:b@c and https://example.com:443/x")).toBe(
      "GET https://user:[redacted]@example.com/a:b@c and https://example.com:443/x",
    );
  });

  test("knows private keys and authorization headers by their shape", () => {
    const key = "-----BEGIN PRIVATE KEY-----\nMIIE\nvQ==\n-----END PRIVATE KEY-----";
    expect(createRedactor().redact(`key: ${key}; authorization: Bearer abc.def-123`)).toBe(
      "key: [redacted private key]; authorization: Bearer [redacted]",
    );
  });

  test("finds a secret in every form it may be written in", () => {
    const secret = fc.string({ unit: "grapheme", minLength: 6, maxLength: 40 });
    const forms: ((text: string) => string)[] = [
      (text) => text,
      (text) => JSON.stringify(text).slice(1, -1),
      (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
      (text) => encodeURIComponent(text),
      (text) => Buffer.from(text).toString("base64"),
    ];
    fc.assert(
      fc.property(secret, fc.constantFrom(...forms), fc.string(), fc.string(), (text, toForm, before, after) => {
        // A secret that is part of the mark itself cannot be told from it.
        fc.pre(!"[redacted]".includes(text));
        const redactor = createRedactor();
        redactor.add(text);
        expect(redactor.redact(before + toForm(text) + after)).not.toContain(toForm(text));
      }),
    );
  });
});
