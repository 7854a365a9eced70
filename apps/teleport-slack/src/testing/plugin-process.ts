import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** The plugin as a process of its own. */
export interface PluginProcess {
  readonly child: ChildProcess;
  /** Everything printed so far, standard error and standard output apart. */
  readonly stderr: readonly string[];
  readonly stdout: readonly string[];
  /** The first line on standard error that matches, past or to come. Rejects after 20 s or when the process ends. */
  untilPrinted(pattern: RegExp): Promise<string>;
  /** The exit code, once the process has ended. */
  untilExit(): Promise<number | null>;
}

const timeoutMs = 20_000;

/** Starts `main.ts` with nothing but `PATH` and `env` in its environment. */
export function startPlugin(args: readonly string[], env: Record<string, string> = {}): PluginProcess {
  const main = new URL("../main.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [main, ...args], { env: { PATH: "/usr/bin:/bin", ...env } });
  const stderr: string[] = [];
  const stdout: string[] = [];
  const lines = createInterface(child.stderr);
  lines.on("line", (line) => stderr.push(line));
  createInterface(child.stdout).on("line", (line) => stdout.push(line));
  const closed = once(child, "close");
  return {
    child,
    stderr,
    stdout,
    async untilPrinted(pattern) {
      const giveUp = AbortSignal.timeout(timeoutMs);
      for (;;) {
        const found = stderr.find((line) => pattern.test(line));
        if (found !== undefined) return found;
        if (child.exitCode !== null || giveUp.aborted) throw new Error(`no ${pattern} in:\n${stderr.join("\n")}`);
        await Promise.race([once(lines, "line", { signal: giveUp }), closed]).catch(() => "too late: told above");
      }
    },
    async untilExit() {
      await Promise.race([closed, once(AbortSignal.timeout(timeoutMs), "abort")]);
      return child.exitCode;
    },
  };
}
