import type { Clock, Log, Meter } from "@access-plugins/core";

/** How often secret files are looked at: a rotated token is in use within seconds. */
const intervalMs = 5_000;

/** Looks at secret files for as long as the plugin runs. */
export interface SecretWatch {
  /** Looks now, beside the regular looks. */
  refresh(): Promise<void>;
  stop(): void;
}

export interface SecretWatchDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
  /** Reads all files again; true when a secret changed. */
  readonly refreshSecrets: () => Promise<boolean>;
  /** Called after a change. */
  readonly onChange: () => void;
}

export function watchSecrets({ clock, log, meter, refreshSecrets, onChange }: SecretWatchDeps): SecretWatch {
  let isStopped = false;
  let cancel = schedule();

  function schedule(): () => void {
    return clock.after(intervalMs, () => {
      void refresh().then(() => {
        if (!isStopped) cancel = schedule();
      });
    });
  }

  async function refresh(): Promise<void> {
    try {
      if (!(await refreshSecrets())) return;
      meter.gauge("config_last_reload_timestamp_seconds", clock.now().getTime() / 1_000);
      onChange();
    } catch (thrown) {
      log.error("Looking at the secret files failed", { error: thrown });
    }
  }

  return {
    refresh,
    stop() {
      isStopped = true;
      cancel();
    },
  };
}
