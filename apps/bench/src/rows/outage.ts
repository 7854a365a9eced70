import { setTimeout as sleep } from "node:timers/promises";
import type { OpenStage, Row, Size } from "../row.ts";
import type { Figures } from "../stage.ts";

const channels = 3;
const latencyMs = 20;

async function run(open: OpenStage, size: Size): Promise<Figures> {
  const [outageMs, recoveryMs] = size === "full" ? [20_000, 30_000] : [3_000, 10_000];
  const stage = await open({ channels });
  const { auth, platform } = stage;
  const running = await stage.start();
  await platform.setLatency(latencyMs);
  const old = (await auth.create(50)).map(({ id }) => id);
  await platform.until({ posts: 150, timeoutMs: 30_000 });
  await platform.breakDown(undefined);
  const young: string[] = [];
  const cost = await stage.measure(running, async () => {
    await auth.approve(old);
    young.push(...(await auth.create(20)).map(({ id }) => id));
    await sleep(outageMs);
    await platform.heal();
    await platform.until({ posts: 210, edits: 150, timeoutMs: recoveryMs });
  });
  const approved = await platform.told({ ids: old, word: "APPROVED" });
  const told = await platform.told({ ids: young });
  return {
    "lost of 60": 60 - told.told,
    "stale of 150": approved.told - approved.showing,
    duplicates: told.duplicates + approved.duplicates,
    ...cost,
  };
}

/** The platform is down for a while. */
export const outage: Row = {
  name: "outage",
  title: "the platform answers 503 for 20 s; meanwhile 50 told requests are approved and 20 made",
  given: "limits off, 20 ms a call, 3 channels, looked at 30 s after the recovery",
  target: "0 lost, 0 stale",
  run,
};
