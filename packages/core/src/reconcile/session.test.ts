import { expect, test } from "vitest";
import { PluginError } from "../base/plugin-error.ts";
import { startNotifier } from "../testing/notifier-harness.ts";
import { leaseMs } from "./lease.ts";

/** Longer than a session sits out with the lease in hand: it gives it back and comes again. */
const retryAfterMs = 120_000;

test("who finds somebody else at work looks again, also when only a later step is left to do", async () => {
  const options = { routes: { roleToRecipients: { "*": ["a"] } } };
  const first = startNotifier(options);
  const { clock, cluster, messenger } = first;
  await clock.advanceUntil(() => first.notifier.status().ready, 30_000);
  messenger.before = (method) => {
    if (method === "post") throw new PluginError("unavailable", "HTTP 503", { retryAfterMs });
  };
  cluster.create({ id: "r1" });
  await clock.advance(1_000);
  // Another one knows nothing of the wait, tries at once and dies in the middle of its call.
  messenger.before = (method) => (method === "post" ? new Promise(() => {}) : undefined);
  const second = startNotifier({ ...options, after: first });
  await clock.advanceUntil(() => messenger.calls.filter(({ method }) => method === "post").length === 2, 30_000);
  // A change that leaves nothing to do makes the first one read what is stored: the lease of the other.
  cluster.endWatches();
  cluster.review("r1", { author: "bob", state: "pending" });
  await clock.advanceUntil(() => first.notifier.status().ready, 30_000);
  second.kill();
  messenger.before = undefined;
  await clock.advance(retryAfterMs + leaseMs);
  expect(messenger.statuses("r1")).toEqual({ a: ["pending"] });
  await first.stop();
});
