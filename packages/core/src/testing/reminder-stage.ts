import {
  createFakeClock,
  createMemoryMessenger,
  createMemoryTeleport,
  createSeededRandom,
  type FakeClock,
  type MemoryCluster,
  type MemoryMessenger,
} from "@access-plugins/testing/doubles";
import { createRateLimiter } from "../base/rate-limiter.ts";
import { toReminderDocument } from "../domain/reminder-document.ts";
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
        const { sentence } = toReminderDocument(reminder);
        const text = sentence.map((part) => ("words" in part ? part.words : part.title)).join("");
        return `${reminder.at.toISOString().slice(0, 16).replace("T", " ")} ${place}: ${text}`;
      }),
    stored: (list) => ({ ...teleport.cluster.pluginData(list, "memory") }),
  };
}
