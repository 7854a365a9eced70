import { compose, type RunOptions } from "./compose.ts";
import type { CommandInput } from "./define-plugin.ts";
import { renderFailure } from "./render-failure.ts";
import { listenForShutdown } from "./signals.ts";

/**
 * Runs a platform's own command with the checked configuration and a messenger. Resolves to the exit code. What it
 * prints and what ends it are printed without secrets.
 */
export async function runPluginCommand(options: RunOptions, name: string, input: CommandInput): Promise<number> {
  const parts = await compose(options, { output: "stderr" });
  if (parts === undefined) return 1;
  const { config, messenger, deps, log, redactor } = parts;
  const shutdown = listenForShutdown({ ...parts, source: process, exit: process.exit });
  const safeInput: CommandInput = {
    ...input,
    print: (line) => input.print(redactor.redact(line)),
    warn: (line) => input.warn(redactor.redact(line)),
  };
  try {
    const session = { routes: config.routes, messenger, deps, log, signal: shutdown.signal };
    return await config.platform.runCommand(name, safeInput, session);
  } catch (thrown) {
    options.terminal.err(redactor.redact(renderFailure(options.plugin, thrown)));
    return 1;
  } finally {
    shutdown.dispose();
  }
}
