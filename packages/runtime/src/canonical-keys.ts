import { findClosestWord } from "./closest-word.ts";
import { type FaultList, renderKey } from "./fault.ts";
import type { SettingNode } from "./settings-tree.ts";
import { isTomlTable, type TomlTable } from "./toml-value.ts";

/**
 * Gives every key the spelling of the schema: the official plugins take a key in capitals too, so a key that differs
 * only in case is taken, with a warning. Unknown keys are dropped with a warning, as a file for the official plugin
 * must go on working. Missing tables become empty ones, so that what is missing inside them is reported by name.
 */
export function toCanonicalKeys(root: TomlTable, tree: SettingNode, faults: FaultList): TomlTable {
  return canonicalTable(root, tree, []);

  function canonicalTable(table: TomlTable, node: SettingNode, path: readonly string[]): TomlTable {
    const children = node.children ?? new Map<string, SettingNode>();
    const result: Record<string, unknown> = {};
    for (const [written, value] of Object.entries(table)) {
      const key = findKey(written, table, children);
      if (key === undefined) reportUnknown([...path, written], children);
      else {
        if (key !== written) reportSpelling([...path, written], key);
        result[key] = canonicalValue(value, children.get(key), [...path, key]);
      }
    }
    return { ...emptyTables(children), ...result };
  }

  function canonicalValue(value: unknown, node: SettingNode | undefined, path: readonly string[]): unknown {
    return node?.children !== undefined && isTomlTable(value) ? canonicalTable(value, node, path) : value;
  }

  function reportSpelling(path: readonly string[], key: string): void {
    faults.warn(path, `\`${renderKey(path)}\` is taken for \`${key}\``, `write it as \`${key}\``);
  }

  function reportUnknown(path: readonly string[], siblings: ReadonlyMap<string, SettingNode>): void {
    faults.warn(path, `unknown key \`${renderKey(path)}\` is ignored`, adviseOn(path, siblings, tree));
  }
}

function findKey(written: string, table: TomlTable, children: ReadonlyMap<string, SettingNode>): string | undefined {
  if (children.has(written)) return written;
  const key = [...children.keys()].find((known) => known.toLowerCase() === written.toLowerCase());
  return key === undefined || Object.hasOwn(table, key) ? undefined : key;
}

function emptyTables(children: ReadonlyMap<string, SettingNode>): TomlTable {
  return Object.fromEntries([...children].filter(([, child]) => child.children).map(([key]) => [key, {}]));
}

function adviseOn(path: readonly string[], siblings: ReadonlyMap<string, SettingNode>, tree: SettingNode): string {
  const written = path.at(-1) ?? "";
  const top = path.length > 1 ? tree.children?.get(written.toLowerCase()) : undefined;
  if (top?.type === "table") return `give it a table of its own: [${written}]`;
  if (top !== undefined) return "move it to the top of the file, above the first table";
  const tables = findTablesOf(written, tree);
  if (tables.length > 0) return `it belongs into ${tables.map((table) => `[${table}]`).join(" or ")}: move it there`;
  const meant = findClosestWord(written, [...siblings.keys()]);
  return meant === undefined ? "remove it" : `did you mean \`${meant}\`? Else remove it`;
}

/** The tables that know this key. */
function findTablesOf(key: string, tree: SettingNode): readonly string[] {
  const tables = [...(tree.children ?? [])].filter(([, node]) => node.children?.has(key.toLowerCase()));
  return tables.map(([name]) => name);
}
