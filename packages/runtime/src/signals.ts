import type { Clock, Log } from "@access-plugins/core";

/** How a process is asked to stop, and what happens then. */
export interface Shutdown {
  /** Aborts at the first SIGTERM or SIGINT. */
  readonly signal: AbortSignal;
  /** Stops listening to signals. */
  dispose(): void;
}

/** Where signals come from: the process, or a test. */
export interface SignalSource {
  on(name: string, listener: () => void): unknown;
  off(name: string, listener: () => void): unknown;
}

export interface ShutdownDeps {
  readonly source: SignalSource;
  readonly log: Log;
  readonly clock: Clock;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

/** The official grace period: what is in flight may take so long. */
const graceMs = 15_000;

const stopSignals = ["SIGTERM", "SIGINT"];

/**
 * Listens to the signals of the process. The first SIGTERM or SIGINT stops gracefully, a second one, or the end of the
 * grace period, at once.
 */
export function listenForShutdown({ source, log, clock, exit }: ShutdownDeps): Shutdown {
  const controller = new AbortController();
  let cancelDeadline = () => {};

  function stop(): void {
    if (controller.signal.aborted) {
      log.warn("Stopping at once: a second signal arrived");
      exit(1);
      return;
    }
    log.info("Attempting graceful shutdown");
    cancelDeadline = clock.after(graceMs, () => {
      log.error("Graceful shutdown failed, attempting fast shutdown", { grace_seconds: graceMs / 1_000 });
      exit(1);
    });
    controller.abort();
  }

  for (const name of stopSignals) source.on(name, stop);
  return {
    signal: controller.signal,
    dispose() {
      cancelDeadline();
      for (const name of stopSignals) source.off(name, stop);
    },
  };
}

/** Calls back at each SIGHUP, the operator's word for "reload"; the returned function stops that. */
export function onHangup(source: SignalSource, reload: () => void): () => void {
  source.on("SIGHUP", reload);
  return () => source.off("SIGHUP", reload);
}
