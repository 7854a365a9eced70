import {
  createFakeClock,
  createMemoryMessenger,
  createMemoryTeleport,
  createSeededRandom,
  type FakeClock,
  type MemoryCluster,
  type MemoryMessenger,
  type MemoryMessengerOptions,
  type MemoryTeleport,
} from "@access-plugins/testing/doubles";
import type { Clock } from "../base/clock.ts";
import type { Log, LogFields } from "../base/log.ts";
import type { Meter } from "../base/meter.ts";
import { createRateLimiter } from "../base/rate-limiter.ts";
import { createNotifier } from "../create-notifier.ts";
import type { Notifier, Routes } from "../notifier.ts";

export interface LogLine {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: LogFields;
}

/** One running notifier on a cluster and a platform in memory, all on one fake clock. */
export interface Harness {
  readonly clock: FakeClock;
  readonly teleport: MemoryTeleport;
  readonly cluster: MemoryCluster;
  readonly messenger: MemoryMessenger;
  readonly notifier: Notifier;
  readonly lines: LogLine[];
  /** Sums of counters, by name and labels. */
  readonly counts: Map<string, number>;
  /** Outcome of `run`: pending until it ended. */
  readonly ended: { value: "running" | "ended" | Error };
  /** Stops as SIGTERM does and waits for the end. */
  stop(): Promise<void>;
  /** The process is stopped as by SIGSTOP: no call of it leaves and no answer reaches it until it goes on. */
  standStill(): { goOn(): void };
  /** The process dies: nothing it does from now on reaches anybody. Whoever starts next is another process. */
  kill(): void;
}

export interface HarnessOptions {
  readonly routes?: Partial<Routes>;
  readonly messenger?: Omit<MemoryMessengerOptions, "clock" | "limiter">;
  readonly failFast?: boolean;
  readonly notifyRequester?: boolean;
  readonly statusReactions?: boolean;
  readonly accessListReminders?: boolean;
  /** An earlier harness whose cluster, platform and clock go on. */
  readonly after?: Harness;
  readonly seed?: number;
  /** How far this process's wall clock is off, by its own monotonic time, in milliseconds. */
  readonly wallClockOff?: (monotonic: number) => number;
  /** Where this process's monotonic clock begins. */
  readonly monotonicOrigin?: number;
  /** How long this process takes from one look at the clock to the next, in milliseconds. */
  readonly msPerLook?: number;
}

export function startNotifier(options: HarnessOptions = {}): Harness {
  const clock = options.after?.clock ?? createFakeClock();
  const limiter = createRateLimiter({ clock });
  const teleport = options.after?.teleport ?? createMemoryTeleport({}, () => clock.now());
  const platform = options.after?.messenger ?? createMemoryMessenger({ clock, limiter, ...options.messenger });
  const lines: LogLine[] = [];
  const counts = new Map<string, number>();
  const abort = new AbortController();
  const ended: Harness["ended"] = { value: "running" };
  const alive: Life = { value: true };
  const notifier = createNotifier({
    pluginName: "memory",
    teleport: mortal(teleport, alive),
    messenger: mortal(platform, alive),
    routes: { roleToRecipients: { "*": ["general"] }, maxSuggestedReviewers: 50, ...options.routes },
    clock: skew(clock, options),
    random: createSeededRandom(options.seed ?? (options.after === undefined ? 1 : 2)),
    log: createRecordingLog(lines),
    meter: createRecordingMeter(counts),
    ...(options.failFast === undefined ? {} : { failFast: options.failFast }),
    ...(options.notifyRequester === undefined ? {} : { notifyRequester: options.notifyRequester }),
    ...(options.statusReactions === undefined ? {} : { statusReactions: options.statusReactions }),
    ...(options.accessListReminders === undefined ? {} : { accessListReminders: options.accessListReminders }),
  });
  notifier.run(abort.signal).then(
    () => {
      ended.value = "ended";
    },
    (thrown: unknown) => {
      ended.value = thrown instanceof Error ? thrown : new Error(String(thrown));
    },
  );
  return {
    clock,
    teleport,
    cluster: teleport.cluster,
    messenger: platform,
    notifier,
    lines,
    counts,
    ended,
    async stop() {
      abort.abort();
      await clock.advanceUntil(() => ended.value !== "running", 60_000);
    },
    standStill() {
      const { promise, resolve } = Promise.withResolvers<void>();
      alive.still = promise;
      return {
        goOn() {
          delete alive.still;
          resolve();
        },
      };
    },
    kill() {
      alive.value = false;
      abort.abort();
    },
  };
}

/** The clock as this process has it: machines agree on how long a second is, and on nothing else. */
function skew(clock: FakeClock, options: HarnessOptions): Clock {
  const { wallClockOff = () => 0, monotonicOrigin = 0, msPerLook = 0 } = options;
  let thought = 0;
  return {
    monotonic() {
      thought += msPerLook;
      return clock.monotonic() + monotonicOrigin + thought;
    },
    now: () => new Date(clock.now().getTime() + wallClockOff(clock.monotonic())),
    after: clock.after,
  };
}

/** What keeps a process from calling and from hearing. */
export interface Life {
  value: boolean;
  /** It is stopped until this resolves. */
  still?: Promise<void>;
}

/** A dead process calls nobody and hears no answer, a stopped one only later. */
export function mortal<T extends object>(target: T, alive: Life): T {
  const dead = new Promise<never>(() => {});
  return new Proxy(target, {
    get(object, key, receiver) {
      const value: unknown = Reflect.get(object, key, receiver);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (!alive.value) return dead;
        const call = (): unknown => Reflect.apply(value, object, args);
        const result = alive.still === undefined ? call() : alive.still.then(call);
        if (!(result instanceof Promise)) return result;
        return result.then(async (answer) => {
          await alive.still;
          return alive.value ? answer : dead;
        });
      };
    },
  });
}

export function createRecordingLog(lines: LogLine[], base: LogFields = {}): Log {
  const at = (level: LogLine["level"]) => (message: string, fields?: LogFields) => {
    lines.push({ level, message, fields: { ...base, ...fields } });
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => createRecordingLog(lines, { ...base, ...fields }),
  };
}

export function createRecordingMeter(counts: Map<string, number>): Meter {
  return {
    count(name, labels = {}, by = 1) {
      const key = [name, ...Object.entries(labels).map(([label, value]) => `${label}=${value}`)].join(" ");
      counts.set(key, (counts.get(key) ?? 0) + by);
    },
    gauge: () => {},
    observe: () => {},
  };
}
