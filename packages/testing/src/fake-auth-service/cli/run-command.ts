import { status } from "@grpc/grpc-js";
import { type Command, CommanderError, InvalidArgumentError } from "commander";
import { StatusError } from "../grpc/status-error.ts";
import { parseDuration } from "./duration.ts";

/** Runs a command line. Exit codes: 0 done, 1 refused or failed, 2 wrong flags; faults go to stderr. */
export async function runCommand(program: Command, argv: readonly string[]): Promise<void> {
  for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)]) {
    command.exitOverride();
  }
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  // Commander has already printed the text.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof StatusError ? `${status[error.code]}: ` : "";
  process.stderr.write(`${code}${text}\n`);
  return 1;
}

/** For commander: a duration flag. */
export function toDuration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError("Write a duration such as 500ms, 2s, 5m, 1h30m or 7d.");
  return ms;
}

/** For commander: a comma-separated list. */
export const toList = (text: string): string[] =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

/** For commander: `host:port`, the host of IPv6 in brackets. */
export function toAddress(text: string): { host: string; port: number } {
  const match = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match?.[1] || port > 65_535)
    throw new InvalidArgumentError("Write HOST:PORT, for example 127.0.0.1:3025; port 0 takes a free one.");
  return { host: match[1], port };
}
