import { type Clock, PluginError } from "@access-plugins/core";
import type { Connection } from "./connection.ts";
import { withDeadline } from "./deadline.ts";

/** A half-open connection is noticed 15 s after it fell silent, at the latest. */
const intervalMs = 10_000;
const timeoutMs = 5_000;

/**
 * Calls `Ping` on a connection again and again, because HTTP/2 PINGs may be sent once a minute only. `onSilence` is
 * called once when nothing at all came back in time, with the moment of the question; any answer will do, an error as
 * well. Returns the way to stop.
 */
export function startProbe(
  connection: Connection,
  clock: Clock,
  onSilence: (why: PluginError, since: number) => void,
): () => void {
  const stopped = new AbortController();
  const { session, auth } = connection;
  let cancel = () => {};

  async function probe(): Promise<void> {
    const startedAt = clock.monotonic();
    const silence = new PluginError("unavailable", `nothing came back for ${timeoutMs / 1000} s`, {
      reason: "silent",
      fix: "Check the network, proxies and load balancers between: something dropped the connection without a word.",
    });
    const limit = { clock, ms: timeoutMs, onTimeout: () => silence };
    const fault = await withDeadline(limit, stopped.signal, async (signal) => {
      await auth.ping({}, { signal });
    }).catch((thrown: unknown) => thrown);
    if (stopped.signal.aborted) return;
    if (fault === silence && session.lastReadAt <= startedAt) onSilence(silence, startedAt);
    else schedule();
  }

  function schedule(): void {
    cancel = clock.after(intervalMs, () => void probe());
  }

  schedule();
  return () => {
    cancel();
    stopped.abort();
  };
}
