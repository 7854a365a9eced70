import { setTimeout as sleep } from "node:timers/promises";
import type { OpenStage, Row } from "../row.ts";
import type { Figures } from "../stage.ts";

const latencyMs = 20;
const patienceMs = 30_000;
const restMs = 3_000;

async function run(open: OpenStage): Promise<Figures> {
  const stage = await open({ channels: 1 });
  const { auth, platform } = stage;
  const first = await stage.start();
  await platform.setLatency(latencyMs);
  const old = (await auth.create(20)).map(({ id }) => id);
  await platform.until({ posts: 20, timeoutMs: patienceMs });
  // "Told" is stored with the answer; what was in flight at a kill is another row.
  await sleep(restMs);
  await first.kill();
  await auth.approve(old);
  const young = (await auth.create(50)).map(({ id }) => id);
  stage.launch();
  await platform.until({ posts: 70, edits: 20, timeoutMs: patienceMs });
  const told = await platform.told({ ids: young });
  const approved = await platform.told({ ids: old, word: "APPROVED" });
  return {
    "told of 50": told.told,
    "updated of 20": approved.showing,
    duplicates: told.duplicates + approved.duplicates,
  };
}

/** What happens while no process runs. */
export const whileDown: Row = {
  name: "while-down",
  title: "created (50) or approved (20) while the plugin is down",
  given: "limits off, 20 ms a call, 1 channel; the process was killed",
  target: "50 of 50 told, 20 of 20 updated",
  run,
};
