import type { Log } from "@access-plugins/core";

/** Where unexpected errors surface: the process, or a test. */
export interface CrashSource {
  on(name: "uncaughtException" | "unhandledRejection", listener: (thrown: unknown) => void): unknown;
}

/** Logs, redacted, what nobody caught, and ends the process: its state cannot be trusted any more. */
export function guardAgainstCrashes(source: CrashSource, log: Log, exit: (code: number) => void): void {
  const end = (thrown: unknown) => {
    // Nobody foresaw this one, so here the stack is what helps.
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    log.error("Terminating with fatal error: this is a defect, please report it", { error: thrown, stack });
    exit(1);
  };
  source.on("uncaughtException", end);
  source.on("unhandledRejection", end);
}
