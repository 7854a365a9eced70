import { describe, expect, it } from "vitest";
import { PluginError } from "../base/plugin-error.ts";
import {
  dayMs,
  daysOf,
  hourMs,
  lost,
  openOnCallStage,
  type ReminderProcess,
  unavailable,
} from "../testing/reminder-stage.ts";

function failing(code: PluginError["code"], fix = "mend it") {
  return new PluginError(code, `refused as ${code}`, { fix });
}

function warningsOf({ lines }: ReminderProcess): readonly string[] {
  return lines.filter(({ level }) => level === "warn" || level === "error").map(({ message }) => message);
}

describe("what goes wrong", () => {
  it("at the platform for hours is tried again until everybody is reminded, once, and said once", async () => {
    const stage = openOnCallStage();
    stage.cluster.accessLists.set({ name: "ops", owners: ["alice", "bob", "carol", "dan", "erin"] });
    stage.messenger.before = (method) => {
      if (method === "remind") throw unavailable;
    };
    const plugin = stage.start();
    await stage.clock.advance(10 * hourMs);
    const tries = stage.messenger.calls.filter(({ method }) => method === "remind").length;
    expect(tries).toBeGreaterThan(3 * 10 * 6);
    expect(tries).toBeLessThan(3 * 10 * 60);
    expect(warningsOf(plugin)).toEqual(["Could not remind of access list reviews: The platform does not answer."]);
    stage.messenger.before = undefined;
    await stage.clock.advance(601_000);
    expect(daysOf(stage)).toEqual(["alice", "bob", "carol", "dan", "erin"].map((owner) => `2026-03-15 ${owner}`));
    await stage.clock.advance(dayMs);
    expect(stage.calendar()).toHaveLength(5);
    expect(plugin.counts.get("notifications_total kind=remind outcome=delivered")).toBe(5);
    expect(plugin.counts.get("delivery_failures_total kind=remind code=unavailable")).toBe(tries);
    await plugin.stop();
  });

  it("over a whole window is made up for in the next one, not twice", async () => {
    const stage = openOnCallStage();
    // Past due: a window is a day.
    stage.cluster.accessLists.set({ name: "ops", nextAudit: new Date("2026-03-14T09:00:00Z") });
    stage.messenger.before = (method) => {
      if (method === "remind") throw unavailable;
    };
    const plugin = stage.start();
    await stage.clock.advance(dayMs);
    stage.messenger.before = undefined;
    await stage.clock.advance(20 * hourMs);
    expect(daysOf(stage)).toEqual(["2026-03-16 alice"]);
    await plugin.stop();
  });

  it.each([
    { withSearch: false, times: 2, counted: 1 },
    { withSearch: true, times: 1, counted: undefined },
  ])(
    "with an unknown outcome may remind twice, which is counted once, unless it can search: $withSearch; refused tries change nothing",
    async ({ withSearch, times, counted }) => {
      const stage = openOnCallStage({ withSearch });
      let losses = 1;
      let refusals = 0;
      stage.messenger.before = (method) => {
        const tries = method === "remind" || method === "findPosted";
        if (tries && refusals-- > 0) throw new PluginError("rate_limited", "too many requests");
      };
      stage.messenger.after = (method) => {
        if (method !== "remind" || losses-- <= 0) return;
        refusals = 2;
        throw lost;
      };
      const plugin = stage.start();
      await stage.clock.advance(dayMs);
      expect(daysOf(stage)).toEqual(Array.from({ length: times }, () => "2026-03-15 alice"));
      expect(new Set(stage.messenger.reminders.map(({ key }) => key)).size).toBe(1);
      expect(plugin.counts.get("possible_duplicates_total cause=unknown_outcome")).toBe(counted);
      await plugin.stop();
    },
  );

  it("at Teleport when the result is stored reminds nobody again", async () => {
    const stage = openOnCallStage();
    stage.messenger.after = (method) => {
      if (method === "remind") stage.cluster.setDown(true);
    };
    const plugin = stage.start();
    await stage.clock.advance(hourMs);
    stage.messenger.after = undefined;
    stage.cluster.setDown(false);
    await stage.clock.advance(601_000);
    expect(JSON.parse(stage.stored("ops")["user_notifications"] ?? "")).toEqual({
      alice: expect.stringMatching(/^2026-03-15T10:/u),
    });
    await stage.clock.advance(dayMs);
    expect(stage.calendar()).toHaveLength(1);
    await plugin.stop();
  });

  it("at Teleport when one result is stored loses nothing when the next one is", async () => {
    const stage = openOnCallStage();
    stage.cluster.accessLists.set({ name: "ops", owners: ["alice", "bob"] });
    let refusals = 7;
    stage.cluster.before = (method) => {
      if (method !== "updatePluginData" || stage.messenger.reminders.length !== 1 || refusals === 0) return;
      refusals -= 1;
      throw new PluginError("unavailable", "no leader");
    };
    const plugin = stage.start();
    await stage.clock.advance(dayMs);
    expect(refusals).toBe(0);
    expect(daysOf(stage)).toEqual(["2026-03-15 alice", "2026-03-15 bob"]);
    const told = JSON.parse(stage.stored("ops")["user_notifications"] ?? "");
    expect(told).toEqual({ alice: expect.stringMatching(/^2026/u), bob: expect.stringMatching(/^2026/u) });
    await plugin.stop();
  });

  it.each(["findRecipient", "remind"])(
    "with three people at %s, always, keeps nobody else from their turn",
    async (call) => {
      const stage = openOnCallStage();
      stage.cluster.accessLists.set({ name: "ops", owners: ["x1", "x2", "x3", "alice", "bob"] });
      stage.messenger.before = (method, place) => {
        if (method === call && place.startsWith("x")) throw unavailable;
      };
      const plugin = stage.start();
      await stage.clock.advance(hourMs);
      expect(daysOf(stage)).toEqual(["2026-03-15 alice", "2026-03-15 bob"]);
      await plugin.stop();
    },
  );

  it("with one recipient holds up nobody else, is said once and tried again at the next round", async () => {
    const stage = openOnCallStage();
    stage.cluster.accessLists.set({ name: "ops", owners: ["blocked", "alice"] });
    stage.messenger.before = (method, place) => {
      if (method === "remind" && place === "blocked") throw failing("recipient_forbidden", "unblock the app");
    };
    const plugin = stage.start();
    await stage.clock.advance(7 * hourMs);
    expect(daysOf(stage)).toEqual(["2026-03-15 alice"]);
    const warnings = plugin.lines.filter(({ level }) => level === "warn");
    expect(warnings.map(({ fields }) => fields)).toContainEqual({
      owner: "blocked",
      code: "recipient_forbidden",
      fix: "unblock the app",
    });
    stage.messenger.before = undefined;
    await stage.clock.advance(3 * hourMs);
    expect(daysOf(stage)).toEqual(["2026-03-15 alice", "2026-03-15 blocked"]);
    await plugin.stop();
  });

  it("as a rate limit lets everybody wait as long as it says", async () => {
    const stage = openOnCallStage();
    stage.cluster.accessLists.set({ name: "ops", owners: ["alice", "bob"] });
    stage.messenger.before = (method) => {
      stage.messenger.before = method === "remind" ? undefined : stage.messenger.before;
      if (method === "remind") throw new PluginError("rate_limited", "slow down", { retryAfterMs: 30 * 60_000 });
    };
    const plugin = stage.start();
    await stage.clock.advance(30 * 60_000);
    expect(stage.calendar()).toEqual([]);
    await stage.clock.advance(60_000);
    // Who was refused comes last.
    expect(daysOf(stage)).toEqual(["2026-03-15 bob", "2026-03-15 alice"]);
    await plugin.stop();
  });

  it("with the body is tried once more as plain text", async () => {
    const stage = openOnCallStage();
    let refusals = 1;
    stage.messenger.before = (method) => {
      if (method === "remind" && refusals-- > 0) throw failing("content_rejected");
    };
    const plugin = stage.start();
    await stage.clock.advance(60_000);
    expect(stage.messenger.reminders.map(({ reminder }) => reminder.form)).toEqual(["plain"]);
    await plugin.stop();
  });

  it("with our credentials at the platform waits for an hour, or for the operator", async () => {
    const stage = openOnCallStage();
    stage.messenger.before = (method) => {
      if (method === "remind") throw failing("missing_scope", "add the scope");
    };
    const plugin = stage.start();
    await stage.clock.advance(50 * 60_000);
    expect(stage.messenger.calls.filter(({ method }) => method === "remind")).toHaveLength(1);
    stage.messenger.before = undefined;
    plugin.runNow();
    await stage.clock.settle();
    expect(daysOf(stage)).toEqual(["2026-03-15 alice"]);
    await plugin.stop();
  });

  it("as long as the platform takes nothing from us, nothing is sent", async () => {
    const stage = openOnCallStage();
    const plugin = stage.start();
    plugin.gate.isOpen = () => false;
    await stage.clock.advance(hourMs);
    expect(stage.messenger.calls.filter(({ method }) => method === "remind")).toEqual([]);
    plugin.gate.isOpen = () => true;
    plugin.runNow();
    await stage.clock.settle();
    expect(stage.calendar()).toHaveLength(1);
    await plugin.stop();
  });

  it.each([
    ["forbidden", "warn", "Reminders of access list reviews are off: the plugin's role may not list access lists"],
    ["not_implemented", "info", "This cluster has no access lists: nobody is reminded of their reviews"],
  ] as const)("%s: off and said once, on again when that is over", async (code, level, message) => {
    const stage = openOnCallStage();
    stage.cluster.before = (method) => {
      if (method === "listAccessLists") throw failing(code);
    };
    const plugin = stage.start();
    await stage.clock.advance(dayMs);
    const spoken = () =>
      plugin.lines.filter((line) => line.level !== "debug").map((line) => `${line.level} ${line.message}`);
    expect(spoken()).toEqual([`${level} ${message}`]);
    expect(stage.cluster.countCalls("listAccessLists")).toBeGreaterThan(8);
    stage.cluster.before = undefined;
    await stage.clock.advance(3 * hourMs);
    expect(spoken()[1]).toBe("info Reminders of access list reviews are on again");
    expect(daysOf(stage)).toEqual(["2026-03-16 alice"]);
    await plugin.stop();
  });

  it("with the permission to write is told with its fix", async () => {
    const stage = openOnCallStage();
    stage.cluster.before = (method) => {
      if (method === "updatePluginData") throw failing("forbidden", "Add the rule access_plugin_data: [update].");
    };
    const plugin = stage.start();
    await stage.clock.advance(hourMs);
    expect(stage.calendar()).toEqual([]);
    expect(plugin.lines.find(({ level }) => level === "warn")?.fields).toMatchObject({
      fix: "Add the rule access_plugin_data: [update].",
    });
    await plugin.stop();
  });

  it("at the end of the process is finished, and nothing new is begun", async () => {
    const stage = openOnCallStage();
    stage.cluster.accessLists.set({ name: "ops", owners: ["alice", "bob"] });
    const held = Promise.withResolvers<void>();
    stage.messenger.before = (method) => (method === "remind" ? held.promise : undefined);
    const plugin = stage.start();
    await stage.clock.advance(30_000);
    const stopped = plugin.stop();
    held.resolve();
    await stopped;
    expect(daysOf(stage)).toEqual(["2026-03-15 alice"]);
    expect(stage.stored("ops")["user_notifications"]).toContain('"alice":"2026-');
  });
});
