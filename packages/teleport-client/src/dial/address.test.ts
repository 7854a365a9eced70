import { PluginError } from "@access-plugins/core";
import { expect, test } from "vitest";
import { toCandidates, toTargetText } from "./address.ts";

const any = (host: string, port: number) => ["auth", "proxy", "tunnel"].map((as) => `${as} ${host}:${port}`);
const all = (host: string) => [`proxy ${host}:443`, `proxy ${host}:3080`, `auth ${host}:3025`, `tunnel ${host}:3024`];

test.each<[string, readonly string[]]>([
  ["", ["auth localhost:3025"]],
  ["  ", ["auth localhost:3025"]],
  ["teleport.example.com", all("teleport.example.com")],
  [" teleport.example.com ", all("teleport.example.com")],
  ["auth.example.com:3025", ["auth auth.example.com:3025"]],
  ["teleport.example.com:443", any("teleport.example.com", 443)],
  ["teleport.example.com:3080", any("teleport.example.com", 3080)],
  ["https://teleport.example.com", all("teleport.example.com")],
  ["https://teleport.example.com/", all("teleport.example.com")],
  ["HTTPS://teleport.example.com:8443/", any("teleport.example.com", 8443)],
  ["https://teleport.example.com:443/web/cluster/x?a=b#c", any("teleport.example.com", 443)],
  ["192.0.2.7:3025", ["auth 192.0.2.7:3025"]],
  ["[::1]:3025", ["auth [::1]:3025"]],
  ["[::1]:443", any("[::1]", 443)],
  ["[2001:db8::7]", all("[2001:db8::7]")],
  ["::1", all("[::1]")],
  ["2001:db8::7", all("[2001:db8::7]")],
  ["fe80::1%eth0", all("[fe80::1%eth0]")],
  ["https://[::1]:3025/", ["auth [::1]:3025"]],
  [":3025", ["auth localhost:3025"]],
])("%j means %j", (address, candidates) => {
  expect(toCandidates(address).map((one) => `${one.as} ${toTargetText(one)}`)).toEqual(candidates);
});

test.each<[string, string]>([
  ["http://teleport.example.com", "http://"],
  ["tcp://teleport.example.com:3025", "tcp://"],
  ["teleport.example.com:", "port after the colon is missing"],
  ["teleport.example.com:0", "no port 0"],
  ["teleport.example.com:65536", "no port 65536"],
  ["teleport.example.com:abc", "no host"],
  ["user@teleport.example.com", "no host"],
  ["tele port", "no host"],
  ["[::1", "no host"],
  ["[::1]x:1", "no host"],
  ["https://", "host is missing"],
])("%j is refused: %s", (address, why) => {
  const refused = catchError(() => toCandidates(address));
  expect(refused.code).toBe("invalid_config");
  expect(refused.message).toContain(JSON.stringify(address));
  expect(refused.message).toContain(why);
  expect(refused.fix).toContain("host:port");
});

function catchError(run: () => unknown): PluginError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof PluginError) return thrown;
  }
  throw new Error("it was accepted");
}
