import type { Log, LogFields } from "@access-plugins/core";
import pino from "pino";
import { escapeControlsInLines } from "./control-characters.ts";
import { toLogFields } from "./error-fields.ts";
import type { LogSettings } from "./log-settings.ts";
import type { LogSink } from "./log-sink.ts";
import { renderLogText } from "./log-text.ts";
import type { Redactor } from "./redactor.ts";

/** How to log. */
export interface LoggerOptions extends Pick<LogSettings, "severity" | "format"> {
  /** Lowers the severity to `debug` and adds stacks to errors. */
  readonly debug: boolean;
  readonly sink: LogSink;
  readonly redactor: Redactor;
}

const reservedKeys: ReadonlySet<string> = new Set(["time", "level", "message"]);

/** Core's log on pino: text or JSON lines without secrets and without control characters. */
export function createLogger({ severity, format, debug, sink, redactor }: LoggerOptions): Log {
  const logger = pino(
    {
      level: debug ? "debug" : severity,
      base: null,
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (json: string) => print(escapeControlsInLines(json)) },
  );
  // Values are redacted before they are rendered; once more, for what only the rendering put together.
  const print = (line: string) => sink.write(redactor.redact(line));
  const { redact } = redactor;
  return toLog((level, message, given) => {
    if (!logger.isLevelEnabled(level)) return;
    const fields = toLogFields(withoutReserved(given), { withStack: debug, redact });
    if (format === "json") logger[level](fields, redact(message));
    else print(`${renderLogText({ time: new Date().toISOString(), level, message: redact(message), fields })}\n`);
    // What an operator has to see is out before anything else can go wrong.
    if (level === "warn" || level === "error") sink.flush();
  }, {});
}

type Level = "debug" | "info" | "warn" | "error";

function toLog(enter: (level: Level, message: string, fields: LogFields) => void, bound: LogFields): Log {
  const write =
    (level: Level) =>
    (message: string, fields: LogFields = {}) =>
      enter(level, message, { ...bound, ...fields });
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => toLog(enter, { ...bound, ...fields }),
  };
}

/** A field must not pass for the line's own time, level or message. */
function withoutReserved(fields: LogFields): LogFields {
  const renamed: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) renamed[reservedKeys.has(key) ? `field_${key}` : key] = fields[key];
  return renamed;
}
