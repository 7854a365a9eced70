import { compose, type RunOptions } from "./compose.ts";
import type { CommandInput } from "./define-plugin.ts";
import { listenForShutdown } from "./signals.ts";

/**
 * Runs a platform's own command with the checked configuration and a messenger. Resolves to the exit code; throws what
 * the command throws.
 */
export async function runPluginCommand(options: RunOptions, name: string, input: CommandInput): Promise<number> {
  const parts = await compose(options);
  if (parts === undefined) return 1;
  const { config, messenger, log } = parts;
  const shutdown = listenForShutdown({ ...parts, source: process, exit: process.exit });
  try {
    const session = { routes: config.routes, messenger, log, signal: shutdown.signal };
    return await config.platform.runCommand(name, input, session);
  } finally {
    shutdown.dispose();
  }
}
