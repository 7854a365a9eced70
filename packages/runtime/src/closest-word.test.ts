import { expect, test } from "vitest";
import { findClosestWord } from "./closest-word.ts";

const known = ["addr", "identity", "refresh_identity", "refresh_identity_interval", "client_key", "client_crt"];

test.each([
  ["adr", "addr"],
  ["address", "addr"],
  ["idenity", "identity"],
  ["refresh_interval", "refresh_identity_interval"],
  ["crt", "client_crt"],
  ["Client-Key", "client_key"],
  ["client", "client_crt"],
  ["refresh_identity_intervall", "refresh_identity_interval"],
])("%s is taken for %s", (written, meant) => {
  expect(findClosestWord(written, known)).toBe(meant);
});

test.each(["zzz", "password", "", "a"])("%j is like none of them", (written) => {
  expect(findClosestWord(written, known)).toBeUndefined();
});
