import type { Plugin } from "./define-plugin.ts";
import { describeConfig } from "./load-config.ts";
import { roleMapKey } from "./role-map.ts";
import type { SettingNode } from "./settings-tree.ts";

/**
 * All settings of a plugin as a Markdown table, made of the schemas themselves: for its README. Columns are padded as
 * formatters of Markdown do it.
 */
export function renderSettingsTable(plugin: Plugin): string {
  const settings = [...(describeConfig(plugin).children ?? [])].flatMap(([key, node]) => toRows(key, node));
  const rows = settings.map(([key, node]) => {
    const isRequired = node.required || (key === roleMapKey && plugin.roleToRecipients === "required");
    return [`\`${key}\``, node.type, isRequired ? "required" : showDefault(node.default), escapeCell(node.description)];
  });
  return renderTable([["key", "type", "default", "meaning"], ...rows]);
}

function renderTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const rule = widths.map((width) => "-".repeat(width));
  const lines = [head, rule, ...rows].map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
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
