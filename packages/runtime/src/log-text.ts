import { escapeControls } from "./control-characters.ts";

/** One log entry as the logger made it: plain data. */
export interface LogEntry {
  readonly time: string;
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * An entry for people, on one line:
 *
 *     2026-11-21T11:24:33.123Z INFO  Plugin is ready cluster=example.com requests=3
 *
 * Control characters are shown as escapes, so nothing that comes from outside can begin a line of its own. Stacks, in
 * debug logs only, follow below the line, each of their lines behind a bar.
 */
export function renderLogText({ time, level, message, fields }: LogEntry): string {
  const stacks: string[] = [];
  const pairs = Object.entries(fields).flatMap(([key, value]) => flatten(key, value, stacks));
  const line = [time, level.toUpperCase().padEnd(5), escapeControls(message), ...pairs].join(" ");
  return [line, ...stacks.flatMap((stack) => stack.split("\n")).map((text) => `    | ${escapeControls(text)}`)].join(
    "\n",
  );
}

/** `a.b=c` for each leaf; an error's message stands for the error. */
function flatten(key: string, value: unknown, stacks: string[]): readonly string[] {
  if (value === undefined) return [];
  if (typeof value === "string" && /(^|\.)stack$/.test(key)) {
    stacks.push(value);
    return [];
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [`${escapeControls(key)}=${show(value)}`];
  return Object.entries(value).flatMap(([child, inner]) =>
    flatten(child === "message" ? key : `${key}.${child}`, inner, stacks),
  );
}

function show(value: unknown): string {
  const isList = Array.isArray(value) && value.every((item) => typeof item !== "object");
  const text = typeof value === "string" ? value : isList ? value.join(", ") : JSON.stringify(value);
  const isPlain = /^[\w.:/@*+,-]+$/.test(text);
  return escapeControls(isPlain ? text : JSON.stringify(text));
}
