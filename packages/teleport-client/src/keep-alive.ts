import type { ClientHttp2Session } from "node:http2";
import type { Clock } from "@access-plugins/core";

/** The Auth Service closes clients that ping more often than every 60 s. */
const intervalMs = 61_000;
const timeoutMs = 20_000;

/**
 * Sends HTTP/2 PINGs, also while no call is open: idle connections stay open on the way, dead ones are noticed.
 * Returns the way to stop.
 */
export function startKeepAlive(
  http2: ClientHttp2Session,
  clock: Clock,
  on: { answer(): void; silence(why: string): void },
): () => void {
  let cancel = () => {};

  function ping(): void {
    if (http2.destroyed) return;
    cancel = clock.after(timeoutMs, () => on.silence(`no answer to an HTTP/2 PING within ${timeoutMs / 1000} s`));
    http2.ping((error) => {
      cancel();
      if (error !== null || http2.destroyed) return;
      on.answer();
      schedule();
    });
  }

  function schedule(): void {
    cancel = clock.after(intervalMs, ping);
  }

  schedule();
  return () => cancel();
}
