import { createFakeClock } from "@access-plugins/testing/fake-clock";
import { describe, expect, test } from "vitest";
import { watchSecrets } from "./secret-watch.ts";
import { createRecordingLog } from "./testing/recording-log.ts";

function start(refresh: () => Promise<void>) {
  const clock = createFakeClock();
  const log = createRecordingLog();
  const gauges = new Map<string, number>();
  const meter = {
    count: () => {},
    observe: () => {},
    gauge: (name: string, value: number) => void gauges.set(name, value),
  };
  const listeners: (() => void)[] = [];
  const secrets = { refresh, isHealthy: true, onChange: (listener: () => void) => void listeners.push(listener) };
  const watch = watchSecrets({ clock, log, meter, secrets });
  return { clock, log, gauges, secrets, listeners, watch };
}

describe("watchSecrets", () => {
  test("looks every 5 seconds until it is stopped", async () => {
    let looks = 0;
    const { clock, watch } = start(async () => {
      looks += 1;
    });
    await clock.advance(20_000);
    watch.stop();
    await clock.advance(20_000);
    expect(looks).toBe(4);
  });

  test("measures whether the files are usable and when a secret changed", async () => {
    const { gauges, secrets, listeners, watch } = start(async () => {});
    secrets.isHealthy = false;
    await watch.refresh();
    expect(gauges.get("config_reload_success")).toBe(0);
    secrets.isHealthy = true;
    await watch.refresh();
    for (const listener of listeners) listener();
    expect(Object.fromEntries(gauges)).toEqual({
      config_reload_success: 1,
      config_last_reload_timestamp_seconds: Date.parse("2026-03-14T09:26:53Z") / 1_000,
    });
    watch.stop();
  });

  test("goes on after a failure, which it logs", async () => {
    let looks = 0;
    const { clock, log, watch } = start(async () => {
      looks += 1;
      if (looks === 1) throw new Error("disk on fire");
    });
    await clock.advance(10_000);
    expect(log.lines).toHaveLength(1);
    expect(looks).toBe(2);
    watch.stop();
  });

  test("leaves no timer behind when stopped, not even during a look", async () => {
    const look = Promise.withResolvers<void>();
    const { clock, watch } = start(() => look.promise);
    await clock.advance(5_000);
    watch.stop();
    look.resolve();
    await clock.settle();
    expect(clock.pendingTimers()).toBe(0);
  });
});
