import { runCommandLine } from "../cli.ts";
import type { Plugin } from "../define-plugin.ts";

/** What a command line printed and how it ended. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line of the plugin in this process. */
export async function runCaptured(plugin: Plugin, argv: readonly string[]): Promise<CommandResult> {
  const printed = { out: "", err: "" };
  const terminal = {
    out: (text: string) => {
      printed.out += text;
    },
    err: (text: string) => {
      printed.err += text;
    },
  };
  const code = await runCommandLine(plugin, { argv, terminal });
  return { code, ...printed };
}
