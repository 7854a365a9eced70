/** Values a log line carries beside its text. Never a secret, never text of a request. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What core and adapters need of a logger. The runtime gives one that redacts. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to every line. */
  child(fields: LogFields): Log;
}

/** Drops everything: for tests and for library users who log elsewhere. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
};
