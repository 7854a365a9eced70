import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod";
import type { FaultList } from "./fault.ts";

/** The least level that is printed. */
export type LogSeverity = "debug" | "info" | "warn" | "error";

/** Where log lines go. */
export type LogOutput = { readonly stream: "stdout" | "stderr" } | { readonly file: string };

/** The names of the official plugins. */
const severities: Readonly<Record<string, LogSeverity>> = {
  debug: "debug",
  info: "info",
  warn: "warn",
  warning: "warn",
  err: "error",
  error: "error",
};

const streams: Readonly<Record<string, "stdout" | "stderr">> = {
  stderr: "stderr",
  error: "stderr",
  "2": "stderr",
  stdout: "stdout",
  out: "stdout",
  "1": "stdout",
};

/** The `[log]` table. */
export const logSettingsSchema = z
  .object({
    output: z
      .string()
      .default("stderr")
      .describe("`stderr`, `stdout`, or the path of a file, which is emptied at start"),
    severity: z
      .string()
      .default("info")
      .transform((text, context) => toChoice(text, severities, "unsupported logger severity", context))
      .describe("Least severity to log: `debug`, `info`, `warn` or `error`"),
    format: z
      .string()
      .default("text")
      .transform((text, context) =>
        toChoice(text, { text: "text", json: "json" } as const, "unsupported log format", context),
      )
      .describe("`text`, one readable line each, or `json`"),
  })
  .describe("Logging");

/** The `[log]` table, checked; `output` is still as written. */
export type LogSettings = z.output<typeof logSettingsSchema>;

/** What the `output` setting means: a stream by its official names, else a file. */
export function toLogOutput(output: string): LogOutput {
  const stream = Object.hasOwn(streams, output) ? streams[output] : undefined;
  return stream === undefined ? { file: output } : { stream };
}

/** Tells, before anything is created, that the log file could not be. */
export async function checkLogOutput(output: unknown, faults: FaultList): Promise<void> {
  const target = typeof output === "string" && output !== "" ? toLogOutput(output) : { stream: "stderr" };
  if (!("file" in target)) return;
  const problem = await findWriteProblem(target.file);
  if (problem === undefined) return;
  const message = `failed to create the log file: ${target.file}: ${problem}`;
  faults.error(["log", "output"], message, 'correct the path, or write "stderr" or "stdout"');
}

async function findWriteProblem(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return "it is a folder";
  try {
    await access(found === undefined ? dirname(path) : path, constants.W_OK);
    return undefined;
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
    if (code === "ENOENT") return "its folder does not exist";
    return code === "EACCES" || code === "EROFS" ? "permission denied" : `cannot be written (${code})`;
  }
}

function toChoice<T extends string>(
  text: string,
  choices: Readonly<Record<string, T>>,
  problem: string,
  context: z.core.$RefinementCtx<string>,
): T {
  const key = text.toLowerCase();
  const choice = Object.hasOwn(choices, key) ? choices[key] : undefined;
  if (choice !== undefined) return choice;
  const fix = `use one of ${[...new Set(Object.values(choices))].map((name) => `"${name}"`).join(", ")}`;
  context.issues.push({ code: "custom", message: `${problem}: '${text}'`, params: { fix }, input: text });
  return z.NEVER;
}
