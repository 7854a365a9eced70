import { setTimeout as sleep } from "node:timers/promises";
import { createSeededRandom } from "../seeded-random.ts";
import type { Simulation } from "../simulation.ts";
import { openTheatre, type Theatre } from "../theatre.ts";
import { createChronicle } from "./chronicle.ts";
import { createCompany } from "./company.ts";
import { channels, gatherFacts, isStored } from "./evidence.ts";
import { createExcuses } from "./excuses.ts";
import type { FaultKind } from "./fault-kinds.ts";
import { judge, type Verdict } from "./oracle.ts";
import { createPeople } from "./people.ts";
import { createRequestOf } from "./request-id-in.ts";
import { createSchedule, type ScheduleOptions } from "./schedule.ts";
import { strikes } from "./strikes.ts";
import { playTurns, type Recovery, type Turns } from "./turns.ts";

export type ChaosOptions = CommonOptions & (ScheduledFaults | FaultsInTurn);

interface CommonOptions {
  readonly seed: number;
  /** Processes of the plugin. */
  readonly replicas: number;
  /** How long everything may take to come true after the faults are over; 150 s. */
  readonly patienceMs?: number;
}

/** Faults at any time, whatever state the processes are in. */
type ScheduledFaults = Omit<ScheduleOptions, "seed">;

/** So many of each, one after the other. */
interface FaultsInTurn {
  readonly turns: Turns;
}

/** What a run ended with. */
export interface ChaosReport {
  readonly options: ChaosOptions;
  /** How long things went wrong. */
  readonly wentWrongMs: number;
  readonly requests: number;
  readonly messages: number;
  readonly struck: Readonly<Partial<Record<FaultKind, number>>>;
  /** Of faults in turn: how each was survived. */
  readonly recoveries: readonly Recovery[];
  readonly verdict: Verdict;
  /** Processes that ended by themselves or did not stop when asked. */
  readonly broken: readonly string[];
  /** How long it took to come true: what was open when the faults ended, and what was decided then. */
  readonly settled: readonly Settled[];
  /** The journal of each request a promise was broken for, or that was the last to come true after a long while. */
  readonly journals: ReadonlyMap<string, readonly string[]>;
}

/** How long things took to come true, and the request that was the last. */
interface Settled {
  readonly ms: number;
  readonly last: string | undefined;
}

const defaultPatienceMs = 150_000;
/** What takes longer to come true is worth a look: its journal is shown. */
const slowMs = 20_000;
/** Calls take a while, so that faults meet some under way. */
const chatLatencyMs = 80;
const storeLatencyMs = 15;
const readyWithinMs = 90_000;
const lookEveryMs = 500;
/** What has come true must stay so for a while: what is late would show by now. */
const quietMs = 2_000;

/**
 * Plays a seeded schedule of requests and faults on real processes, a simulated Auth Service and the platform's fake;
 * then the faults stop, everything has to come true, the rest is decided, and that has to come true as well.
 */
export async function runChaos(simulation: Simulation, options: ChaosOptions): Promise<ChaosReport> {
  const roles = { "*": channels.map((channel) => ({ channel })) };
  const theatre = await openTheatre(simulation, { roles });
  try {
    return await play(theatre, options);
  } finally {
    await theatre.close();
  }
}

async function play(theatre: Theatre, options: ChaosOptions): Promise<ChaosReport> {
  const { auth, platform } = theatre;
  const stage = { auth, platform, requestOf: createRequestOf() };
  const chronicle = createChronicle({
    now: Date.now,
    authCalls: () => auth.calls.all,
    platformCalls: () => platform.calls(),
  });
  const company = createCompany(theatre, options.replicas, chronicle.note);
  const people = createPeople(auth, chronicle.note);
  const excuses = createExcuses({
    now: Date.now,
    messages: platform.messages,
    calls: platform.calls,
    isStored: (message) => isStored(stage, message),
    requestOf: stage.requestOf,
    shared: options.replicas > 1,
  });
  const looking = setInterval(excuses.look, lookEveryMs);
  const patienceMs = options.patienceMs ?? defaultPatienceMs;
  const settled: Settled[] = [];
  const struck: Partial<Record<FaultKind, number>> = {};
  const recoveries: Recovery[] = [];
  let wentWrongMs = 0;
  const field = { theatre, company, struck: excuses.strike };
  const verdict = () => judge(gatherFacts(stage, people.states(), excuses.list()), channels);
  try {
    await company.calm(readyWithinMs);
    platform.setLatency(chatLatencyMs);
    auth.faults.delay("UpdatePluginData", storeLatencyMs);
    const startedAt = Date.now();
    if ("turns" in options) await playInTurn(options);
    else await playSchedule(options);
    wentWrongMs = Date.now() - startedAt;
    chronicle.note("the faults are over");
    platform.heal();
    auth.faults.clear();
    await company.calm(readyWithinMs);
    settled.push(await untilTrue(verdict, patienceMs));
    // Once a request is decided nobody sees any more that somebody was never told of it.
    if (verdict().failures.length > 0) return report(await stopAll());
    chronicle.note("everything is decided");
    people.finish(createSeededRandom(options.seed + 1).next);
    settled.push(await untilTrue(verdict, patienceMs));
    await sleep(quietMs);
    return report(await stopAll());
  } finally {
    clearInterval(looking);
    await company.stop();
  }

  /** Gives what processes did that they should not. */
  async function stopAll(): Promise<string[]> {
    const codes = await company.stop();
    const stuck = codes.filter((code) => code !== 0).map((code) => `did not stop when asked: exit code ${code}`);
    return [...company.ended, ...stuck];
  }

  async function playSchedule(faults: ScheduledFaults): Promise<void> {
    const underWay: Promise<void>[] = [];
    const startedAt = Date.now();
    for (const { at, act } of createSchedule({ seed: options.seed, ...faults })) {
      await sleep(Math.max(0, startedAt + at - Date.now()));
      if (act.do === "create") people.create(act);
      else if (act.do === "live") people.live(act);
      else {
        chronicle.note(`fault: ${act.fault}`);
        count(act.fault);
        underWay.push(strikes[act.fault](field, act.dice));
      }
    }
    await Promise.all(underWay);
  }

  async function playInTurn({ turns }: FaultsInTurn): Promise<void> {
    const random = createSeededRandom(options.seed);
    recoveries.push(...(await playTurns(field, people, turns, random, chronicle.note)));
    for (const { fault } of recoveries) count(fault);
  }

  function count(fault: FaultKind): void {
    struck[fault] = (struck[fault] ?? 0) + 1;
  }

  /** With the record as it stands: what the plugin believes. */
  function journalOf(id: string): readonly string[] {
    return [...chronicle.tell(id), ...company.quote(id), `stored: ${JSON.stringify(auth.pluginData(id))}`];
  }

  function report(broken: readonly string[]): ChaosReport {
    const last = verdict();
    const slow = settled.flatMap((one) => (one.ms > slowMs && one.last !== undefined ? [one.last] : []));
    const guilty = [...new Set([...last.failures.map(({ request }) => request), ...slow])];
    return {
      options,
      wentWrongMs,
      requests: people.states().size,
      messages: platform.messages().length,
      struck,
      recoveries,
      verdict: last,
      broken,
      settled,
      journals: new Map(guilty.map((id) => [id, journalOf(id)])),
    };
  }
}

/** Waits until no promise is broken any more, or patience ends. */
async function untilTrue(verdict: () => Verdict, patienceMs: number): Promise<Settled> {
  const startedAt = Date.now();
  let last: string | undefined;
  for (;;) {
    const ms = Date.now() - startedAt;
    const failure = verdict().failures.at(-1);
    if (failure === undefined || ms > patienceMs) return { ms, last };
    last = failure.request;
    // Looking is work for the process that plays Teleport and the platform: it must not keep it from answering.
    await sleep(Math.max(lookEveryMs, 9 * (Date.now() - startedAt - ms)));
  }
}
