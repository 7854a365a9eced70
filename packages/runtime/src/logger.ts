import type { Log, LogFields } from "@access-plugins/core";
import pino from "pino";
import { z } from "zod";
import { escapeJsonControls } from "./control-characters.ts";
import { type LogValueOptions, toLogValue } from "./error-fields.ts";
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

const entrySchema = z.looseObject({ time: z.string(), level: z.string(), message: z.string() });

/** Core's log on pino: text or JSON lines without secrets and without control characters. */
export function createLogger({ severity, format, debug, sink, redactor }: LoggerOptions): Log {
  const render = format === "json" ? escapeJsonControls : renderLine;
  const logger = pino(
    {
      level: debug ? "debug" : severity,
      base: null,
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    // Values are redacted before they are rendered; once more, for what only the rendering put together.
    { write: (json: string) => sink.write(redactor.redact(render(json))) },
  );
  return toLog(logger, { withStack: debug, redact: redactor.redact }, {});
}

function toLog(logger: pino.Logger, options: LogValueOptions, bound: LogFields): Log {
  const write =
    (level: "debug" | "info" | "warn" | "error") =>
    (message: string, fields: LogFields = {}) => {
      if (!logger.isLevelEnabled(level)) return;
      logger[level](toLogValue(withoutReserved({ ...bound, ...fields }), options), options.redact(message));
    };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => toLog(logger, options, { ...bound, ...fields }),
  };
}

/** A field must not pass for the line's own time, level or message. */
function withoutReserved(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [reservedKeys.has(key) ? `field_${key}` : key, value]),
  );
}

function renderLine(json: string): string {
  const { time, level, message, ...fields } = entrySchema.parse(JSON.parse(json));
  return `${renderLogText({ time, level, message, fields })}\n`;
}
