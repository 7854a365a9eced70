import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { writeChannelLink } from "./channel-link.ts";
import { decodeAddress, encodeAddress, maxAddressBytes, toRfc822 } from "./stored-address.ts";

/** As Go's encoder writes it, HTML escapes included. */
function official(id: string, ts: string, rid: string): string {
  const quote = (text: string) =>
    JSON.stringify(text).replaceAll("&", "\\u0026").replaceAll("<", "\\u003c").replaceAll(">", "\\u003e");
  return Buffer.from(`{"id":${quote(id)},"ts":${quote(ts)},"rid":${quote(rid)}}`).toString("base64");
}

describe("an entry of the official plugin", () => {
  it.each([
    ["e-mail address", "alice@example.com"],
    ["object id", "1b1f4e7a-8c3d-4f0e-9a52-000000000001"],
    ["channel link", "https://teams.microsoft.com/l/channel/19%3Ax%40thread.tacv2/General?groupId=a&tenantId=b"],
  ])("for a recipient given by %s comes back to the byte", (_, rid) => {
    const entry = official("1700000000123", "21 Nov 26 11:24 UTC", rid);
    const sent = decodeAddress(entry);
    expect(sent).toEqual({ id: "1700000000123", ts: "21 Nov 26 11:24 UTC", rid });
    expect(encodeAddress(sent ?? {})).toBe(entry);
  });

  it("comes back whatever its texts are", () => {
    const text = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(text, fc.string(), text, (id, ts, rid) => {
        const entry = official(id, ts, rid);
        expect(encodeAddress(decodeAddress(entry) ?? {})).toBe(entry);
      }),
    );
  });

  it("in the oldest form is read, too", () => {
    expect(decodeAddress("170/21 Nov 22 11:24 UTC/alice@example.com")).toEqual({
      id: "170",
      ts: "21 Nov 22 11:24 UTC",
      rid: "alice@example.com",
    });
  });

  it("never makes the decoder throw, whatever somebody wrote", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.base64String()), (entry) => void decodeAddress(entry)));
  });
});

describe("an entry of ours", () => {
  it("leaves out what can be found again", () => {
    const sent = { id: "1", ts: "t", rid: "r" };
    expect(encodeAddress({ ...sent, conversation: "19:x@thread.tacv2" })).toBe(encodeAddress(sent));
  });

  it("has room for the longest address there can be", () => {
    const channel = `19:${"x".repeat(90)}@thread.tacv2`;
    const guid = "1b1f4e7a-8c3d-4f0e-9a52-000000000001";
    const rid = writeChannelLink({ channel, team: guid, tenant: `${"t".repeat(60)}.onmicrosoft.com` });
    const entry = encodeAddress({ id: "9".repeat(64), ts: toRfc822(new Date()), rid });
    expect(entry.length).toBeLessThanOrEqual(maxAddressBytes);
    expect(entry.length).toBeGreaterThan(maxAddressBytes * 0.85);
    expect(entry).not.toContain(",");
  });
});

it("writes times as Go's RFC 822 has them", () => {
  expect(toRfc822(new Date("2026-01-02T03:04:59Z"))).toBe("02 Jan 26 03:04 UTC");
  expect(toRfc822(new Date("1999-12-31T23:59:59Z"))).toBe("31 Dec 99 23:59 UTC");
});
