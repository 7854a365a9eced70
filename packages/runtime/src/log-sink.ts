import { writeFileSync } from "node:fs";
import { PluginError } from "@access-plugins/core";
import pino from "pino";
import { type LogOutput, toLogOutput } from "./log-settings.ts";

/** Where finished lines go. */
export interface LogSink {
  /** Lines of one turn of the event loop go out together: one system call for all; none is left when the process ends. */
  write(text: string): void;
  /** Everything is out when it returns. */
  flush(): void;
  /** Opens the file anew, for log rotation; nothing for a stream. */
  reopen(): void;
}

/** Opens a `[log] output`: a stream by its official names or a file, which is created or emptied. */
export function openLogSink(output: string): LogSink {
  const target = toLogOutput(output);
  const destination = openDestination(target);
  // A reader that goes away must not end the plugin.
  destination.on("error", () => undefined);
  let pending = "";
  const flush = () => {
    if (pending === "") return;
    const text = pending;
    pending = "";
    destination.write(text);
  };
  process.once("exit", flush);
  return {
    write(text) {
      if (pending === "") setImmediate(flush);
      pending += text;
    },
    flush,
    reopen() {
      flush();
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
