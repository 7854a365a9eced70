import { readFileSync } from "node:fs";
import { PluginError } from "@access-plugins/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkHost, toAuthorities } from "./host-check.ts";

// Made by OpenSSH, see fixtures/README.md.
const types = ["rsa", "ecdsa", "ed25519"] as const;
const now = new Date("2030-06-01T00:00:00Z");
const allAuthorities = toAuthorities(types.map((type) => `@cert-authority * ${readLine(`ca-${type}`)} type=host`));

describe("a host certificate of OpenSSH is trusted:", () => {
  test.each(types.flatMap((type) => types.map((ca) => [type, ca] as const)))("%s, signed by %s", (type, ca) => {
    const [only] = toAuthorities([`@cert-authority proxy.example.com,*.example.com ${readLine(`ca-${ca}`)}`]);
    expect(() => check(`${type}-by-${ca}-cert`, { authorities: only === undefined ? [] : [only] })).not.toThrow();
  });

  test("one without names, for every host", () => {
    expect(() => check("without-names-cert", { host: "anything" })).not.toThrow();
  });
});

test.each<[string, Parameters<typeof check>, string]>([
  ["another authority", ["ed25519-by-rsa-cert", { authorities: allAuthorities.slice(1) }], "another authority"],
  ["no authority at all", ["ed25519-by-rsa-cert", { authorities: [] }], "another authority"],
  ["another host", ["rsa-by-rsa-cert", { host: "other.example.com" }], 'not for "other.example.com"'],
  ["a part of the host's name", ["rsa-by-rsa-cert", { host: "example.com" }], 'not for "example.com"'],
  ["a later time", ["rsa-by-rsa-cert", { now: new Date("2036-01-01T00:00:00Z") }], "expired"],
  ["an earlier time", ["rsa-by-rsa-cert", { now: new Date("2025-12-31T23:59:59Z") }], "not valid yet"],
  ["users", ["user-cert", { host: "alice" }], "not for hosts"],
  ["a condition nobody knows", ["critical-option-cert", {}], "conditions"],
  ["a signature with SHA-1", ["sha1-cert", {}], '"ssh-rsa" are not taken'],
  ["a key without a certificate", ["plain", {}], "no certificate"],
])("one for %s is refused", (_, [name, how], why) => {
  const fault = catchFault(() => check(name, how));
  expect(fault).toMatchObject({ code: "unauthenticated", reason: "ssh_host_untrusted" });
  expect(fault.message).toContain(why);
});

test.each(types)("one of which any byte was changed, cut off or added is refused, signed by %s", (ca) => {
  const blob = toBlob(`ecdsa-by-${ca}-cert`);
  fc.assert(
    fc.property(fc.nat(blob.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const changed = Buffer.from(blob);
      changed[at] = (changed[at] ?? 0) ^ by;
      expect(() => checkBlob(changed)).toThrow(PluginError);
      expect(() => checkBlob(blob.subarray(0, at))).toThrow(PluginError);
      expect(() => checkBlob(Buffer.concat([blob, Buffer.alloc(by)]))).toThrow(PluginError);
    }),
  );
});

test("bytes that are no certificate are refused", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(() => checkBlob(Buffer.from(bytes))).toThrow(PluginError);
    }),
  );
});

interface How {
  readonly authorities?: readonly Buffer[];
  readonly host?: string;
  readonly now?: Date;
}

function check(name: string, how: How = {}): void {
  checkBlob(toBlob(name), how);
}

function checkBlob(blob: Buffer, how: How = {}): void {
  checkHost(blob, { authorities: allAuthorities, host: "proxy.example.com", now, ...how });
}

function toBlob(name: string): Buffer {
  return Buffer.from(readLine(name).split(" ")[1] ?? "", "base64");
}

function readLine(name: string): string {
  return readFileSync(new URL(`../../fixtures/ssh/${name}.pub`, import.meta.url), "utf8").trim();
}

function catchFault(run: () => void): PluginError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof PluginError) return thrown;
  }
  throw new Error("it was accepted");
}
