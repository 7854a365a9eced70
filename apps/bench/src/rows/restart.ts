import { setTimeout as sleep } from "node:timers/promises";
import type { OpenStage, Row, Size } from "../row.ts";
import { type Figures, round, type Stage } from "../stage.ts";

const patienceMs = 600_000;
/** Nothing asked for so long is quiet. */
const quietMs = 1_500;

async function run(open: OpenStage, size: Size): Promise<Figures> {
  const requests = size === "full" ? 10_000 : 500;
  const stage = await open({ channels: 1 });
  const { auth, platform } = stage;
  const first = await stage.start();
  await auth.create(requests);
  await platform.until({ posts: requests, timeoutMs: patienceMs });
  await untilQuiet(stage);
  await first.kill();
  const [asked, called] = [await auth.calls(), (await platform.calls()).length];
  const second = stage.launch();
  const quietAt = await untilQuiet(stage);
  const asking = await auth.calls();
  const difference = (method: string) => (asking[method] ?? 0) - (asked[method] ?? 0);
  return {
    "list pages": difference("ListAccessRequests"),
    "plugin data read": difference("GetPluginData"),
    "plugin data written": difference("UpdatePluginData"),
    "chat calls": (await platform.calls()).length - called,
    "quiet after, ms": round(quietAt - second.startedAt),
  };
}

/** Gives the moment of the last call to Teleport. */
async function untilQuiet({ auth }: Stage): Promise<number> {
  const sum = async () => Object.values(await auth.calls()).reduce((total, count) => total + count, 0);
  let [seen, since] = [await sum(), Date.now()];
  while (Date.now() - since < quietMs) {
    await sleep(50);
    const now = await sum();
    if (now !== seen) [seen, since] = [now, Date.now()];
  }
  return since;
}

/** A restart in a cluster with many open requests. */
export const restart: Row = {
  name: "restart",
  title: "restart with 10,000 open requests that are told already",
  given: "0 ms a call, 1 channel",
  target: "list pages + 1 plugin-data call, 0 writes; chat calls: those of the start check; quiet <= 3 s",
  run,
};
