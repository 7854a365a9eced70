import type { Clock } from "../base/clock.ts";
import { openDeadline } from "../base/deadline.ts";
import type { Log, LogFields } from "../base/log.ts";
import { PluginError } from "../base/plugin-error.ts";
import type { Call, Recipient } from "../messenger.ts";
import { toVerdict } from "../reconcile/failure-table.ts";
import type { RecipientDirectory } from "../routing/recipient-directory.ts";
import type { ListClaims, ListState } from "./list-claims.ts";
import type { OpenList, OpenLists } from "./open-lists.ts";
import { type Debt, type OwnerReminder, reminderLane } from "./owner-reminder.ts";
import type { RoundTally } from "./round-tally.ts";

/** One look at all access lists: whoever is due and can be reached is reminded, each in one message. */
export interface ReminderRound {
  /**
   * What failed is counted in `tally` and is due again at the next round. After `stop` aborts nobody else is reminded;
   * `cut` ends what is under way. Throws what Teleport refuses as a whole.
   */
  run(tally: RoundTally, stop: AbortSignal, cut: AbortSignal): Promise<void>;
  /** What an operator was told may be told again. */
  forget(): void;
}

export interface ReminderRoundOptions {
  readonly openLists: OpenLists;
  readonly claims: ListClaims;
  readonly directory: RecipientDirectory;
  readonly ownerReminder: OwnerReminder;
  /** Whether the platform takes anything from us at all: whoever says no wakes us when that is over. */
  mayCall(): boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** The longest a look-up may wait for its turn and its answer. */
const lookUpMs = 60_000;
/** Answers about the owner, not about the platform. */
const unreachable: ReadonlySet<string> = new Set([
  "recipient_unknown",
  "recipient_forbidden",
  "recipient_gone",
  "app_not_installed",
]);
/** So many names of owners stand in one line of the log. */
const namesLogged = 20;

interface DueList {
  readonly state: ListState;
  readonly due: readonly string[];
}

export function createReminderRound(options: ReminderRoundOptions): ReminderRound {
  const { openLists, claims, directory, ownerReminder, clock, log } = options;
  const said = new Set<string>();
  /** Whoever failed last comes last: people who always fail keep nobody else from their turn. */
  const failed = { lookUps: new Set<string>(), sends: new Set<string>() };

  async function findDue(tally: RoundTally, stop: AbortSignal): Promise<readonly DueList[]> {
    const call: Call = { signal: stop, lane: reminderLane, mayStart: () => true };
    const due: DueList[] = [];
    for (const list of await openLists.find(clock.now(), stop)) {
      try {
        due.push(...(await findDueOwners(list, tally, call)));
      } catch (thrown) {
        const error = PluginError.from(thrown);
        if (stop.aborted || !goOn(tally, error, { list: list.list.name })) break;
      }
    }
    return due;
  }

  async function findDueOwners(list: OpenList, tally: RoundTally, call: Call): Promise<readonly DueList[]> {
    const state = await claims.open(list, call);
    if (state === undefined) {
      log.debug("Another version of this program keeps the reminders of an access list", { list: list.list.name });
      return [];
    }
    await claims.catchUp(state, call);
    const due = claims.dueOwners(state);
    if (due.length === 0 || isHeld(state, tally)) return [];
    return [{ state, due }];
  }

  function isHeld(state: ListState, tally: RoundTally): boolean {
    const heldForMs = claims.heldForMs(state);
    if (heldForMs > 0) tally.comeBackAfter(heldForMs + 1_000);
    return heldForMs > 0;
  }

  /** The owners that the platform knows; asked one after the other, reminders are in no hurry. */
  async function findPeople(
    owners: readonly string[],
    tally: RoundTally,
    stop: AbortSignal,
  ): Promise<ReadonlyMap<string, Recipient>> {
    const people = new Map<string, Recipient>();
    const strangers: string[] = [];
    for (const owner of owners) {
      const deadline = openDeadline(lookUpMs, stop, clock);
      try {
        const call: Call = { signal: deadline.signal, lane: reminderLane, mayStart: () => true };
        people.set(owner, await directory.find(owner, "person", call));
        failed.lookUps.delete(owner);
        tally.succeeded();
      } catch (thrown) {
        const error = PluginError.from(thrown);
        if (stop.aborted) break;
        failed.lookUps.add(owner);
        if (unreachable.has(error.code)) strangers.push(owner);
        else if (!goOn(tally, error, { owner })) break;
      } finally {
        deadline.close();
      }
    }
    if (strangers.length > 0) {
      const owners = strangers.slice(0, namesLogged);
      log.debug("Owners of access lists cannot be found", { count: strangers.length, owners });
    }
    return people;
  }

  function goOn(tally: RoundTally, error: PluginError, about: LogFields): boolean {
    tellOnce(error, about);
    return tally.mayGoOnAfter(error);
  }

  /** What is wrong with an owner is said once for each, what is wrong with a platform or with Teleport once in a row. */
  function tellOnce(error: PluginError, about: LogFields): void {
    const fields = {
      ...about,
      code: error.code,
      ...(error.fix === undefined ? {} : { fix: error.fix }),
      ...(error.code === "internal" ? { error } : {}),
    };
    const message = `Could not remind of access list reviews: ${error.message}`;
    const key = toVerdict(error.code) === "blocked" ? JSON.stringify([error.code, about]) : error.code;
    if (said.has(key)) log.debug(message, fields);
    else log.warn(message, fields);
    said.add(key);
  }

  return {
    forget: () => said.clear(),
    async run(tally, stop, cut) {
      if (!options.mayCall()) return;
      const lists = await findDue(tally, stop);
      if (lists.length === 0) return;
      const owners = new Set(lists.flatMap(({ due }) => due));
      const people = await findPeople(putLast([...owners], failed.lookUps, String), tally, stop);
      const reachable = [...people.keys()];
      for (const debt of putLast(toDebts(lists, people), failed.sends, ({ to }) => to.id)) {
        if (stop.aborted) return;
        const owner = debt.items[0]?.owners[0] ?? "";
        const { lists: count, errors } = await ownerReminder.remind(debt, reachable, cut);
        if (count > 0) {
          tally.succeeded();
          failed.sends.delete(debt.to.id);
          said.clear();
          log.info("Reminded an owner of access list reviews", { owner, lists: count });
        }
        if (errors.length > 0) failed.sends.add(debt.to.id);
        // A stop cuts what it will: that is no failure.
        if (!stop.aborted && errors.some((error) => !goOn(tally, error, { owner }))) return;
        for (const { state } of debt.items) isHeld(state, tally);
      }
    },
  };
}

/** The same, but for those in `last`, which come at the end. */
function putLast<T>(all: readonly T[], last: ReadonlySet<string>, keyOf: (one: T) => string): readonly T[] {
  return all.toSorted((a, b) => Number(last.has(keyOf(a))) - Number(last.has(keyOf(b))));
}

/** One debt a person, whatever names it goes by; who owes the oldest review comes first. */
function toDebts(lists: readonly DueList[], people: ReadonlyMap<string, Recipient>): readonly Debt[] {
  const debts = new Map<string, { to: Recipient; items: { state: ListState; owners: string[] }[] }>();
  const byDate = lists.toSorted((a, b) => a.state.list.nextAudit.getTime() - b.state.list.nextAudit.getTime());
  for (const { state, due } of byDate) {
    for (const owner of due) {
      const to = people.get(owner);
      if (to === undefined) continue;
      const debt = debts.get(to.id) ?? { to, items: [] };
      debts.set(to.id, debt);
      const item = debt.items.find((one) => one.state === state);
      if (item === undefined) debt.items.push({ state, owners: [owner] });
      else item.owners.push(owner);
    }
  }
  return [...debts.values()];
}
