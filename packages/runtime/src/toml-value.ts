import { TomlDate } from "smol-toml";
import type { KeyPath } from "./toml-positions.ts";

/** A table of a parsed document. */
export type TomlTable = Readonly<Record<string, unknown>>;

/** Whether a parsed value is a table. */
export function isTomlTable(value: unknown): value is TomlTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof TomlDate);
}

/** What stands at `path`; undefined when there is nothing. */
export function valueAt(root: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value[Number(step)];
    return isTomlTable(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }, root);
}

/** A value in words, as far as a message may show it: `the string "5"`, `the integer 5`, `an array`, `a table`. */
export function describeTomlValue(value: unknown): string {
  if (typeof value === "string") return `the string ${JSON.stringify(cut(value))}`;
  if (typeof value === "number") return `the ${Number.isInteger(value) ? "integer" : "number"} ${value}`;
  if (typeof value === "boolean") return `the boolean ${value}`;
  if (Array.isArray(value)) return "an array";
  return value instanceof TomlDate ? "a date" : "a table";
}

/** The name Go has for the value: what the official plugins print. */
export function toGoTypeName(value: unknown): string {
  if (typeof value === "string") return "string";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  if (typeof value === "boolean") return "bool";
  if (Array.isArray(value)) return "[]interface {}";
  return value instanceof TomlDate ? "time.Time" : "map[string]interface {}";
}

/** The same without the value itself, for secrets: `a string`, `an integer`. */
export function describeTomlType(value: unknown): string {
  if (typeof value === "string") return "a string";
  if (typeof value === "number") return Number.isInteger(value) ? "an integer" : "a number";
  return typeof value === "boolean" ? "a boolean" : describeTomlValue(value);
}

function cut(text: string): string {
  const most = 60;
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
