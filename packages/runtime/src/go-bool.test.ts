import { expect, test } from "vitest";
import { parseGoBool } from "./go-bool.ts";

test.each(["1", "t", "T", "true", "TRUE", "True"])("%s is true", (text) => {
  expect(parseGoBool(text)).toBe(true);
});

test.each(["0", "f", "F", "false", "FALSE", "False"])("%s is false", (text) => {
  expect(parseGoBool(text)).toBe(false);
});

test.each(["", "yes", "on", "tRUE", " true", "2"])("%j is neither", (text) => {
  expect(parseGoBool(text)).toBeUndefined();
});
