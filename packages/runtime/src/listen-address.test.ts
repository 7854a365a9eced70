import { expect, test } from "vitest";
import { parseListenAddress } from "./listen-address.ts";

test.each([
  ["127.0.0.1:8081", { host: "127.0.0.1", port: 8081 }],
  [":8081", { host: undefined, port: 8081 }],
  ["[::1]:0", { host: "::1", port: 0 }],
  ["localhost:65535", { host: "localhost", port: 65_535 }],
])("%s", (text, address) => {
  expect(parseListenAddress(text)).toEqual(address);
});

test.each(["", "8081", "localhost", "localhost:", "localhost:65536", "::1:8081", "a b:1", "http://x:1", "x:-1"])(
  "%j is no address",
  (text) => {
    expect(parseListenAddress(text)).toBeUndefined();
  },
);
