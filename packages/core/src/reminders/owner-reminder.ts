import type { Clock } from "../base/clock.ts";
import { openDeadline } from "../base/deadline.ts";
import type { Meter } from "../base/meter.ts";
import { PluginError } from "../base/plugin-error.ts";
import type { DueAccessList, Reminder } from "../domain/reminder.ts";
import type { Call, Messenger, Recipient } from "../messenger.ts";
import { deliveryKey } from "../reconcile/calls.ts";
import { toVerdict } from "../reconcile/failure-table.ts";
import { mayHaveHappened } from "../reconcile/progress.ts";
import { countRepeated } from "../reconcile/repeats.ts";
import { callStartsWithinMs, claimMs, type ListClaims, type ListState } from "./list-claims.ts";

/** What one person is to be reminded of. */
export interface Debt {
  readonly to: Recipient;
  /** The lists, with the names under which this person owns them. */
  readonly items: readonly { readonly state: ListState; readonly owners: readonly string[] }[];
}

/** How the reminder of one person ended. */
interface RemindResult {
  /** How many lists the person was reminded of. */
  readonly lists: number;
  /** What went wrong, at Teleport or at the platform. */
  readonly errors: readonly PluginError[];
}

/** Sends one message to one person, for all lists that can be claimed. */
export interface OwnerReminder {
  /** `reachable`: every owner the platform knows. Never throws. */
  remind(debt: Debt, reachable: readonly string[], signal: AbortSignal): Promise<RemindResult>;
}

export interface OwnerReminderOptions {
  readonly messenger: Messenger;
  readonly claims: ListClaims;
  /** Base URL of the web UI; undefined where there is none. */
  webUrl(): string | undefined;
  /** Whether the platform takes anything from us at all. */
  mayCall(): boolean;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** The lane of everything that reminders ask of the limiters: requests never wait behind them. */
export const reminderLane = "access list reminders";
/** A send ends at the latest so long after the claim, and leaves time to store how it ended. */
const sendMs = claimMs - 5_000;

type Claimed = Debt["items"][number] & { readonly unsure: boolean };

export function createOwnerReminder(options: OwnerReminderOptions): OwnerReminder {
  const { messenger, claims, clock, meter } = options;

  async function claimAll({ items }: Debt, reachable: readonly string[], call: Call, errors: PluginError[]) {
    const claimed = await Promise.all(
      items.map(async (item): Promise<readonly Claimed[]> => {
        try {
          const claim = await claims.claim(item.state, item.owners, reachable, call);
          return claim === undefined ? [] : [{ ...item, ...claim }];
        } catch (thrown) {
          errors.push(PluginError.from(thrown));
          return [];
        }
      }),
    );
    return claimed.flat();
  }

  async function send(to: Recipient, claimed: readonly Claimed[], call: Call): Promise<void> {
    const left = await withoutPosted(to, claimed, call);
    const reminder = toReminder(left, clock.now(), options.webUrl());
    if (reminder === undefined) return;
    const key = toKey(left);
    try {
      await messenger.remind?.(to, reminder, key, call);
    } catch (thrown) {
      if (toVerdict(PluginError.from(thrown).code) !== "content") throw thrown;
      await messenger.remind?.(to, { ...reminder, form: "plain" }, key, call);
    }
  }

  /** What a process that died may have sent, or whose answer was lost, is looked for where the platform can. */
  async function withoutPosted(to: Recipient, claimed: readonly Claimed[], call: Call): Promise<readonly Claimed[]> {
    const doubtful = claimed.filter(({ unsure }) => unsure);
    if (doubtful.length === 0) return claimed;
    const posted = await messenger.findPosted?.(to, toKey(doubtful), call);
    return posted === undefined ? claimed : claimed.filter(({ unsure }) => !unsure);
  }

  async function trySending(to: Recipient, claimed: readonly Claimed[], since: number, signal: AbortSignal) {
    const deadline = openDeadline(sendMs, signal, clock);
    const mayStart = () => options.mayCall() && clock.monotonic() - since <= callStartsWithinMs;
    const repeats = messenger.findPosted === undefined && claimed.some(({ unsure }) => unsure);
    try {
      await send(to, claimed, { signal: deadline.signal, lane: reminderLane, mayStart });
      if (repeats) countRepeated(meter);
      meter.count("notifications_total", { kind: "remind", outcome: "delivered" });
      return undefined;
    } catch (thrown) {
      const error = PluginError.from(thrown, { operation: "remind" });
      if (repeats) countRepeated(meter, error);
      meter.count("delivery_failures_total", { kind: "remind", code: error.code });
      return error;
    } finally {
      deadline.close();
    }
  }

  async function settleAll(claimed: readonly Claimed[], failure: PluginError | undefined, call: Call) {
    const toldAt = failure === undefined ? clock.now() : undefined;
    const doubtful = failure !== undefined && mayHaveHappened(failure);
    // A try that is refused says nothing about an earlier one.
    const ends = claimed.map(({ state, owners, unsure }) =>
      claims.settle(state, owners, { toldAt, unsure: doubtful || (failure !== undefined && unsure) }, call),
    );
    const settled = await Promise.allSettled(ends);
    return settled.flatMap((end) => (end.status === "rejected" ? [PluginError.from(end.reason)] : []));
  }

  return {
    async remind(debt, reachable, signal) {
      const since = clock.monotonic();
      const call: Call = { signal, lane: reminderLane, mayStart: () => true };
      const errors: PluginError[] = [];
      const claimed = await claimAll(debt, reachable, call, errors);
      if (claimed.length === 0) return { lists: 0, errors };
      const failure = await trySending(debt.to, claimed, since, signal);
      if (failure !== undefined) errors.push(failure);
      errors.push(...(await settleAll(claimed, failure, call)));
      return { lists: failure === undefined ? claimed.length : 0, errors };
    },
  };
}

/** The same for every try in one window, as long as the same list comes first by name. */
function toKey(claimed: readonly Claimed[]): string {
  const [first] = claimed.toSorted((a, b) => (a.state.list.name < b.state.list.name ? -1 : 1));
  if (first === undefined) return "";
  const { state, owners } = first;
  return deliveryKey(state.record.nonce, `${owners.join(" ")} ${state.windowStart.toISOString()}`);
}

function toReminder(claimed: readonly Claimed[], at: Date, webUrl: string | undefined): Reminder | undefined {
  const [first, ...others] = claimed
    .map(({ state: { list } }): DueAccessList => ({ name: list.name, title: list.title, auditDate: list.nextAudit }))
    .sort((a, b) => a.auditDate.getTime() - b.auditDate.getTime() || (a.name < b.name ? -1 : 1));
  if (first === undefined) return undefined;
  return { form: "rich", lists: [first, ...others], at, ...(webUrl === undefined ? {} : { webUrl }) };
}
