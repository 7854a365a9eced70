import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "@access-plugins/core";
import type { Child } from "../child-process.ts";
import { findHealth, type PluginHealth } from "../plugin-health.ts";
import type { FaultKind } from "./fault-kinds.ts";
import type { People } from "./people.ts";
import { type Battlefield, strikes } from "./strikes.ts";

/** Faults that a process notices as the end of its watch: it says so, and is not ready until it has caught up. */
export const noticedFaults = ["auth-restart", "cut", "half-open", "watch-end"] as const satisfies readonly FaultKind[];

export type NoticedFault = (typeof noticedFaults)[number];

/** How often each of them comes. */
export type Turns = Readonly<Partial<Record<NoticedFault, number>>>;

/** How the processes came through one fault; of several the slowest counts. Milliseconds. */
export interface Recovery {
  readonly fault: NoticedFault;
  /** From the fault to the line that says so. */
  readonly noticedMs: number;
  /** From that line, or from the end of the fault if that is later, until `/readyz` says yes. */
  readonly readyMs: number;
}

interface Watched {
  readonly child: Child;
  readonly health: PluginHealth;
}

/** Far beyond what is promised: what takes longer ends the run, what takes less is judged by its figures. */
const patienceMs = 120_000;
/** Between two faults, so that they meet calls at any point. */
const longestPauseMs = 1_000;

/** The order of a seed. */
export function shuffleTurns(turns: Turns, random: Random): readonly NoticedFault[] {
  return noticedFaults
    .flatMap((fault) => Array.from({ length: turns[fault] ?? 0 }, () => ({ fault, rank: random.next() })))
    .sort((a, b) => a.rank - b.rank)
    .map(({ fault }) => fault);
}

/**
 * One fault after the other, each when all processes are ready again. Before and during each of them a request is filed,
 * and an earlier one is decided. The next turn does not wait for their messages.
 */
export async function playTurns(
  field: Battlefield,
  people: People,
  turns: Turns,
  random: Random,
  note: (text: string) => void,
): Promise<readonly Recovery[]> {
  const recoveries: Recovery[] = [];
  const watched = await Promise.all(
    field.company.all().map(async (child) => ({ child, health: await findHealth(child) })),
  );
  for (const [turn, fault] of shuffleTurns(turns, random).entries()) {
    await sleep(random.next() * longestPauseMs);
    people.create({ do: "create", request: 2 * turn, dice: random.next() });
    await sleep(random.next() * longestPauseMs);
    note(`fault: ${fault}`);
    const recovered = recover(field, watched, fault, random.next());
    people.create({ do: "create", request: 2 * turn + 1, dice: random.next() });
    const earlier = Math.floor(random.next() * 2 * (turn + 1));
    people.live({ do: "live", request: earlier, step: "resolve", dice: random.next() });
    recoveries.push(await recovered);
    note(`ready again after ${fault}`);
  }
  return recoveries;
}

async function recover(
  field: Battlefield,
  watched: readonly Watched[],
  fault: NoticedFault,
  dice: number,
): Promise<Recovery> {
  const startedAt = performance.now();
  const noticing = watched.map(async ({ child }) => {
    await child.nextLine(/Connection problem detected/u, patienceMs);
    return performance.now();
  });
  const over = strikes[fault](field, dice).then(() => performance.now());
  const [overAt, ...noticedAt] = await Promise.all([over, ...noticing]);
  const readyMs = watched.map(async ({ health }, at) => {
    await health.untilReady(patienceMs);
    return performance.now() - Math.max(overAt, noticedAt[at] ?? 0);
  });
  return {
    fault,
    noticedMs: Math.max(...noticedAt) - startedAt,
    readyMs: Math.max(...(await Promise.all(readyMs))),
  };
}
