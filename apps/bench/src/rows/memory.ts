import { setTimeout as sleep } from "node:timers/promises";
import { readUsage } from "../proc.ts";
import type { OpenStage, Row, Size } from "../row.ts";
import { type Figures, round } from "../stage.ts";

const patienceMs = 600_000;
/** Time to collect garbage. */
const restMs = 15_000;
const batch = 1_000;

async function held(open: OpenStage, size: Size): Promise<Figures> {
  const requests = size === "full" ? 10_000 : 1_000;
  const stage = await open({ channels: 1 });
  const { auth, platform } = stage;
  const running = await stage.start();
  const idle = readUsage(running.pid);
  await auth.create(requests);
  await platform.until({ posts: requests, timeoutMs: patienceMs });
  await sleep(restMs);
  const { rss, own, peak, cpu } = readUsage(running.pid);
  return {
    "idle, MiB": round(idle.rss),
    "of it not the executable": round(idle.own),
    [`with ${requests} open, MiB`]: round(rss),
    "of it not the executable ": round(own),
    "peak, MiB": round(peak),
    "CPU, s": cpu,
  };
}

/** Told, approved and gone, batch by batch: nothing may stay. */
async function flow(open: OpenStage, size: Size): Promise<Figures> {
  const batches = size === "full" ? 100 : 3;
  const stage = await open({ channels: 1 });
  const { auth, platform } = stage;
  const running = await stage.start();
  const sizes: number[] = [];
  for (let n = 1; n <= batches; n += 1) {
    const ids = (await auth.create(batch)).map(({ id }) => id);
    await platform.until({ posts: n * batch, timeoutMs: patienceMs });
    await auth.approve(ids);
    await platform.until({ edits: n * batch, timeoutMs: patienceMs });
    await auth.remove(ids);
    sizes.push(readUsage(running.pid).rss);
  }
  await sleep(restMs);
  return {
    "after a tenth, MiB": round(sizes[Math.floor(batches / 10)] ?? 0),
    "after half, MiB": round(sizes[Math.floor(batches / 2)] ?? 0),
    "at the end, MiB": round(sizes.at(-1) ?? 0),
    "at rest, MiB": round(readUsage(running.pid).rss),
  };
}

export const memory: Row = {
  name: "memory",
  title: "memory: idle, and with 10,000 open requests",
  given: "0 ms a call, 1 channel; 15 s after the last message",
  target: "idle <= 75 MiB, with 10,000 open <= 120 MiB",
  run: held,
};

export const memoryOverTime: Row = {
  name: "memory-over-time",
  title: "memory over 100,000 requests, told, approved and deleted 1,000 at a time",
  given: "0 ms a call, 1 channel",
  target: "flat",
  run: flow,
};
