import { describe, expect, it } from "vitest";
import { runOfficialRound } from "../testing/official-reminders.ts";
import { dayMs, daysOf, hourMs, openOnCallStage, unavailable } from "../testing/reminder-stage.ts";

describe("what is stored", () => {
  it("is the official plugin's map, with zero times at first, and ours beside it", async () => {
    const stage = openOnCallStage();
    const stored: unknown[] = [];
    stage.cluster.before = (method, args) => {
      if (method === "updatePluginData") stored.push(args[1], args[2]);
    };
    const plugin = stage.start();
    await stage.clock.advance(60_000);
    await stage.clock.advance(3 * hourMs);
    const lease = expect.stringMatching(/^[\w-]+\.[\w-]+\.60000$/u);
    const nonce = /^\{"v":1,"n":"[\w-]{16}"\}$/u;
    expect(stored).toEqual([
      {
        user_notifications: '{"alice":"0001-01-01T00:00:00Z"}',
        access_plugins_reminders: expect.stringMatching(/^\{"v":1,"n":"[\w-]{16}","s":\["alice"\]\}$/u),
        access_plugins_lease: lease,
      },
      { user_notifications: "", access_plugins_reminders: "", access_plugins_lease: "" },
      {
        user_notifications: expect.stringMatching(/^\{"alice":"2026-03-15T\d\d:\d\d:\d\d(\.\d*[1-9])?Z"\}$/u),
        access_plugins_reminders: expect.stringMatching(nonce),
        access_plugins_lease: expect.stringMatching(/^-\./u),
      },
      expect.objectContaining({ user_notifications: '{"alice":"0001-01-01T00:00:00Z"}' }),
    ]);
    await plugin.stop();
  });

  it("of a version we do not know is left alone", async () => {
    const stage = openOnCallStage();
    stage.cluster.setPluginData("ops", "memory", { access_plugins_reminders: '{"v":2}' });
    const plugin = stage.start();
    await stage.clock.advance(dayMs);
    expect(stage.calendar()).toEqual([]);
    expect(stage.cluster.countCalls("updatePluginData")).toBe(0);
    await plugin.stop();
  });

  it("lets the official plugin take over in the middle of a window and hand back: nobody is reminded twice", async () => {
    const stage = openOnCallStage();
    stage.cluster.accessLists.set({ name: "ops", owners: ["alice", "bob"] });
    const first = stage.start();
    await stage.clock.advance(dayMs);
    await first.stop();
    expect(runOfficialRound(stage)).toEqual([]);
    stage.cluster.accessLists.set({ name: "ops", owners: ["alice", "bob", "carol"] });
    expect(runOfficialRound(stage)).toEqual(["carol of ops"]);
    const second = stage.start();
    await stage.clock.advance(dayMs);
    expect(daysOf(stage)).toEqual(["2026-03-15 alice", "2026-03-15 bob"]);
    await stage.clock.advance(5 * dayMs + 2 * hourMs);
    await second.stop();
    expect(runOfficialRound(stage)).toEqual([]);
    expect(daysOf(stage).slice(2)).toEqual(["2026-03-22 alice", "2026-03-22 bob", "2026-03-22 carol"]);
  });

  it("lets the official plugin remind whom we could not", async () => {
    const stage = openOnCallStage();
    stage.messenger.before = (method) => {
      if (method === "remind") throw unavailable;
    };
    const ours = stage.start();
    await stage.clock.advance(dayMs);
    await ours.stop();
    expect(runOfficialRound(stage)).toEqual(["alice of ops"]);
  });
});

describe("what somebody else writes meanwhile", () => {
  it("is kept: the official plugin reminded another owner between our claim and our result", async () => {
    const stage = openOnCallStage();
    let writes = 0;
    stage.cluster.before = (method) => {
      writes += method === "updatePluginData" ? 1 : 0;
      if (method !== "updatePluginData" || writes !== 2) return;
      stage.cluster.accessLists.set({ name: "ops", owners: ["alice", "bob"] });
      expect(runOfficialRound(stage)).toEqual(["alice of ops", "bob of ops"]);
    };
    const plugin = stage.start();
    await stage.clock.advance(dayMs);
    expect(daysOf(stage)).toEqual(["2026-03-15 alice"]);
    expect(JSON.parse(stage.stored("ops")["user_notifications"] ?? "")).toHaveProperty("bob");
    await plugin.stop();
  });

  it("wins: who was reminded between our look and our claim is not reminded again", async () => {
    const stage = openOnCallStage();
    let reads = 0;
    stage.cluster.after = (method) => {
      reads += method === "getPluginData" ? 1 : 0;
      if (method === "getPluginData" && reads === 1) runOfficialRound(stage);
    };
    const plugin = stage.start();
    await stage.clock.advance(dayMs);
    expect(stage.calendar()).toEqual([]);
    await plugin.stop();
  });
});
