import { PluginError } from "../base/plugin-error.ts";
import { findWindowStart } from "../reminders/windows.ts";
import type { ReminderStage } from "./reminder-stage.ts";

/**
 * One round of the official plugin, from the description of what it does: it decodes the map, sets the time of everybody
 * who is due BEFORE it sends, and expects the stored text to be what it would have encoded itself. Tells whom it reminds.
 */
export function runOfficialRound({ cluster, clock, stored }: ReminderStage): readonly string[] {
  const now = clock.now();
  return cluster.accessLists.all().flatMap((list) => {
    const start = findWindowStart(list, now);
    if (start === undefined) return [];
    const text = stored(list.name)["user_notifications"] ?? "";
    const told: Record<string, string> = text === "" ? {} : JSON.parse(text);
    if (encodeAsGo(told) !== text) throw new PluginError("conflict", `Go would not have written ${text}`);
    const owners = cluster.accessLists.ownersOf(list.name);
    const due = owners.filter((owner) => Date.parse(told[owner] ?? "0001-01-01T00:00:00Z") < start.getTime());
    const next = owners.map((owner) => [owner, due.includes(owner) ? toNanos(now) : told[owner]]);
    if (due.length > 0) {
      const entry = { ...stored(list.name), user_notifications: encodeAsGo(Object.fromEntries(next)) };
      cluster.setPluginData(list.name, "memory", entry);
    }
    return due.map((owner) => `${owner} of ${list.name}`);
  });
}

/** Go's clock has nanoseconds. */
function toNanos(time: Date): string {
  return time.toISOString().replace("Z", "123456Z");
}

/** Keys sorted, times without trailing zeros. Names in these tests need no escaping. */
function encodeAsGo(told: Readonly<Record<string, string>>): string {
  const members = Object.keys(told)
    .sort()
    .map(
      (owner) =>
        `${JSON.stringify(owner)}:${JSON.stringify(told[owner]?.replace(/(\.\d*?)0+Z$/u, "$1Z").replace(".Z", "Z"))}`,
    );
  return members.length === 0 ? "" : `{${members.join(",")}}`;
}
