import { writeFileSync } from "node:fs";
import { PluginError } from "@access-plugins/core";
import pino from "pino";
import { type LogOutput, toLogOutput } from "./log-settings.ts";

/** Where finished lines go. */
export interface LogSink {
  /** Writes at once: a line is out before the process can end. */
  write(text: string): void;
  /** Opens the file anew, for log rotation; nothing for a stream. */
  reopen(): void;
}

/** Opens a `[log] output`: a stream by its official names or a file, which is created or emptied. */
export function openLogSink(output: string): LogSink {
  const target = toLogOutput(output);
  const destination = openDestination(target);
  // A reader that goes away must not end the plugin.
  destination.on("error", () => undefined);
  return {
    write: (text) => destination.write(text),
    reopen: () => {
      if ("file" in target) destination.reopen();
    },
  };
}

function openDestination(target: LogOutput) {
  try {
    if ("stream" in target) return pino.destination({ fd: target.stream === "stdout" ? 1 : 2, sync: true });
    // Emptied here and not by the library, which would empty it at each reopening too.
    writeFileSync(target.file, "");
    return pino.destination({ dest: target.file, sync: true });
  } catch (thrown) {
    const fix = 'Correct `output` of [log], or set it to "stderr" or "stdout".';
    throw new PluginError("invalid_config", "failed to create the log file", { cause: thrown, fix });
  }
}
