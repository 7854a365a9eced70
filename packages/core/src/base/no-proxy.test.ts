import { expect, test } from "vitest";
import { isExempt } from "./no-proxy.ts";

test.each<[string, string, boolean]>([
  // This machine, whatever the list says.
  ["localhost:443", "", true],
  ["LOCALHOST.:443", "", true],
  ["127.0.0.1:443", "", true],
  ["127.9.9.9:443", "", true],
  ["[::1]:443", "", true],
  ["128.0.0.1:443", "", false],
  ["localhost.example.com:443", "", false],
  ["teleport.example.com:443", "", false],
  ["teleport.example.com:443", "*", true],
  // Names.
  ["example.com:443", "example.com", true],
  ["teleport.example.com:443", "example.com", true],
  ["teleport.example.com:443", " Example.COM , other", true],
  ["TELEPORT.example.com.:443", "teleport.example.com", true],
  ["notexample.com:443", "example.com", false],
  ["example.com:443", ".example.com", false],
  ["teleport.example.com:443", ".example.com", true],
  ["a.b.example.com:443", "*.example.com", true],
  ["example.com:443", "*.example.com", false],
  ["teleport.example.com:443", "example.com:443", true],
  ["teleport.example.com:3080", "example.com:443", false],
  ["teleport.example.com:443", "other.com,,example.org", false],
  // Addresses and blocks.
  ["192.0.2.7:443", "192.0.2.7", true],
  ["192.0.2.7:443", "192.0.2.7:443", true],
  ["192.0.2.7:443", "192.0.2.7:80", false],
  ["192.0.2.7:443", "192.0.2.0/24", true],
  ["192.0.3.7:443", "192.0.2.0/24", false],
  ["[2001:db8::7]:443", "2001:db8::7", true],
  ["[2001:db8:0:0::7]:443", "2001:db8::7", true],
  ["[2001:db8::7]:443", "[2001:db8::7]:443", true],
  ["[2001:db8::7]:443", "2001:db8::/32", true],
  ["[2001:db9::7]:443", "2001:db8::/32", false],
  ["192.0.2.7:443", "2001:db8::/32", false],
  ["192.0.2.7:443", "192.0.2.0/99", false],
  ["teleport.example.com:443", "192.0.2.0/24", false],
])("%s with NO_PROXY=%s is called directly: %j", (target, none, exempt) => {
  const { hostname, port } = new URL(`tcp://${target}`);
  expect(isExempt({ host: hostname.replace(/^\[|\]$/gu, ""), port: Number(port) }, none)).toBe(exempt);
});
