import type { z } from "zod";
import { findClosestWord } from "./closest-word.ts";
import { type FaultList, renderKey } from "./fault.ts";
import type { SettingNode } from "./settings-tree.ts";
import type { KeyPath } from "./toml-positions.ts";
import { describeTomlType, describeTomlValue, type TomlTable, valueAt } from "./toml-value.ts";

/** What is needed to speak of a schema's issues in an operator's words. */
export interface IssueContext {
  readonly root: TomlTable;
  readonly tree: SettingNode;
  /** Dotted keys whose values are never shown. */
  readonly secrets: readonly string[];
  readonly faults: FaultList;
}

/**
 * Reports what a schema found wrong. Missing values keep the official phrase `missing required value x.y`; an empty
 * string counts as missing, as it does there. Schemas add their own advice as `params.fix` of a custom issue.
 */
export function reportIssues(issues: readonly z.core.$ZodIssue[], context: IssueContext): void {
  for (const issue of issues) reportIssue(issue, context);
}

function reportIssue(issue: z.core.$ZodIssue, context: IssueContext): void {
  const path = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
  const value = valueAt(context.root, path);
  if (value === undefined || value === "") reportMissing(path, issue, context);
  else if (issue.code === "invalid_type") reportType(path, value, issue.expected, context);
  else if (issue.code === "invalid_value") reportChoice(path, value, issue.values.map(String), context);
  else reportRefusal(path, value, issue, context);
}

/** The official phrase, and what belongs there: the schema's own message, else the setting's description. */
function reportMissing(path: KeyPath, issue: z.core.$ZodIssue, { tree, faults }: IssueContext): void {
  const table = renderKey(path.slice(0, -1));
  const place = table === "" ? "at the top of the file" : `in the [${table}] table`;
  const isOwnMessage = !/^(Invalid input|Too small)/.test(issue.message);
  const description = findNode(tree, path)?.description;
  const meaning = isOwnMessage ? `. ${issue.message.replace(/\.$/, "")}` : description && `: ${asPart(description)}`;
  const fix = `set \`${path.at(-1)}\` ${place}${meaning ?? ""}`;
  faults.error(path, `missing required value ${renderKey(path)}.`, fix);
}

function reportType(path: KeyPath, value: unknown, expected: string, { secrets, faults }: IssueContext): void {
  const problem = `\`${renderKey(path)}\` must be ${expectedWords[expected] ?? expected}`;
  const isOne = typeof value !== "object";
  const fix = expected === "string" && !isOne ? "write one text in quotes" : (typeFixes[expected] ?? "correct it");
  faults.error(path, `${problem}, not ${show(path, value, secrets)}`, fix);
}

const expectedWords: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "a boolean",
  array: "an array",
  object: "a table",
  record: "a table",
};

const typeFixes: Readonly<Record<string, string>> = {
  string: "put the value in quotes",
  number: "write the number without quotes",
  int: "write a whole number without quotes",
  boolean: "write true or false, without quotes",
  array: 'put the values in brackets: ["…", "…"]',
  object: "write it as a table: its name in brackets on a line of its own, its keys below",
  record: "write it as a table: its name in brackets on a line of its own, its keys below",
};

function reportChoice(path: KeyPath, value: unknown, choices: readonly string[], { faults }: IssueContext): void {
  const meant = findClosestWord(String(value), choices);
  const question = meant === undefined ? "use" : `did you mean "${meant}"? Use`;
  const fix = `${question} one of ${choices.map((choice) => `"${choice}"`).join(", ")}`;
  faults.error(path, `\`${renderKey(path)}\` cannot be ${describeTomlValue(value)}`, fix);
}

/** What the schema says against a value: problem and fix where it tells both, else its message is the fix. */
function reportRefusal(
  path: KeyPath,
  value: unknown,
  issue: z.core.$ZodIssue,
  { secrets, faults }: IssueContext,
): void {
  const key = `\`${renderKey(path)}\``;
  const fix = issue.code === "custom" ? issue.params?.["fix"] : undefined;
  if (typeof fix === "string") faults.error(path, `${key}: ${issue.message}`, fix);
  else
    faults.error(path, `${key} cannot be ${show(path, value, secrets)}`, describeLimit(issue) ?? asPart(issue.message));
}

const limitUnits: Readonly<Record<string, string>> = { string: " characters", array: " values" };

function describeLimit(issue: z.core.$ZodIssue): string | undefined {
  const origin = "origin" in issue ? String(issue.origin) : "";
  const unit = limitUnits[origin] ?? "";
  if (issue.code === "too_big") return `use at most ${issue.maximum}${unit}`;
  return issue.code === "too_small" ? `use at least ${issue.minimum}${unit}` : undefined;
}

function show(path: KeyPath, value: unknown, secrets: readonly string[]): string {
  return secrets.includes(path.join(".")) ? `${describeTomlType(value)}` : describeTomlValue(value);
}

function findNode(tree: SettingNode, path: KeyPath): SettingNode | undefined {
  return path.reduce<SettingNode | undefined>((node, step) => node?.children?.get(String(step)), tree);
}

/** A sentence as part of another one. */
function asPart(sentence: string): string {
  const isWord = /^[A-Z][a-z]* /.test(sentence);
  return (isWord ? `${sentence[0]?.toLowerCase()}${sentence.slice(1)}` : sentence).replace(/\.$/, "");
}
