import type { Log, LogFields } from "@access-plugins/core";

/** A log that keeps its lines: `warn text {"field":1}`. */
export interface RecordingLog extends Log {
  readonly lines: readonly string[];
}

export function createRecordingLog(): RecordingLog {
  const lines: string[] = [];
  const write = (level: string) => (message: string, fields?: LogFields) => {
    lines.push([level, message, ...(fields === undefined ? [] : [JSON.stringify(fields)])].join(" "));
  };
  const log: RecordingLog = {
    lines,
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: () => log,
  };
  return log;
}
