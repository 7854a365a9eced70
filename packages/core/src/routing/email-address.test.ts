import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isEmailAddress } from "./email-address.ts";

// Judged by Go 1.26: mail.ParseAddress succeeds and gives the same address back.
const accepted = [
  "a@b",
  "bob@example.com",
  "a@localhost",
  "ü@x.com",
  "a@ü.com",
  "😀@x",
  "a@😀",
  "a+b@c",
  "a'b@c",
  "!#$%&'*+/=?^_`{|}~-@x",
  "a@-b",
  "a@b_c",
  "a@b/c",
  "=?utf-8?q?a?=@b",
  "a@[127.0.0.1]",
  "a@[::1]",
];
const refused = [
  "",
  "bob",
  "@x",
  "bob@",
  "a@b@c",
  "Bob <bob@x>",
  "<bob@x>",
  " bob@x",
  "bob@x ",
  "bob@x\n",
  "a b@c",
  "a@b c",
  "a\tb@c",
  "a\u0000b@c",
  "a@b\r\n c",
  ".a@b",
  "a.@b",
  "a..b@c",
  "a@.b",
  "a@b.",
  "a@b..c",
  '"a b"@x',
  '"ab"@x',
  '""@x',
  "a@[]",
  "a@[1.2.3]",
  "a@[IPv6:::1]",
  "a@[fe80::1%eth0]",
  "a@[not ip]",
  "a,b@c",
  "a;b@c",
  "a:b@c",
  "mailto:a@b",
  "group: a@b;",
  "a@b, c@d",
  "a(b)@c",
  "a@b(c)",
  "a\\b@c",
];

describe("isEmailAddress", () => {
  it.each(accepted)("accepts %j as Go does", (text) => {
    expect(isEmailAddress(text)).toBe(true);
  });

  it.each(refused)("refuses %j as Go does", (text) => {
    expect(isEmailAddress(text)).toBe(false);
  });

  it.each(["a\u00A0b@c", "a\u200Bb@c", "a\u202Eb@c", "a\u0080b@c", "a\uD800b@c", `${"a".repeat(320)}@b`])(
    "refuses %j, which Go would take: nobody is found by it",
    (text) => {
      expect(isEmailAddress(text)).toBe(false);
    },
  );

  it("accepts addresses as people have them", () => {
    fc.assert(
      fc.property(fc.emailAddress(), (address) => {
        expect(isEmailAddress(address)).toBe(true);
      }),
    );
  });

  it("accepts nothing with a blank or a second @ in it, and answers at once for any text", () => {
    const hostile = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[a.@"\\ []{0,300}$/u));
    fc.assert(
      fc.property(hostile, (text) => {
        if (isEmailAddress(text)) expect(text).toMatch(/^[^\s@]+@[^\s@]+$/u);
      }),
    );
  });
});
