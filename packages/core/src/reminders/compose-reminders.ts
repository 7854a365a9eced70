import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Meter } from "../base/meter.ts";
import type { Random } from "../base/random.ts";
import type { RateLimiter } from "../base/rate-limiter.ts";
import type { Messenger } from "../messenger.ts";
import type { ClientGate } from "../reconcile/client-gate.ts";
import { createPluginDataStore } from "../reconcile/plugin-data-store.ts";
import type { RecipientDirectory } from "../routing/recipient-directory.ts";
import type { TeleportClient } from "../teleport.ts";
import { createListClaims } from "./list-claims.ts";
import { createOpenLists } from "./open-lists.ts";
import { createOwnerReminder } from "./owner-reminder.ts";
import { reminderEntries } from "./reminder-record.ts";
import { createReminderRound } from "./reminder-round.ts";
import { createReminders, type Reminders } from "./reminders.ts";

/** What a notifier shares with its reminders. */
export interface ReminderParts {
  readonly enabled: boolean;
  readonly pluginName: string;
  readonly teleport: TeleportClient;
  readonly messenger: Messenger;
  readonly directory: RecipientDirectory;
  readonly gate: Pick<ClientGate, "isOpen">;
  /** Of the calls to Teleport. */
  readonly limiter: RateLimiter;
  readonly holder: string;
  webUrl(): string | undefined;
  readonly graceMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly meter: Meter;
}

const none: Reminders = { run: async () => {}, runNow: () => {} };

/** The reminders of a notifier; none when they are switched off or the platform has no way to show them. */
export function composeReminders(parts: ReminderParts): Reminders {
  const { messenger, teleport, clock, random, log } = parts;
  if (!parts.enabled || messenger.remind === undefined) return none;
  const store = createPluginDataStore(teleport, parts.pluginName, parts.limiter, reminderEntries);
  const claims = createListClaims({ ...parts, store });
  const mayCall = parts.gate.isOpen;
  const ownerReminder = createOwnerReminder({ ...parts, claims, mayCall });
  const openLists = createOpenLists(teleport, log);
  const round = createReminderRound({ ...parts, openLists, claims, ownerReminder, mayCall });
  return createReminders({ round, graceMs: parts.graceMs, clock, random, log });
}
