import { PluginError } from "@access-plugins/core";
import type { Plugin } from "./define-plugin.ts";

/** What ended a command, for the terminal: one line, and the fix where it is known. */
export function renderFailure(plugin: Plugin, thrown: unknown): string {
  const { message, fix } = PluginError.from(thrown);
  return `${plugin.name}: error: ${message}\n${fix === undefined ? "" : `    fix: ${fix}\n`}`;
}
