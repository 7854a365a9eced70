import { silentMeter } from "@access-plugins/core";
import { createFakeClock } from "@access-plugins/testing/fake-clock";
import { describe, expect, test } from "vitest";
import { watchSecrets } from "./secret-watch.ts";
import { createRecordingLog } from "./testing/recording-log.ts";

function start(refreshSecrets: () => Promise<boolean>) {
  const clock = createFakeClock();
  const log = createRecordingLog();
  const changes: number[] = [];
  const onChange = () => void changes.push(clock.monotonic());
  const watch = watchSecrets({ clock, log, meter: silentMeter, refreshSecrets, onChange });
  return { clock, log, changes, watch };
}

describe("watchSecrets", () => {
  test("looks every 5 seconds and tells each change", async () => {
    const answers = [false, true, false, true];
    const { clock, changes, watch } = start(async () => answers.shift() ?? false);
    await clock.advance(20_000);
    expect(answers).toEqual([]);
    expect(changes).toHaveLength(2);
    watch.stop();
  });

  test("looks at once when asked", async () => {
    const { changes, watch } = start(async () => true);
    await watch.refresh();
    expect(changes).toHaveLength(1);
    watch.stop();
  });

  test("goes on after a failure, which it logs", async () => {
    let looks = 0;
    const { clock, changes, log, watch } = start(async () => {
      looks += 1;
      if (looks === 1) throw new Error("disk on fire");
      return true;
    });
    await clock.advance(10_000);
    expect(log.lines).toHaveLength(1);
    expect(changes).toHaveLength(1);
    watch.stop();
  });

  test("leaves no timer behind when stopped, not even during a look", async () => {
    const look = Promise.withResolvers<boolean>();
    const { clock, watch } = start(() => look.promise);
    await clock.advance(5_000);
    watch.stop();
    look.resolve(false);
    await clock.settle();
    expect(clock.pendingTimers()).toBe(0);
  });
});
