/** Writes the table of settings into the README of the app in the current folder, between its two marks. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin } from "../src/index.ts";
import { renderSettingsTable } from "../src/index.ts";

const app = process.cwd();
const readme = join(app, "README.md");
const { plugin }: { plugin: Plugin } = await import(pathToFileURL(join(app, "src/plugin.ts")).href);
const table = `<!-- settings -->\n\n${renderSettingsTable(plugin)}\n<!-- /settings -->`;
const text = await readFile(readme, "utf8");
await writeFile(
  readme,
  text.replace(/<!-- settings -->[\s\S]*<!-- \/settings -->/, () => table),
);
