import type { Random } from "@access-plugins/core";
import { createSeededRandom } from "../seeded-random.ts";
import { type FaultKind, faultKinds, restMs } from "./fault-kinds.ts";

/** What people do to the request with this number, counted from 0 in the order of creation. */
export type LifeStep = "approve" | "deny" | "resolve" | "override" | "promote" | "delete";

/** One thing that happens at one time. `dice`, between 0 and 1, decides whatever the act itself leaves open. */
export type Act =
  | { readonly do: "create"; readonly request: number; readonly dice: number }
  | { readonly do: "live"; readonly request: number; readonly step: LifeStep; readonly dice: number }
  | { readonly do: "strike"; readonly fault: FaultKind; readonly dice: number };

export interface ScheduledAct {
  /** Milliseconds after the start. */
  readonly at: number;
  readonly act: Act;
}

export interface ScheduleOptions {
  readonly seed: number;
  readonly durationMs: number;
  /** Only these faults; absent: all kinds. */
  readonly only?: readonly FaultKind[];
}

/** Requests a second. */
const requestRate = 1.5;
/** Between two strikes, at the least and at the most. */
const strikeGapMs = [600, 5_400] as const;
/** A request is decided at the most so long after its creation, if at all before the faults end. */
const longestLifeMs = 20_000;
/** The share of requests that stay open until the faults are over: these must have reached everybody. */
const openShare = 0.4;

const lives: readonly (readonly LifeStep[])[] = [
  ["approve"],
  ["approve", "approve"],
  ["deny"],
  ["resolve"],
  ["resolve", "override"],
  ["promote"],
  ["delete"],
];

/** The whole run, decided before it begins: the same seed is the same schedule. */
export function createSchedule({ seed, durationMs, only }: ScheduleOptions): readonly ScheduledAct[] {
  const random = createSeededRandom(seed);
  const acts = [...scheduleLives(random, durationMs), ...scheduleStrikes(random, durationMs, only ?? faultKinds)];
  return acts.sort((a, b) => a.at - b.at);
}

function scheduleLives(random: Random, durationMs: number): ScheduledAct[] {
  const count = Math.max(1, Math.floor((durationMs / 1_000) * requestRate));
  return Array.from({ length: count }, (_, request): ScheduledAct[] => {
    const born = random.next() * durationMs;
    const create: ScheduledAct = { at: born, act: { do: "create", request, dice: random.next() } };
    if (random.next() < openShare) return [create];
    let at = born;
    const steps = pick(lives, random).map((step): ScheduledAct => {
      at += 50 + random.next() * longestLifeMs;
      return { at, act: { do: "live", request, step, dice: random.next() } };
    });
    return [create, ...steps.filter((step) => step.at < durationMs)];
  }).flat();
}

/** One after the other with pauses; a kind that needs rest to be what it is does not come again too soon. */
function scheduleStrikes(random: Random, durationMs: number, kinds: readonly FaultKind[]): ScheduledAct[] {
  const strikes: ScheduledAct[] = [];
  const restedAt = new Map<FaultKind, number>();
  for (let at = strikeGapMs[0]; at < durationMs; at += between(strikeGapMs, random)) {
    const ready = kinds.filter((kind) => (restedAt.get(kind) ?? 0) <= at);
    const dice = random.next();
    const fault = ready[Math.floor(dice * ready.length)];
    if (fault === undefined) continue;
    restedAt.set(fault, at + restMs(fault));
    strikes.push({ at, act: { do: "strike", fault, dice: random.next() } });
  }
  return strikes;
}

function between([least, most]: readonly [number, number], random: Random): number {
  return least + random.next() * (most - least);
}

function pick<T>(items: readonly T[], random: Random): T {
  const item = items[Math.floor(random.next() * items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}
