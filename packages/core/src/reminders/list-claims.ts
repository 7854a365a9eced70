import { backoffMs, storeBackoff } from "../base/backoff.ts";
import { type Clock, sleep } from "../base/clock.ts";
import { PluginError } from "../base/plugin-error.ts";
import type { Random } from "../base/random.ts";
import type { Call } from "../messenger.ts";
import type { Lease } from "../reconcile/lease.ts";
import type { PluginDataStore } from "../reconcile/plugin-data-store.ts";
import type { PluginData } from "../teleport.ts";
import { createLeaseObserver } from "./lease-observer.ts";
import type { OpenList } from "./open-lists.ts";
import {
  changeOwners,
  decodeReminders,
  encodeReminders,
  lastTold,
  type ReminderRecord,
  toGoTime,
} from "./reminder-record.ts";
import { createUnstoredResults } from "./unstored-results.ts";

/**
 * How long a claim keeps other replicas away. Nobody compares clocks: the holder counts from its write, an observer
 * from when it first saw the very same value. Longer than a lease on a request: a reminder may wait for its turn, and
 * nobody minds if one that a dead process left behind comes a minute later.
 */
export const claimMs = 60_000;
/** A call to the platform starts at the latest so long after the claim: it ends, and is stored, before others may act. */
export const callStartsWithinMs = 40_000;

/** One open list with what is stored on it. */
export interface ListState extends OpenList {
  data: PluginData | undefined;
  /** What `data` says. */
  record: ReminderRecord;
  /** Who was stored as an owner and is none any more. Not whoever is stored meanwhile: others may know newer owners. */
  readonly removed: readonly string[];
}

/** What is stored about a reminder after it was tried. */
interface Outcome {
  /** When the owners were told; undefined when they were not. */
  readonly toldAt: Date | undefined;
  /** It may have arrived although it failed. */
  readonly unsure: boolean;
}

/** Who may remind whom of which list, by compare-and-swap in the list's plugin data. */
export interface ListClaims {
  /** Reads what is stored; undefined for a record of a version we do not know. */
  open(list: OpenList, call: Call): Promise<ListState | undefined>;
  /** The owners who were not reminded in this window. */
  dueOwners(state: ListState): readonly string[];
  /** How long another holder keeps us away from this list, in milliseconds; 0 when nobody does. */
  heldForMs(state: ListState): number;
  /**
   * Claims the list to remind these of its owners; `reachable` are all that the platform knows. Undefined when somebody
   * else was first. Tells whether an earlier reminder to them may have arrived.
   */
  claim(
    state: ListState,
    owners: readonly string[],
    reachable: readonly string[],
    call: Call,
  ): Promise<{ readonly unsure: boolean } | undefined>;
  /** Stores how it ended and gives the claim back; tried again for some seconds, then remembered for the next round. */
  settle(state: ListState, owners: readonly string[], outcome: Outcome, call: Call): Promise<void>;
  /** Stores what an earlier round could not. */
  catchUp(state: ListState, call: Call): Promise<void>;
}

export interface ListClaimsOptions {
  readonly store: PluginDataStore;
  /** Random per process. */
  readonly holder: string;
  readonly clock: Clock;
  readonly random: Random;
}

const conflictTries = 10;
const storeTries = 6;

export function createListClaims({ store, holder, clock, random }: ListClaimsOptions): ListClaims {
  const unstored = createUnstoredResults();
  const observer = createLeaseObserver(holder, clock);

  const newLease = (by: string): Lease => ({ holder: by, write: random.token(9), durationMs: claimMs });
  const recordOf = ({ list, record }: ListState) => unstored.mergeInto(list.name, record);
  const heldForMs = ({ list, record }: ListState) => observer.heldForMs(list.name, record.lease);

  function dueOwners(state: ListState): readonly string[] {
    const record = recordOf(state);
    const start = state.windowStart.getTime();
    return state.owners.filter((owner) => (lastTold(record, owner) ?? Number.NEGATIVE_INFINITY) < start);
  }

  /** Writes what `change` makes of the newest record, until it stands; false when `change` finds nothing to write. */
  async function update(
    state: ListState,
    call: Call,
    change: (record: ReminderRecord) => ReminderRecord | undefined,
  ): Promise<boolean> {
    for (let tries = 0; tries < conflictTries; tries += 1) {
      const next = change(recordOf(state));
      if (next === undefined) return false;
      const { data, outcome } = await store.write(state.list.name, state.data, encodeReminders(next), call);
      const record = decodeReminders(data);
      // Another version of this program is at work: hands off.
      if (record === undefined) return false;
      Object.assign(state, { data, record });
      if (outcome === "written") {
        unstored.clear(state.list.name);
        return true;
      }
    }
    throw new PluginError("conflict", "The plugin data of an access list changes too fast to be written.");
  }

  /** The record after a reminder was tried. */
  function settled(owners: readonly string[], { toldAt, unsure }: Outcome) {
    return (record: ReminderRecord): ReminderRecord => {
      const told = new Map(record.told);
      if (toldAt !== undefined) for (const owner of owners) told.set(owner, toGoTime(toldAt));
      const others = record.sending.filter((owner) => !owners.includes(owner));
      const { lease } = record;
      const isTheirs = lease !== undefined && lease.holder !== holder && lease.holder !== "";
      return {
        ...record,
        told,
        sending: unsure ? [...others, ...owners] : others,
        // Somebody took over: theirs stays theirs, under the name of our write.
        lease: isTheirs ? { ...lease, write: random.token(9) } : newLease(""),
      };
    };
  }

  return {
    heldForMs,
    dueOwners,
    async open(list, call) {
      const data = await store.read(list.list.name, call);
      const record = decodeReminders(data);
      if (record === undefined) return undefined;
      const removed = [...record.told.keys()].filter((owner) => !list.owners.includes(owner));
      return { ...list, data, record, removed };
    },
    async claim(state, owners, reachable, call) {
      let unsure = false;
      const added = state.owners.filter((owner) => reachable.includes(owner));
      const claimed = await update(state, call, (record) => {
        if (heldForMs(state) > 0 || !owners.every((owner) => dueOwners(state).includes(owner))) return undefined;
        unsure = record.lease?.holder !== holder && owners.some((owner) => record.sending.includes(owner));
        return {
          told: changeOwners(record.told, state.removed, added),
          nonce: record.nonce || random.token(12),
          sending: [...new Set([...record.sending, ...owners])],
          lease: newLease(holder),
        };
      });
      return claimed ? { unsure } : undefined;
    },
    async settle(state, owners, outcome, call) {
      for (let attempt = 0; ; attempt += 1) {
        try {
          await update(state, call, settled(owners, outcome));
          return;
        } catch (thrown) {
          if (attempt >= storeTries || call.signal.aborted) {
            if (outcome.toldAt !== undefined) unstored.add(state.list.name, owners, outcome.toldAt);
            throw thrown;
          }
          await sleep(clock, backoffMs(attempt, storeBackoff, random), call.signal).catch(() => {});
        }
      }
    },
    async catchUp(state, call) {
      if (unstored.has(state.list.name)) await update(state, call, settled([], { toldAt: undefined, unsure: false }));
    },
  };
}
