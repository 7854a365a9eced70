import { lastTold, type ReminderRecord, toGoTime } from "./reminder-record.ts";

/** Reminders that arrived while Teleport could not be told: nobody is reminded again because of that. */
export interface UnstoredResults {
  add(list: string, owners: readonly string[], toldAt: Date): void;
  has(list: string): boolean;
  /** What is stored, with what is not stored yet. */
  mergeInto(list: string, record: ReminderRecord): ReminderRecord;
  /** They are stored now. */
  clear(list: string): void;
}

export function createUnstoredResults(): UnstoredResults {
  const byList = new Map<string, Map<string, string>>();
  return {
    add(list, owners, toldAt) {
      const known = byList.get(list) ?? new Map<string, string>();
      for (const owner of owners) known.set(owner, toGoTime(toldAt));
      byList.set(list, known);
    },
    has: (list) => byList.has(list),
    mergeInto(list, record) {
      const told = new Map(record.told);
      for (const [owner, at] of byList.get(list) ?? []) {
        if ((lastTold(record, owner) ?? Number.NEGATIVE_INFINITY) < Date.parse(at)) told.set(owner, at);
      }
      return { ...record, told };
    },
    clear: (list) => void byList.delete(list),
  };
}
