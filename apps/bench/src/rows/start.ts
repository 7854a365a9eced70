import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../figures.ts";
import { readUsage } from "../proc.ts";
import type { OpenStage, Row, Size } from "../row.ts";
import { type Figures, round } from "../stage.ts";

const watchedWithinMs = 30_000;

async function start(open: OpenStage, size: Size): Promise<Figures> {
  const stage = await open({ channels: 1 });
  const opened: number[] = [];
  const cpu: number[] = [];
  for (let n = 0; n < (size === "full" ? 5 : 3); n += 1) {
    const running = stage.launch();
    opened.push((await stage.auth.untilWatched(watchedWithinMs)) - running.startedAt);
    cpu.push(readUsage(running.pid).cpu);
    await running.kill();
    while ((await stage.auth.watches()) > 0) await sleep(20);
  }
  return { "exec to watch open, ms (median)": percentile(opened, 0.5), "CPU until then, s": percentile(cpu, 0.5) };
}

async function idle(open: OpenStage, size: Size): Promise<Figures> {
  const seconds = size === "full" ? 60 : 10;
  const stage = await open({ channels: 1 });
  const running = await stage.start();
  // V8 collects the garbage of the start some eight seconds later.
  await sleep(15_000);
  const before = readUsage(running.pid).cpu;
  await sleep(seconds * 1_000);
  const spent = readUsage(running.pid).cpu - before;
  return { [`CPU of ${seconds} s, s`]: round(spent), "of a core, %": round((spent / seconds) * 100) };
}

export const startUp: Row = {
  name: "start",
  title: "from exec to an open watch",
  given: "0 ms a call",
  target: "<= 300 ms",
  run: start,
};

export const idleCpu: Row = {
  name: "idle",
  title: "CPU while idle",
  given: "nothing happens",
  target: "<= 0.2 % of a core",
  run: idle,
};
