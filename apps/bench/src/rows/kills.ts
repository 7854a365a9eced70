import { setTimeout as sleep } from "node:timers/promises";
import type { OpenStage, Row, Size } from "../row.ts";
import type { Figures } from "../stage.ts";

const channels = 3;
const latencyMs = 20;
/** A request is approved so long after its creation. */
const approvedAfterMs = 2_000;
/** The longest lease a killed process leaves, and time to act after it. */
const settleMs = 45_000;

async function run(open: OpenStage, size: Size): Promise<Figures> {
  const [requests, kills, spanMs] = size === "full" ? [200, 10, 20_000] : [40, 3, 6_000];
  const stage = await open({ channels });
  const { auth, platform } = stage;
  let running = await stage.start();
  await platform.setLatency(latencyMs);
  const [kept, approved]: [string[], string[]] = [[], []];
  const pending: Promise<unknown>[] = [];

  async function file(): Promise<void> {
    for (let n = 0; n < requests; n += 1) {
      const ids = (await auth.create(1)).map(({ id }) => id);
      if (n % 2 === 0) kept.push(...ids);
      else {
        approved.push(...ids);
        pending.push(sleep(approvedAfterMs).then(() => auth.approve(ids)));
      }
      await sleep(spanMs / requests);
    }
  }

  async function kill(): Promise<void> {
    for (let n = 0; n < kills; n += 1) {
      await sleep((spanMs / kills) * (0.5 + Math.random() / 2));
      await running.kill();
      running = stage.launch();
    }
  }

  await Promise.all([file(), kill()]);
  await Promise.all(pending);
  await platform.until({ posts: requests * channels, edits: approved.length * channels, timeoutMs: settleMs });
  await sleep(settleMs / 5);
  const pendingTold = await platform.told({ ids: kept });
  const approvedTold = await platform.told({ ids: approved, word: "APPROVED" });
  return {
    [`lost of ${kept.length * channels} still open`]: kept.length * channels - pendingTold.told,
    "not told before the approval": approved.length * channels - approvedTold.told,
    [`stale of ${approvedTold.told}`]: approvedTold.told - approvedTold.showing,
    "duplicates (calls in flight at a kill)": pendingTold.duplicates + approvedTold.duplicates,
  };
}

/** A process that dies again and again. */
export const kills: Row = {
  name: "kills",
  title: "10 SIGKILLs in 200 requests x 3 channels, half of them approved after 2 s",
  given: "limits off, 20 ms a call, channels, 20 s in all, started again at once",
  target: "0 lost, 0 stale",
  run,
};
