import { toGoJson } from "../reconcile/go-json.ts";
import { decodeLease, encodeLease, type Lease } from "../reconcile/lease.ts";
import type { EntryForm } from "../reconcile/plugin-data-store.ts";
import { leaseKey } from "../reconcile/record.ts";
import type { PluginData } from "../teleport.ts";

/** The official plugin's only key: JSON of recipient name to the time of the last reminder. */
const notificationsKey = "user_notifications";
/** Ours beside it; the lease has the same key as on Access Requests. The official plugin ignores both. */
const remindersKey = "access_plugins_reminders";

/** What is stored on one access list. */
export interface ReminderRecord {
  /** When each owner was last reminded, as it is stored; Go's zero time for one who never was. */
  readonly told: ReadonlyMap<string, string>;
  /** Unguessable, for the keys of messages; empty before our first write. */
  readonly nonce: string;
  /** Owners a reminder was being sent to when this was written, or whose last one may have arrived. */
  readonly sending: readonly string[];
  readonly lease?: Lease;
}

const version = 1;
const never = "0001-01-01T00:00:00Z";

/** Undefined when our own key has a version we do not know: hands off. Official times that are malformed count as none. */
export function decodeReminders(data: PluginData = {}): ReminderRecord | undefined {
  const own = parseObject(data[remindersKey]);
  if (own !== undefined && own["v"] !== version) return undefined;
  const lease = decodeLease(data[leaseKey]);
  const told = Object.entries(parseObject(data[notificationsKey]) ?? {});
  const sending = own?.["s"];
  return {
    told: new Map(told.flatMap(([owner, at]) => (typeof at === "string" ? [[owner, at] as const] : []))),
    nonce: typeof own?.["n"] === "string" ? own["n"] : "",
    sending: Array.isArray(sending) ? sending.filter((owner) => typeof owner === "string") : [],
    ...(lease === undefined ? {} : { lease }),
  };
}

export function encodeReminders({ told, nonce, sending, lease }: ReminderRecord): PluginData {
  return {
    ...(told.size === 0 ? {} : { [notificationsKey]: toGoJson(Object.fromEntries(told)) }),
    [remindersKey]: JSON.stringify({ v: version, n: nonce, ...(sending.length === 0 ? {} : { s: sending }) }),
    ...(lease === undefined ? {} : { [leaseKey]: encodeLease(lease) }),
  };
}

/** When `owner` was last reminded, in milliseconds since 1970; undefined for never. */
export function lastTold({ told }: ReminderRecord, owner: string): number | undefined {
  const at = Date.parse(told.get(owner) ?? never);
  return Number.isNaN(at) || at <= Date.parse(never) ? undefined : at;
}

/** Without those who own the list no more, and with the zero time that the official plugin begins with for `added`. */
export function changeOwners(
  told: ReadonlyMap<string, string>,
  removed: readonly string[],
  added: readonly string[],
): ReadonlyMap<string, string> {
  const kept = [...told].filter(([owner]) => !removed.includes(owner));
  return new Map([...added.map((owner) => [owner, never] as const), ...kept]);
}

/** A time as Go writes it into JSON, to the digit: the official plugin compares what is stored with what it would write. */
export function toGoTime(time: Date): string {
  return time.toISOString().replace(/\.?0+Z$/u, "Z");
}

const keys = [notificationsKey, remindersKey, leaseKey] as const;

/** How entries of access lists are compared and changed: all three keys, always. */
export const reminderEntries: EntryForm = {
  kind: "access_list",
  toChanges: (before, next) =>
    Object.fromEntries(
      keys.filter((key) => (before?.[key] ?? "") !== (next[key] ?? "")).map((key) => [key, next[key] ?? ""]),
    ),
  toExpectations: (before) => Object.fromEntries(keys.map((key) => [key, before?.[key] ?? ""])),
};

function parseObject(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}
