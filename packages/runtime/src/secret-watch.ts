import type { Clock, Log, Meter } from "@access-plugins/core";
import type { SecretStore } from "./secret-store.ts";

/** How often secret files are looked at: a rotated token is in use within seconds. */
const intervalMs = 5_000;

/** Looks at secret files for as long as the plugin runs. */
export interface SecretWatch {
  /** Looks now, beside the regular looks. Never rejects. */
  refresh(): Promise<void>;
  stop(): void;
}

export interface SecretWatchDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
  readonly secrets: Pick<SecretStore, "refresh" | "isHealthy" | "onChange">;
}

export function watchSecrets({ clock, log, meter, secrets }: SecretWatchDeps): SecretWatch {
  let isStopped = false;
  let cancel = schedule();
  secrets.onChange(() => meter.gauge("config_last_reload_timestamp_seconds", clock.now().getTime() / 1_000));

  function schedule(): () => void {
    return clock.after(intervalMs, () => {
      void refresh().then(() => {
        if (!isStopped) cancel = schedule();
      });
    });
  }

  async function refresh(): Promise<void> {
    try {
      await secrets.refresh(log);
      meter.gauge("config_reload_success", secrets.isHealthy ? 1 : 0);
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
