import { readFileSync } from "node:fs";
import { PluginError } from "@access-plugins/core";

/** The certificates of `msapi.endpoints.ca_file`; throws `invalid_config` when they cannot be read. */
export function readCaFile(path: string | undefined): readonly string[] {
  if (path === undefined) return [];
  try {
    return [readFileSync(path, "utf8")];
  } catch (cause) {
    throw new PluginError("invalid_config", `msapi.endpoints.ca_file: ${path} cannot be read.`, {
      fix: "Let msapi.endpoints.ca_file name a readable PEM file, or remove it.",
      cause,
    });
  }
}
