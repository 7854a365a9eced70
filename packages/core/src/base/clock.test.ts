import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createFakeClock } from "@access-plugins/testing/fake-clock";
import { describe, expect, it } from "vitest";
import { sleep, systemClock } from "./clock.ts";

describe("sleep", () => {
  it("ends when the time is over, and leaves its signal alone", async () => {
    const clock = createFakeClock();
    const abort = new AbortController();
    const state = { over: false };
    void sleep(clock, 1_000, abort.signal).then(() => {
      state.over = true;
    });
    await clock.advance(999);
    expect(state.over).toBe(false);
    await clock.advance(1);
    expect(state.over).toBe(true);
    abort.abort();
  });

  it("rejects with the signal's reason as soon as it aborts, and keeps no timer", async () => {
    const clock = createFakeClock();
    const abort = new AbortController();
    const sleeping = sleep(clock, 1_000, abort.signal);
    abort.abort(new Error("enough"));
    await expect(sleeping).rejects.toThrow("enough");
    expect(clock.pendingTimers()).toBe(0);
  });

  it("does not begin under an aborted signal", async () => {
    const clock = createFakeClock();
    await expect(sleep(clock, 1_000, AbortSignal.abort(new Error("before")))).rejects.toThrow("before");
    expect(clock.pendingTimers()).toBe(0);
  });
});

describe("systemClock", () => {
  it("runs on, and knows the wall time", async () => {
    const before = systemClock.monotonic();
    await sleep(systemClock, 5);
    expect(systemClock.monotonic()).toBeGreaterThan(before);
    expect(Math.abs(systemClock.now().getTime() - Date.now())).toBeLessThan(1_000);
  });

  it("does not call back after it was cancelled", async () => {
    const seen: string[] = [];
    const cancel = systemClock.after(1, () => seen.push("cancelled"));
    cancel();
    cancel();
    await sleep(systemClock, 10);
    expect(seen).toEqual([]);
  });

  it("does not take a wait of months for no wait at all", async () => {
    const seen: string[] = [];
    const cancel = systemClock.after(90 * 24 * 60 * 60 * 1_000, () => seen.push("at once"));
    await sleep(systemClock, 10);
    cancel();
    expect(seen).toEqual([]);
  });

  it("keeps a process alive that only waits: between two tries to connect there is nothing else", async () => {
    const program = `
      const { sleep, systemClock } = await import(${JSON.stringify(new URL("./clock.ts", import.meta.url).href)});
      await sleep(systemClock, 20);
      process.stdout.write("woke up");
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
    expect(stdout).toBe("woke up");
  });
});
