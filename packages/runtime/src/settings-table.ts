import type { Plugin } from "./define-plugin.ts";
import { describeConfig } from "./load-config.ts";
import type { SettingNode } from "./settings-tree.ts";

/** All settings of a plugin as a Markdown table, made of the schemas themselves: for its README. */
export function renderSettingsTable(plugin: Plugin): string {
  const rows = [...(describeConfig(plugin).children ?? [])].flatMap(([key, node]) => toRows(key, node));
  const roles = plugin.roleToRecipients;
  const required = (key: string, node: SettingNode) =>
    node.required || (key === "role_to_recipients" && roles === "required") ? "required" : showDefault(node.default);
  return [
    "| key | type | default | meaning |",
    "|---|---|---|---|",
    ...rows.map(
      ([key, node]) => `| \`${key}\` | ${node.type} | ${required(key, node)} | ${escapeCell(node.description)} |`,
    ),
    "",
  ].join("\n");
}

function toRows(key: string, node: SettingNode): readonly (readonly [string, SettingNode])[] {
  if (node.children === undefined) return [[key, node]];
  return [...node.children].flatMap(([child, inner]) => toRows(`${key}.${child}`, inner));
}

function showDefault(value: unknown): string {
  return value === undefined ? "–" : `\`${JSON.stringify(value)}\``;
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
