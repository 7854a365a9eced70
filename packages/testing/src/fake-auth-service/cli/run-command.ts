import { status } from "@grpc/grpc-js";
import { type Command, CommanderError, InvalidArgumentError } from "commander";
import { StatusError } from "../grpc/status-error.ts";
import { parseDuration } from "./duration.ts";

/** Where a command writes: whole texts, with their line ends. */
export interface CommandIo {
  out(text: string): void;
  err(text: string): void;
}

/** The process's own output. */
export const processIo: CommandIo = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

/** Runs a command line (without node and script) to its exit code: 0 done, 1 refused or failed, 2 wrong flags. */
export async function runCommand(program: Command, args: readonly string[], io: CommandIo): Promise<number> {
  for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)]) {
    command.exitOverride().configureOutput({ writeOut: io.out, writeErr: io.err });
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    return report(error, io);
  }
}

function report(error: unknown, io: CommandIo): number {
  // Commander has already printed the text.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof StatusError ? `${status[error.code]}: ` : "";
  io.err(`${code}${text}\n`);
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
