import { EventEmitter } from "node:events";
import { createFakeClock } from "@access-plugins/testing/fake-clock";
import { describe, expect, test } from "vitest";
import { listenForShutdown, onHangup } from "./signals.ts";
import { createRecordingLog } from "./testing/recording-log.ts";

function start() {
  const source = new EventEmitter();
  const clock = createFakeClock();
  const log = createRecordingLog();
  const exits: number[] = [];
  const shutdown = listenForShutdown({ source, clock, log, exit: (code) => void exits.push(code) });
  return { source, clock, log, exits, shutdown };
}

describe("listenForShutdown", () => {
  test.each(["SIGTERM", "SIGINT"])("%s asks for a graceful stop", (name) => {
    const { source, log, exits, shutdown } = start();
    expect(shutdown.signal.aborted).toBe(false);
    source.emit(name);
    expect(shutdown.signal.aborted).toBe(true);
    expect(log.lines).toEqual(["info Attempting graceful shutdown"]);
    expect(exits).toEqual([]);
  });

  test("a second signal ends the process at once", () => {
    const { source, exits } = start();
    source.emit("SIGTERM");
    source.emit("SIGINT");
    expect(exits).toEqual([1]);
  });

  test("after 15 seconds of grace the process ends", async () => {
    const { source, clock, log, exits } = start();
    source.emit("SIGTERM");
    await clock.advance(14_999);
    expect(exits).toEqual([]);
    await clock.advance(1);
    expect(exits).toEqual([1]);
    expect(log.lines.at(-1)).toContain("Graceful shutdown failed, attempting fast shutdown");
  });

  test("disposed, it leaves neither timers nor listeners", () => {
    const { source, clock, shutdown } = start();
    source.emit("SIGTERM");
    shutdown.dispose();
    expect(clock.pendingTimers()).toBe(0);
    expect(source.eventNames()).toEqual([]);
  });
});

test("onHangup calls back at each SIGHUP until it is stopped", () => {
  const source = new EventEmitter();
  const calls: string[] = [];
  const stop = onHangup(source, () => void calls.push("reload"));
  source.emit("SIGHUP");
  source.emit("SIGHUP");
  stop();
  source.emit("SIGHUP");
  expect(calls).toEqual(["reload", "reload"]);
});
