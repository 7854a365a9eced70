import { expect, it } from "vitest";
import { PluginError } from "./base/plugin-error.ts";
import { type Harness, type HarnessOptions, startNotifier } from "./testing/notifier-harness.ts";

const minuteMs = 60_000;

/** A notifier whose cluster has one list that is past due, owned by Bob. */
function start(options: HarnessOptions = {}): Harness {
  const harness = startNotifier({ messenger: { withReminders: true }, ...options });
  const nextAudit = new Date(harness.clock.now().getTime() - minuteMs);
  harness.cluster.accessLists.set({ name: "ops", title: "On call", owners: ["bob"], nextAudit });
  return harness;
}

const placesOf = ({ messenger }: Harness) => messenger.reminders.map(({ place }) => place);

it("reminds beside the watch, about half a minute after the start", async () => {
  const harness = start();
  await harness.clock.advance(25_000);
  expect(placesOf(harness)).toEqual([]);
  await harness.clock.advance(6_000);
  expect(placesOf(harness)).toEqual(["bob"]);
  expect(harness.messenger.reminders[0]?.reminder.webUrl).toBeUndefined();
  await harness.stop();
  expect(harness.ended.value).toBe("ended");
  expect(harness.clock.pendingTimers()).toBe(0);
});

it("never when it is switched off, and never on a platform that cannot", async () => {
  for (const harness of [start({ accessListReminders: false }), start({ messenger: {} })]) {
    await harness.clock.advance(5 * minuteMs);
    expect(harness.cluster.countCalls("listAccessLists")).toBe(0);
    await harness.stop();
  }
});

it("tells of requests whatever becomes of reminders", async () => {
  const harness = start();
  harness.cluster.before = (method) => {
    if (method === "listAccessLists") throw new PluginError("internal", "no idea");
  };
  harness.messenger.before = (method) => {
    if (method === "remind") throw new PluginError("missing_scope", "no direct messages");
  };
  await harness.clock.advance(minuteMs);
  harness.cluster.before = undefined;
  harness.notifier.retryNow();
  await harness.clock.advance(minuteMs);
  harness.cluster.create({ id: "r1" });
  await harness.clock.advance(1_000);
  expect(harness.messenger.statuses("r1")).toEqual({ general: ["pending"] });
  expect(harness.notifier.status().ready).toBe(true);
  await harness.stop();
});

it("at once after a reload, for what an operator has mended", async () => {
  const harness = start();
  harness.cluster.before = (method) => {
    if (method === "listAccessLists") throw new PluginError("forbidden", "no");
  };
  await harness.clock.advance(minuteMs);
  harness.cluster.before = undefined;
  harness.notifier.retryNow();
  await harness.clock.settle();
  expect(placesOf(harness)).toEqual(["bob"]);
  await harness.stop();
});
