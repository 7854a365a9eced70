import { PluginError } from "@access-plugins/core";
import { escapeControlsInLines } from "./control-characters.ts";
import type { Plugin } from "./define-plugin.ts";

/** What ended a command, for the terminal: one line, and the fix where it is known. Texts from elsewhere are harmless. */
export function renderFailure(plugin: Plugin, thrown: unknown): string {
  const { message, fix } = PluginError.from(thrown);
  const text = `${plugin.name}: error: ${message}\n${fix === undefined ? "" : `    fix: ${fix}\n`}`;
  return escapeControlsInLines(text);
}
