import { describe, expect, it } from "vitest";
import {
  dayMs,
  daysOf,
  hourMs,
  nextAudit,
  noticeBegan,
  openOnCallStage,
  openReminderStage,
} from "../testing/reminder-stage.ts";

describe("the calendar of a list", () => {
  it("is every week from two weeks before the audit date, over a change of the clocks, then every day", async () => {
    const stage = openOnCallStage({ start: "2026-03-14T22:00:00Z" });
    const plugin = stage.start();
    await stage.clock.advance(18 * dayMs);
    expect(stage.calendar()).toMatchInlineSnapshot(`
      [
        "2026-03-15 09:27 alice: Access List On call is due for a review by 2026-03-29. Please review it soon!",
        "2026-03-22 11:26 alice: Access List On call is due for a review by 2026-03-29. Please review it soon!",
        "2026-03-29 11:56 alice: Access List On call is past due for a review! Please review it.",
        "2026-03-30 09:49 alice: Access List On call is 1 day past due for a review! Please review it.",
        "2026-03-31 10:15 alice: Access List On call is 2 days past due for a review! Please review it.",
        "2026-04-01 10:49 alice: Access List On call is 3 days past due for a review! Please review it.",
      ]
    `);
    await plugin.stop();
    expect(stage.clock.pendingTimers()).toBe(0);
  });

  it("is one text for several lists of one owner, under whatever names, and ends when the review is done", async () => {
    const stage = openOnCallStage({ aliases: { "alice@example.com": "alice" } });
    const { accessLists } = stage.cluster;
    accessLists.set({
      name: "dev",
      title: "Developers",
      owners: ["alice@example.com", "bob"],
      nextAudit: new Date("2026-03-27T09:00:00Z"),
    });
    const plugin = stage.start();
    await stage.clock.advance(13 * dayMs);
    accessLists.set({ name: "dev", nextAudit: new Date("2026-09-27T09:00:00Z") });
    await stage.clock.advance(3 * dayMs);
    accessLists.set({ name: "ops", nextAudit: new Date("2026-09-29T09:00:00Z") });
    await stage.clock.advance(30 * dayMs);
    expect(stage.calendar()).toMatchInlineSnapshot(`
      [
        "2026-03-15 10:00 alice: 2 Access Lists are due for reviews, the earliest of which is due by 2026-03-27. Please review them soon!",
        "2026-03-15 10:00 bob: Access List Developers is due for a review by 2026-03-27. Please review it soon!",
        "2026-03-20 10:11 alice: Access List Developers is due for a review by 2026-03-27. Please review it soon!",
        "2026-03-20 10:11 bob: Access List Developers is due for a review by 2026-03-27. Please review it soon!",
        "2026-03-22 10:18 alice: Access List On call is due for a review by 2026-03-29. Please review it soon!",
        "2026-03-27 09:58 alice: Access List Developers is past due for a review! Please review it.",
        "2026-03-27 09:58 bob: Access List Developers is past due for a review! Please review it.",
        "2026-03-29 09:20 alice: Access List On call is past due for a review! Please review it.",
        "2026-03-30 10:57 alice: Access List On call is 1 day past due for a review! Please review it.",
      ]
    `);
    await plugin.stop();
  });

  it("begins for an owner when they become one, and ends when they are none any more", async () => {
    const stage = openOnCallStage();
    const plugin = stage.start();
    await stage.clock.advance(2 * dayMs);
    stage.cluster.accessLists.set({ name: "ops" }, ["nested"]);
    await stage.clock.advance(2 * dayMs);
    stage.cluster.accessLists.set({ name: "ops", owners: ["bob"] }, []);
    await stage.clock.advance(7 * dayMs);
    expect(daysOf(stage)).toEqual(["2026-03-15 alice", "2026-03-17 nested", "2026-03-19 bob", "2026-03-22 bob"]);
    expect(Object.keys(JSON.parse(stage.stored("ops")["user_notifications"] ?? ""))).toEqual(["bob"]);
    await plugin.stop();
  });

  it("is empty for lists that are kept by machines, that are not audited, or whose owners nobody knows", async () => {
    const stage = openReminderStage({ start: noticeBegan });
    const { accessLists } = stage.cluster;
    accessLists.set({ name: "a", owners: ["alice"], type: "static", nextAudit });
    accessLists.set({ name: "b", owners: ["alice"], type: "scim", nextAudit });
    accessLists.set({ name: "c", owners: ["alice"] });
    accessLists.set({ name: "d", owners: ["unknown-1", "gone-2"], nextAudit });
    accessLists.set({ name: "e", nextAudit });
    const plugin = stage.start();
    await stage.clock.advance(2 * dayMs);
    expect(stage.calendar()).toEqual([]);
    expect(stage.cluster.countCalls("updatePluginData")).toBe(0);
    expect(plugin.lines.filter(({ level }) => level !== "debug")).toEqual([]);
    const strangers = plugin.lines.filter(({ message }) => message === "Owners of access lists cannot be found");
    expect(strangers[0]?.fields).toEqual({ count: 2, owners: ["unknown-1", "gone-2"] });
    await plugin.stop();
  });

  it("costs one listing, one look at owners and one read a round when nobody is due, and no word", async () => {
    const stage = openOnCallStage();
    const plugin = stage.start();
    await stage.clock.advance(2 * dayMs);
    stage.cluster.clearCalls();
    const said = plugin.lines.length;
    await stage.clock.advance(3 * hourMs);
    expect(stage.cluster.calls.map(({ method }) => method)).toEqual([
      "listAccessLists",
      "getAccessListOwners",
      "getPluginData",
    ]);
    expect(plugin.lines.slice(said).filter(({ level }) => level !== "debug")).toEqual([]);
    await plugin.stop();
  });

  it("stays the same over the fourteen days that Teleport keeps what is stored: every reminder starts them anew", async () => {
    const stage = openReminderStage({ start: noticeBegan });
    stage.cluster.accessLists.set({ name: "ops", owners: ["alice"], nextAudit, noticeMs: 60 * dayMs });
    stage.cluster.accessLists.set({ name: "ops", nextAudit: new Date("2026-05-14T09:00:00Z") });
    const plugin = stage.start();
    await stage.clock.advance(58 * dayMs);
    expect(stage.calendar()).toHaveLength(9);
    await plugin.stop();
  });
});
