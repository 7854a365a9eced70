import { type Log, type Meter, type NotifierStatus, silentMeter } from "@access-plugins/core";
import { readGitRef } from "./assets.ts";
import type { Plugin } from "./define-plugin.ts";
import type { ListenAddress } from "./listen-address.ts";
import type { Redactor } from "./redactor.ts";

/** Metrics and health endpoints; without `[diagnostics] listen_addr` there are none. */
export interface Diagnostics {
  readonly meter: Meter;
  /** Begins to answer; the returned function ends it. `measure` is called before metrics are rendered. */
  serve(status: () => NotifierStatus, measure: () => void): Promise<() => Promise<void>>;
}

const none: Diagnostics = { meter: silentMeter, serve: async () => async () => {} };

export async function createDiagnostics(
  plugin: Plugin,
  listen: ListenAddress | undefined,
  { log, redactor }: { readonly log: Log; readonly redactor: Redactor },
): Promise<Diagnostics> {
  if (listen === undefined) return none;
  // Loaded only when asked for: most installations start without.
  const { createMetrics } = await import("./metrics.ts");
  const { startHealthServer } = await import("./health-server.ts");
  const metrics = createMetrics(plugin.pluginName);
  metrics.gauge("build_info", 1, { version: plugin.version, commit: readGitRef() ?? "" });
  return {
    meter: metrics,
    async serve(status, measure) {
      const server = await startHealthServer(listen, {
        status,
        contentType: metrics.contentType,
        redact: redactor.redact,
        renderMetrics() {
          metrics.gauge("pending_requests", status().openRequests);
          measure();
          return metrics.render();
        },
      });
      log.info("Serving health and metrics", { address: server.address });
      return server.close;
    },
  };
}
