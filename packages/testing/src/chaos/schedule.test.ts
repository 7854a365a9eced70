import { expect, test } from "vitest";
import { faultKinds } from "./fault-kinds.ts";
import { type Act, createSchedule, type ScheduledAct } from "./schedule.ts";

const hour = 3_600_000;
const strikesOf = (schedule: readonly ScheduledAct[]) =>
  schedule.filter((one): one is ScheduledAct & { act: Extract<Act, { do: "strike" }> } => one.act.do === "strike");

test("the same seed is the same schedule, another one is not", () => {
  const once = createSchedule({ seed: 7, durationMs: 60_000 });
  expect(createSchedule({ seed: 7, durationMs: 60_000 })).toEqual(once);
  expect(createSchedule({ seed: 8, durationMs: 60_000 })).not.toEqual(once);
});

test("acts come in the order of time, and none after the end", () => {
  const times = createSchedule({ seed: 3, durationMs: 120_000 }).map(({ at }) => at);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times.every((at) => at >= 0 && at < 120_000)).toBe(true);
});

test("a request is created before anything else happens to it, and many stay open", () => {
  const acts = createSchedule({ seed: 4, durationMs: 10 * 60_000 }).map(({ act }) => act);
  const born = new Set<number>();
  for (const act of acts) {
    if (act.do === "create") born.add(act.request);
    if (act.do === "live") expect(born).toContain(act.request);
  }
  const decided = new Set(acts.flatMap((act) => (act.do === "live" ? [act.request] : [])));
  expect(decided.size / born.size).toBeGreaterThan(0.4);
  expect(decided.size / born.size).toBeLessThan(0.7);
});

test("an hour has every kind of fault", () => {
  const kinds = new Set(strikesOf(createSchedule({ seed: 5, durationMs: hour })).map(({ act }) => act.fault));
  expect([...kinds].sort()).toEqual([...faultKinds].sort());
});

test("only the faults asked for come, and those that need rest get it", () => {
  const strikes = strikesOf(createSchedule({ seed: 6, durationMs: hour, only: ["half-open", "kill"] }));
  const silences = strikes.filter(({ act }) => act.fault === "half-open").map(({ at }) => at);
  expect(new Set(strikes.map(({ act }) => act.fault))).toEqual(new Set(["half-open", "kill"]));
  for (const [index, at] of silences.entries()) expect(at - (silences[index - 1] ?? -hour)).toBeGreaterThan(30_000);
});
