import { describe, expect, test } from "vitest";
import { PluginError } from "../base/plugin-error.ts";
import { startNotifier } from "../testing/notifier-harness.ts";
import { leaseMs } from "./lease.ts";
import { leaseKey } from "./record.ts";

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

describe("a look-up that ends after another replica has told somebody", () => {
  /** Stops at the moment in which the late one has found out and is about to store that it has. */
  async function findOutLate() {
    const options = { routes: { roleToRecipients: { "*": ["a"] } } };
    const first = startNotifier(options);
    const second = startNotifier({ ...options, after: first });
    const { clock, cluster, messenger } = first;
    await clock.advance(1_000);
    const [claim, lookUp] = [holdSecond(), holdSecond()];
    cluster.before = (method) => (method === "updatePluginData" ? claim.pass() : undefined);
    messenger.before = (method) => (method === "findRecipient" ? lookUp.pass() : undefined);
    cluster.create({ id: "r1" });
    await clock.advance(1_000);
    expect(messenger.statuses("r1")).toEqual({ a: ["pending"] });
    const understood = Promise.withResolvers<void>();
    cluster.before = (method) => (method === "updatePluginData" ? understood.promise : undefined);
    claim.release();
    await first.stop();
    return { second, clock, cluster, messenger, lookUp, understood };
  }

  test("does not make them untold", async () => {
    const { second, clock, messenger, lookUp, understood } = await findOutLate();
    lookUp.release();
    await clock.advance(1_000);
    understood.resolve();
    await clock.advance(60_000);
    expect(messenger.statuses("r1")).toEqual({ a: ["pending"] });
    await second.stop();
  });

  test("is still the one call about them that is under way", async () => {
    const { second, clock, cluster, messenger, lookUp, understood } = await findOutLate();
    const reply = Promise.withResolvers<void>();
    messenger.before = (method) => (method === "reply" ? reply.promise : undefined);
    cluster.review("r1", { author: "bob", state: "pending", reason: "looking" });
    understood.resolve();
    await clock.advance(1_000);
    lookUp.release();
    await clock.advance(1_000);
    reply.resolve();
    await clock.advance(60_000);
    expect(messenger.messages.map(({ replies }) => replies.length)).toEqual([1]);
    await second.stop();
  });
});

test("an earlier claim of its own that it did not know of is gone on with, and who was told under it is not told again", async () => {
  const h = startNotifier({ routes: { roleToRecipients: { "*": ["a"] } } });
  const { clock, cluster, messenger } = h;
  await clock.advance(1_000);
  let lease = "";
  messenger.before = (method) => {
    if (method === "post") lease = cluster.pluginData("r0", "memory")?.[leaseKey] ?? "";
  };
  cluster.create({ id: "r0" });
  await clock.advance(1_000);
  const earlier = { ...cluster.pluginData("r0", "memory"), [leaseKey]: lease };
  cluster.before = (method) => {
    if (method === "updatePluginData") cluster.setPluginData("r1", "memory", earlier);
    cluster.before = undefined;
  };
  cluster.create({ id: "r1" });
  await clock.advance(60_000);
  expect(messenger.calls.filter(({ method }) => method === "post")).toHaveLength(1);
  expect(cluster.pluginData("r1", "memory")?.["messages"]).toBe(cluster.pluginData("r0", "memory")?.["messages"]);
  await h.stop();
});

test("a post that is answered after another replica has told the same place takes nothing from that one's message", async () => {
  const options = { routes: { roleToRecipients: { "*": ["a", "b"] } } };
  const first = startNotifier(options);
  const { clock, cluster, messenger } = first;
  await clock.advance(1_000);
  const [soon, late] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const answers = new Map([
    ["a", late.promise],
    ["b", soon.promise],
  ]);
  messenger.after = (method, place) => (method === "post" ? answers.get(place) : undefined);
  cluster.create({ id: "r1" });
  await clock.advance(1_000);
  messenger.after = undefined;
  const still = first.standStill();
  const second = startNotifier({ ...options, after: first });
  await clock.advance(20_000);
  await second.stop();
  still.goOn();
  // It stores this result, and learns by that whose record it is.
  soon.resolve();
  await clock.advance(1_000);
  late.resolve();
  await clock.advance(1_000);
  cluster.update("r1", { state: "approved" });
  await clock.advance(60_000);
  expect(messenger.statuses("r1")).toEqual({ a: ["approved", "approved"], b: ["approved", "approved"] });
  await first.stop();
});

/** The second call waits until it is released; all others pass. */
function holdSecond() {
  const { promise, resolve } = Promise.withResolvers<void>();
  let calls = 0;
  return {
    release: resolve,
    pass() {
      calls += 1;
      return calls === 2 ? promise : undefined;
    },
  };
}
