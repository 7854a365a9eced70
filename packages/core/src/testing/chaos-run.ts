import { createSeededRandom } from "@access-plugins/testing/doubles";
import { PluginError } from "../base/plugin-error.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import { type Harness, startNotifier } from "./notifier-harness.ts";

export interface ChaosOptions {
  readonly seed: number;
  readonly requests: number;
  readonly places: readonly string[];
  readonly replicas: number;
  readonly withSearch: boolean;
  /** Odds of each fault per call or step, between 0 and 1. */
  readonly odds: number;
}

/** What a run ended with; everything that is not empty or too large is a failure of the product. */
export interface ChaosReport {
  readonly seed: number;
  /** Places of open requests that were never told. */
  readonly lost: string[];
  /** Messages whose address we hold, or that are the only one of their place, and that do not show the final state. */
  readonly stale: string[];
  /** Requesters who were not told an outcome that we stored. */
  readonly untold: string[];
  /** Messages that show an outcome and carry the sign of another one. */
  readonly falseSigns: string[];
  /** Further messages of one place, and further notices of one outcome. */
  readonly duplicates: number;
  /** Calls whose outcome nobody could know: the most duplicates that are allowed. */
  readonly ambiguous: number;
  readonly ended: string[];
  /** The journal, for a failure. */
  readonly journal: string[];
}

/** Time for everything to settle once the faults are over: leases, back-off, two looks, the hourly retry of refusals. */
const settleMs = 70 * 60_000;

/**
 * A seeded run on one fake clock: requests live their lives while calls fail before or after taking effect, watches end,
 * Teleport goes down and processes die and come back; then the faults stop, and everything has to come true.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const random = createSeededRandom(options.seed);
  const chance = (odds: number) => random.next() < odds;
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random.next() * items.length)];
  const journal: string[] = [];
  const states = new Map<string, AccessRequest["state"] | "deleted">();
  let ambiguous = 0;
  let calm = false;

  const shared = {
    routes: { roleToRecipients: { "*": [...options.places] } },
    messenger: { latencyMs: 40, withSearch: options.withSearch },
  };
  let seeds = options.seed * 1_000;
  const first = startNotifier({ ...shared, seed: ++seeds });
  const processes: Harness[] = [first];
  const { clock, cluster, messenger } = first;
  const start = () => processes.push(startNotifier({ ...shared, after: first, seed: ++seeds }));
  while (processes.length < options.replicas) start();

  const note = (text: string) => journal.push(`${(clock.monotonic() / 1_000).toFixed(2)} ${text}`);

  messenger.before = async (method, place) => {
    if (calm) return;
    if (chance(options.odds)) {
      note(`${method} ${place} refused`);
      throw new PluginError(pick(["unavailable", "rate_limited", "timeout"] as const) ?? "unavailable", "chaos", {
        retryAfterMs: 700,
      });
    }
    note(`${method} ${place}`);
  };
  messenger.after = async (method, place) => {
    if (calm || !chance(options.odds)) return;
    if (method === "post" || method === "notify") ambiguous += 1;
    note(`${method} ${place} took effect, answer lost`);
    throw new PluginError("timeout", "chaos", { ambiguous: true });
  };
  cluster.before = async (method) => {
    if (!calm && chance(options.odds / 2)) throw new PluginError("unavailable", `chaos before ${method}`);
  };
  cluster.after = async (method) => {
    if (!calm && chance(options.odds / 2))
      throw new PluginError("timeout", `chaos after ${method}`, { ambiguous: true });
  };

  function kill(): void {
    const at = Math.floor(random.next() * processes.length);
    const [victim] = processes.splice(at, 1);
    if (victim === undefined) return;
    countFlights();
    note("a process dies");
    victim.kill();
    start();
  }

  /** A lease is lost: every post and notice that may be in flight is an outcome nobody knows. */
  function countFlights(): void {
    const open = [...states.values()].filter((state) => state === "pending").length;
    ambiguous += options.places.length * open + (states.size - open);
  }

  function live(): void {
    const id = pick([...states].filter(([, state]) => state === "pending").map(([key]) => key));
    if (id === undefined) return;
    const state = pick(["approved", "denied", "promoted", "deleted", "pending", "pending"] as const) ?? "pending";
    note(`${id} ${state}`);
    if (state === "deleted") cluster.delete(id);
    else if (state === "pending") cluster.review(id, { author: `reviewer${Math.floor(random.next() * 1e6)}`, state });
    else cluster.update(id, { state, resolveReason: "chaos" });
    states.set(id, state);
  }

  for (let at = 0; at < options.requests; at += 1) {
    const id = `r${at}`;
    cluster.create({ id, user: `user${at % 5}` });
    states.set(id, "pending");
    note(`${id} created`);
    await clock.advance(Math.ceil(random.next() * 400));
    if (chance(0.5)) live();
    if (chance(options.odds)) cluster.endWatches();
    if (chance(options.odds / 3)) kill();
    if (chance(options.odds / 3)) {
      countFlights();
      cluster.setDown(true);
      await clock.advance(Math.ceil(random.next() * 8_000));
      cluster.setDown(false);
    }
  }
  calm = true;
  await clock.advance(settleMs);

  const report = judge();
  for (const { stop } of processes) await stop();
  return report;

  /** Of a request that closed before anybody was told there is no record, and nothing to tell. */
  function wasTold(id: string): boolean {
    return cluster.pluginData(id, "memory") !== undefined;
  }

  function judge(): ChaosReport {
    const lost: string[] = [];
    const stale: string[] = [];
    const untold: string[] = [];
    const falseSigns: string[] = [];
    let duplicates = 0;
    for (const [id, state] of states) {
      const notices = messenger.notices
        .filter(({ notice }) => notice.requestId === id)
        .map(({ notice }) => notice.status);
      duplicates += notices.length - new Set(notices).size;
      if (isOutcome(state) && wasTold(id) && !notices.includes(state)) untold.push(`${id} ${state}`);
      const byPlace = messenger.statuses(id);
      const known = new Set((cluster.pluginData(id, "memory")?.["messages"] ?? "").split(","));
      for (const place of options.places) {
        const shown = byPlace[place] ?? [];
        if (state === "pending" && shown.length === 0) lost.push(`${id} ${place}`);
        duplicates += Math.max(0, shown.length - 1);
      }
      for (const message of messenger.messages) {
        const newest = message.versions.at(-1);
        if (newest?.requestId !== id || !known.has(`${message.place}/${message.id}`)) continue;
        if (message.sign !== undefined && message.sign !== newest.status) falseSigns.push(`${id} ${message.place}`);
        if (!isTrue(newest.status, state)) stale.push(`${id} ${message.place} shows ${newest.status}, is ${state}`);
      }
    }
    const ended = processes.map(({ ended: { value } }) => value).filter((value) => value !== "running");
    return {
      seed: options.seed,
      lost,
      stale,
      untold,
      falseSigns,
      duplicates,
      ambiguous,
      ended: ended.map(String),
      journal,
    };
  }
}

function isOutcome(state: string): state is "approved" | "denied" | "promoted" {
  return state === "approved" || state === "denied" || state === "promoted";
}

/** A deleted request may be shown by any word for "no longer open". */
function isTrue(shown: string, state: string): boolean {
  return state === "deleted" ? ["expired", "removed", "closed"].includes(shown) : shown === state;
}
