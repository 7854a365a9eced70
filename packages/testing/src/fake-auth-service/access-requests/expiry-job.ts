import type { Clock } from "@access-plugins/core";
import { RequestState } from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import type { Cluster } from "../cluster/cluster.ts";

/** A real cluster deletes at most this many requests in one run. */
const MAX_PER_RUN = 120;

/** Deletes what is past its end. Listings hide such requests at once; the DELETE event comes when the job runs. */
export interface ExpiryJob {
  /** One run, now. Tells how many requests were deleted. */
  run(): number;
  stop(): void;
}

export interface ExpiryJobOptions {
  readonly cluster: Pick<Cluster, "requests" | "pluginData">;
  readonly clock: Clock;
  readonly intervalMs: number;
  /** How much longer a pending request is left alone. */
  readonly pendingGraceMs: number;
}

export function createExpiryJob({ cluster, clock, intervalMs, pendingGraceMs }: ExpiryJobOptions): ExpiryJob {
  const { requests, pluginData } = cluster;
  const run = () => {
    const now = clock.now().getTime();
    const grace = (state: number) => (state === RequestState.PENDING ? pendingGraceMs : 0);
    const over = [...requests.all()]
      .filter(({ requestExpiry, spec }) => requestExpiry + grace(spec.State) <= now)
      .slice(0, MAX_PER_RUN);
    for (const { id } of over) requests.delete(id);
    pluginData.expire();
    return over.length;
  };
  let cancel = () => {};
  const schedule = () => {
    cancel = clock.after(intervalMs, () => {
      run();
      schedule();
    });
  };
  schedule();
  return { run, stop: () => cancel() };
}
