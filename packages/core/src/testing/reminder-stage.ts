import {
  createFakeClock,
  createMemoryMessenger,
  createMemoryTeleport,
  createSeededRandom,
  type FakeClock,
  type MemoryCluster,
  type MemoryMessenger,
} from "@access-plugins/testing/doubles";
import { PluginError } from "../base/plugin-error.ts";
import { createRateLimiter } from "../base/rate-limiter.ts";
import { toReminderDocument, toSentenceText } from "../domain/reminder-document.ts";
import { composeReminders } from "../reminders/compose-reminders.ts";
import { createRecipientDirectory } from "../routing/recipient-directory.ts";
import { createRecordingLog, createRecordingMeter, type LogLine, mortal } from "./notifier-harness.ts";

/** A cluster with access lists and a platform, on one fake clock; processes of ours come and go. */
export interface ReminderStage {
  readonly clock: FakeClock;
  readonly cluster: MemoryCluster;
  readonly messenger: MemoryMessenger;
  /** Starts one process with reminders and nothing else. */
  start(): ReminderProcess;
  /** What was posted: `2026-03-14 09:00 alice: Access List …`, oldest first. */
  calendar(): readonly string[];
  /** What is stored on a list, by key. */
  stored(list: string): Readonly<Record<string, string>>;
}

export interface ReminderProcess {
  readonly lines: readonly LogLine[];
  /** Sums of counters, by name and labels. */
  readonly counts: ReadonlyMap<string, number>;
  /** Whether the platform takes anything from us at all. */
  readonly gate: { isOpen: () => boolean };
  runNow(): void;
  /** Stops as SIGTERM does and waits for the end. */
  stop(): Promise<void>;
  /** Nothing it does from now on reaches anybody. */
  kill(): void;
}

export interface ReminderStageOptions {
  readonly start: string;
  readonly withSearch?: boolean;
  readonly aliases?: Readonly<Record<string, string>>;
}

export function openReminderStage({ start, ...platform }: ReminderStageOptions): ReminderStage {
  const clock = createFakeClock(new Date(start));
  const teleport = createMemoryTeleport({}, () => clock.now());
  const limiter = createRateLimiter({ clock });
  const messenger = createMemoryMessenger({ clock, limiter, withReminders: true, ...platform });
  let processes = 0;

  return {
    clock,
    cluster: teleport.cluster,
    messenger,
    start() {
      const lines: LogLine[] = [];
      const counts = new Map<string, number>();
      const alive = { value: true };
      const abort = new AbortController();
      const gate = { isOpen: () => true };
      let ended = false;
      const platformOfIts = mortal(messenger, alive);
      processes += 1;
      const random = createSeededRandom(processes);
      const reminders = composeReminders({
        enabled: true,
        pluginName: "memory",
        teleport: mortal(teleport, alive),
        messenger: platformOfIts,
        directory: createRecipientDirectory({ messenger: platformOfIts, clock }),
        gate: { isOpen: () => gate.isOpen() },
        limiter: createRateLimiter({ clock }),
        holder: random.token(9),
        webUrl: () => undefined,
        graceMs: 12_000,
        clock,
        random,
        log: createRecordingLog(lines),
        meter: createRecordingMeter(counts),
      });
      void reminders.run(abort.signal).then(() => {
        ended = true;
      });
      return {
        lines,
        counts,
        gate,
        runNow: reminders.runNow,
        async stop() {
          abort.abort();
          await clock.advanceUntil(() => ended, 60_000);
        },
        kill() {
          alive.value = false;
          abort.abort();
        },
      };
    },
    calendar: () =>
      messenger.reminders.map(({ place, reminder }) => {
        const text = toSentenceText(toReminderDocument(reminder), (title) => title);
        return `${reminder.at.toISOString().slice(0, 16).replace("T", " ")} ${place}: ${text}`;
      }),
    stored: (list) => ({ ...teleport.cluster.pluginData(list, "memory") }),
  };
}

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** The audit date of {@link openOnCallStage}. */
export const nextAudit = new Date("2026-03-29T09:00:00Z");
/** An hour after the notice of two weeks begins. */
export const noticeBegan = "2026-03-15T10:00:00Z";

/** With one list, `ops`, that Alice owns and that is to be reviewed in two weeks. */
export function openOnCallStage(options: Partial<ReminderStageOptions> = {}): ReminderStage {
  const stage = openReminderStage({ start: noticeBegan, ...options });
  stage.cluster.accessLists.set({ name: "ops", title: "On call", owners: ["alice"], nextAudit });
  return stage;
}

/** Whom the calendar names, by day: `2026-03-15 alice`. */
export function daysOf(stage: ReminderStage): readonly string[] {
  return stage.calendar().map((line) => line.replace(/^(\S+) \S+ (\S+): .*$/u, "$1 $2"));
}

/** No answer, and certainly no effect. */
export const unavailable = new PluginError("unavailable", "The platform does not answer.");
/** Took effect, and the answer never came. */
export const lost = new PluginError("unavailable", "The answer was lost.", { ambiguous: true });
