import { createSeededRandom } from "@access-plugins/testing/doubles";
import { expect, it } from "vitest";
import { PluginError } from "../base/plugin-error.ts";
import { runOfficialRound } from "../testing/official-reminders.ts";
import { openReminderStage, type ReminderProcess } from "../testing/reminder-stage.ts";
import { findWindowStart } from "./windows.ts";

const hourMs = 3_600_000;
const owners = ["alice", "bob", "carol"];

/** Processes that come, die and go, a platform and a cluster that fail and lose answers, and lists that change. */
async function run(seed: number) {
  const stage = openReminderStage({ start: "2026-03-15T10:00:00Z" });
  const { cluster, clock, messenger } = stage;
  const random = createSeededRandom(seed);
  const pick = <T>(all: readonly T[]): T | undefined => all[Math.floor(random.next() * all.length)];
  const processes: ReminderProcess[] = [];
  let doubts = 0;
  cluster.accessLists.set({ name: "ops", owners, nextAudit: new Date("2026-03-20T10:00:00Z") });
  cluster.accessLists.set({ name: "dev", owners: ["alice"], nextAudit: new Date("2026-03-18T10:00:00Z") });
  messenger.before = (method) => {
    if (method === "remind" && random.next() < 0.3) throw new PluginError("unavailable", "down");
  };
  messenger.after = (method) => {
    if (method !== "remind" || random.next() < 0.7) return;
    doubts += 1;
    if (random.next() < 0.5) throw new PluginError("unavailable", "lost", { ambiguous: true });
    const victim = pick(processes);
    victim?.kill();
    processes.splice(0, processes.length, ...processes.filter((one) => one !== victim));
  };
  cluster.before = (method) => {
    if (method === "updatePluginData" && random.next() < 0.1) throw new PluginError("unavailable", "no leader");
  };
  for (let step = 0; step < 25; step += 1) {
    if (processes.length < 2) processes.push(stage.start());
    if (random.next() < 0.3) pick(processes)?.runNow();
    await clock.advance(random.next() * 6 * hourMs);
  }
  messenger.before = undefined;
  messenger.after = undefined;
  cluster.before = undefined;
  if (processes.length === 0) processes.push(stage.start());
  await clock.advance(4 * hourMs);
  processes[0]?.runNow();
  await clock.settle();
  return { stage, doubts, stop: () => Promise.all(processes.map((one) => one.kill())) };
}

it.each(Array.from({ length: 12 }, (_, seed) => seed))(
  "reminds everybody in every window, twice only where an answer was lost or a process died (seed %i)",
  async (seed) => {
    const { stage, doubts, stop } = await run(seed);
    const { cluster, clock, messenger } = stage;
    const reminded = messenger.reminders.flatMap(({ place, reminder }) =>
      reminder.lists.map(({ name }) => {
        const list = cluster.accessLists.all().find((one) => one.name === name);
        return `${place} ${name} ${list && findWindowStart(list, reminder.at)?.toISOString()}`;
      }),
    );
    // A message in doubt may have been about two lists.
    expect(reminded.length - new Set(reminded).size).toBeLessThanOrEqual(2 * doubts);
    for (const list of cluster.accessLists.all()) {
      const window = findWindowStart(list, clock.now())?.toISOString();
      for (const owner of list.owners) expect(reminded).toContain(`${owner} ${list.name} ${window}`);
    }
    expect(runOfficialRound(stage)).toEqual([]);
    await stop();
  },
);
