import { backoffMs, connectionBackoff } from "../base/backoff.ts";
import { type Clock, sleep } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Meter } from "../base/meter.ts";
import { PluginError } from "../base/plugin-error.ts";
import type { Random } from "../base/random.ts";
import type { MonitoringRules } from "../routing/monitoring-rules.ts";
import type { TeleportClient, WatchEvent, WatchKind } from "../teleport.ts";
import type { CatchUp } from "./catch-up.ts";
import type { RequestIndex } from "./request-index.ts";

/** Keeps one watch open for ever and what was missed caught up. It emits ids and decides nothing. */
export interface WatchLoop {
  /** Runs until the signal aborts. Rejects with what no reconnect can mend, before it was ever ready; or, with `failFast`, with whatever ended the watch. */
  run(signal: AbortSignal): Promise<void>;
  /** What keeps it from being ready, as sentences; empty when it is. */
  problems(): readonly string[];
}

export interface WatchLoopOptions {
  readonly teleport: TeleportClient;
  readonly index: RequestIndex;
  readonly catchUp: CatchUp;
  readonly rules: Pick<MonitoringRules, "put" | "delete" | "distrust">;
  mark(id: string): void;
  /** Called each time everything missed is caught up. */
  onReady(): void;
  readonly failFast: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly meter: Meter;
}

const kinds: readonly WatchKind[] = ["access_request", "access_monitoring_rule"];
const sweepEveryMs = 5 * 60_000;

/** One open watch. */
interface Stream {
  readonly number: number;
  readonly ready: Promise<void>;
  /** Rejects when the stream ends. */
  readonly ended: Promise<never>;
  readonly superseded: Promise<void>;
  stop(): void;
}

export function createWatchLoop(options: WatchLoopOptions): WatchLoop {
  const { teleport, index, catchUp, clock, random, log, meter } = options;
  let streams = 0;
  let everReady = false;
  let connection: string | undefined = "Not connected to Teleport yet.";
  let missed: string | undefined = "Requests are not listed yet.";

  function openStream(signal: AbortSignal): Stream {
    const number = ++streams;
    const abort = new AbortController();
    const ready = Promise.withResolvers<void>();
    const superseded = Promise.withResolvers<void>();
    const ended = follow(number, AbortSignal.any([signal, abort.signal]), ready.resolve, superseded.resolve);
    ended.catch(ready.reject);
    // Whoever is not waiting for one of these just now learns of the end from the other.
    ready.promise.catch(() => {});
    return { number, ready: ready.promise, ended, superseded: superseded.promise, stop: () => abort.abort() };
  }

  async function follow(
    number: number,
    signal: AbortSignal,
    onInit: () => void,
    onSuperseded: () => void,
  ): Promise<never> {
    for await (const event of teleport.watch(kinds, signal)) {
      if (event.type === "init") {
        confirm(event);
        options.rules.distrust();
        onInit();
      } else if (event.type === "superseded") onSuperseded();
      else take(event, number);
    }
    throw new PluginError("unavailable", "The watch ended without an error.", { operation: "WatchEvents" });
  }

  function confirm(event: Extract<WatchEvent, { type: "init" }>): void {
    if (!event.confirmed.includes("access_request")) {
      throw new PluginError("forbidden", "Teleport does not let this plugin watch Access Requests.", {
        operation: "WatchEvents",
        fix: "Give its role the verbs list and read on access_request.",
      });
    }
    if (!event.confirmed.includes("access_monitoring_rule")) {
      log.info(
        "Teleport does not let this plugin watch Access Monitoring Rules: changed ones count from the next sweep on",
        {
          fix: "Give its role the verb read on access_monitoring_rule, if the server has such rules.",
        },
      );
    }
  }

  function take(event: Exclude<WatchEvent, { type: "init" | "superseded" }>, stream: number): void {
    meter.gauge("last_event_timestamp_seconds", clock.now().getTime() / 1_000);
    if (event.kind === "access_monitoring_rule") {
      if (event.type === "put") options.rules.put(event.rule);
      else options.rules.delete(event.name);
    } else if (event.type === "put") {
      if (index.put(event.request, stream)) options.mark(event.request.id);
    } else {
      index.delete(event.name, stream);
      options.mark(event.name);
    }
  }

  /** Catches up, again and again with pauses if it fails, and then sweeps as long as the stream lives. */
  async function keepUp(stream: Stream, signal: AbortSignal): Promise<never> {
    for (let attempt = 0; ; ) {
      let pause = sweepEveryMs;
      try {
        missed = await catchUp.run(stream.number, signal);
        if (missed !== undefined) log.warn("Not ready", { reason: missed });
        attempt = 0;
        caughtUp();
      } catch (thrown) {
        const error = PluginError.from(thrown);
        if (error.code === "aborted") throw error;
        missed = `Access Requests and rules could not be listed: ${error.message}`;
        log.warn("Catching up failed; trying again", {
          code: error.code,
          operation: error.operation,
          reason: error.message,
        });
        pause = 100 + backoffMs(attempt++, connectionBackoff, random);
      }
      await sleep(clock, pause, signal);
    }
  }

  function caughtUp(): void {
    everReady ||= missed === undefined;
    options.onReady();
  }

  /** Lives on one stream after the other as credentials are renewed, until one ends by itself. */
  async function connected(signal: AbortSignal): Promise<never> {
    let stream = openStream(signal);
    try {
      await stream.ready;
      for (;;) {
        connection = undefined;
        meter.gauge("watcher_connected", 1);
        log.debug("Watcher connected");
        const work = new AbortController();
        const following = keepUp(stream, AbortSignal.any([signal, work.signal]));
        try {
          await Promise.race([stream.ended, stream.superseded, following]);
          stream = await replace(stream, signal);
        } finally {
          work.abort();
          await following.catch(() => {});
        }
      }
    } finally {
      stream.stop();
    }
  }

  /** The new stream first, then the old one goes; as long as no new one can be had the old one is good enough. */
  async function replace(old: Stream, signal: AbortSignal): Promise<Stream> {
    for (let attempt = 0; ; attempt += 1) {
      const next = openStream(signal);
      try {
        await Promise.race([next.ready, old.ended]);
        old.stop();
        old.ended.catch(() => {});
        log.info("Moved the watch to the renewed credentials");
        return next;
      } catch (thrown) {
        next.stop();
        next.ended.catch(() => {});
        log.warn("Could not open a watch with the renewed credentials yet", {
          reason: PluginError.from(thrown).message,
        });
        await Promise.race([sleep(clock, backoffMs(attempt, connectionBackoff, random), signal), old.ended]);
      }
    }
  }

  function lost(error: PluginError): void {
    meter.gauge("watcher_connected", 0);
    meter.count("watcher_reconnects_total");
    connection = error.fix === undefined ? error.message : `${error.message} ${error.fix}`;
    missed = "Requests are not listed yet.";
    log.error("Connection problem detected, attempting to reconnect", {
      code: error.code,
      reason: error.message,
      ...(error.fix === undefined ? {} : { fix: error.fix }),
    });
  }

  return {
    async run(signal) {
      for (let attempt = 0; ; ) {
        try {
          await connected(signal);
        } catch (thrown) {
          const error = PluginError.from(thrown);
          if (signal.aborted) return;
          if (options.failFast || (!everReady && isPermanent(error))) throw error;
          if (connection === undefined) attempt = 0;
          lost(error);
        }
        await sleep(clock, backoffMs(attempt++, connectionBackoff, random), signal).catch(() => {});
        if (signal.aborted) return;
      }
    },
    problems: () => [connection, missed].filter((problem) => problem !== undefined),
  };
}

/**
 * What waiting cannot mend, when it is met before the first success. Refused credentials are not among it: Teleport let us
 * in a moment ago, so they, or its authority, are being renewed.
 */
function isPermanent(error: PluginError): boolean {
  return ["forbidden", "invalid_config", "invalid_argument", "not_implemented"].includes(error.code);
}
