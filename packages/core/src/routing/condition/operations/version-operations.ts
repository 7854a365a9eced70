import { compareVersions, type SemanticVersion } from "../../../base/semantic-version.ts";
import { readVersion } from "../semantic-version.ts";
import { createOperation } from "./operation.ts";
import { textThatIs } from "./parameter.ts";

const version = textThatIs("semantic version", readVersion);

export const newerThan = createOperation<[SemanticVersion, SemanticVersion]>({
  name: "newer_than",
  parameters: [version, version],
  result: "bool",
  run: ([one, other]) => compareVersions(one, other) > 0,
});

export const olderThan = createOperation<[SemanticVersion, SemanticVersion]>({
  name: "older_than",
  parameters: [version, version],
  result: "bool",
  run: ([one, other]) => compareVersions(one, other) < 0,
});
