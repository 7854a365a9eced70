import { describe, expect, it } from "vitest";
import { dayMs, daysOf, hourMs, lost, nextAudit, openOnCallStage } from "../testing/reminder-stage.ts";

/** Longer than a claim, and than the first wait of a process. */
const takeOverMs = 200_000;

describe("several processes", () => {
  it("remind once a window between them", async () => {
    const stage = openOnCallStage();
    stage.cluster.accessLists.set({ name: "dev", owners: ["alice", "bob"], nextAudit });
    const plugins = [stage.start(), stage.start(), stage.start()];
    for (const plugin of plugins) plugin.runNow();
    await stage.clock.advance(8 * dayMs);
    const ofEach = ["alice", "bob"].map((owner) =>
      stage.messenger.reminders
        .filter(({ place }) => place === owner)
        .flatMap(({ reminder }) =>
          reminder.lists.map(({ name }) => `${reminder.at.toISOString().slice(0, 10)} ${name}`),
        )
        .sort(),
    );
    expect(ofEach).toEqual([
      ["2026-03-15 dev", "2026-03-15 ops", "2026-03-22 dev", "2026-03-22 ops"],
      ["2026-03-15 dev", "2026-03-22 dev"],
    ]);
    for (const plugin of plugins) await plugin.stop();
  });

  it("go on where one died before it sent: the next one waits for its claim, then reminds", async () => {
    const stage = openOnCallStage();
    const first = stage.start();
    stage.cluster.after = (method) => {
      if (method === "updatePluginData") first.kill();
    };
    await stage.clock.advance(hourMs);
    stage.cluster.after = undefined;
    expect(stage.calendar()).toEqual([]);
    const second = stage.start();
    await stage.clock.advance(60_000);
    expect(stage.calendar()).toEqual([]);
    await stage.clock.advance(takeOverMs);
    expect(daysOf(stage)).toEqual(["2026-03-15 alice"]);
    expect(second.counts.get("possible_duplicates_total cause=unknown_outcome")).toBe(1);
    await stage.clock.advance(dayMs);
    expect(stage.calendar()).toHaveLength(1);
    await second.stop();
  });

  it.each([
    [false, 2],
    [true, 1],
  ])(
    "remind at the most twice when one dies while its message is on its way (search: %s)",
    async (withSearch, times) => {
      const stage = openOnCallStage({ withSearch });
      const first = stage.start();
      stage.messenger.after = (method) => {
        if (method === "remind") first.kill();
      };
      await stage.clock.advance(hourMs);
      stage.messenger.after = undefined;
      const second = stage.start();
      await stage.clock.advance(takeOverMs + dayMs);
      expect(daysOf(stage)).toEqual(Array.from({ length: times }, () => "2026-03-15 alice"));
      await second.stop();
    },
  );
});

it("a message that is found again speaks for its own lists only: what became due since is sent", async () => {
  const stage = openOnCallStage({ withSearch: true });
  let losses = 1;
  stage.messenger.after = (method) => {
    losses -= method === "remind" ? 1 : 0;
    if (method !== "remind" || losses < 0) return;
    stage.cluster.accessLists.set({ name: "dev", title: "Developers", owners: ["alice"], nextAudit });
    throw lost;
  };
  const plugin = stage.start();
  await stage.clock.advance(dayMs);
  expect(stage.messenger.reminders.map(({ reminder }) => reminder.lists.map(({ name }) => name))).toEqual([
    ["ops"],
    ["dev"],
  ]);
  expect(plugin.counts.get("possible_duplicates_total cause=unknown_outcome")).toBeUndefined();
  await plugin.stop();
});
