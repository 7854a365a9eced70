import { toSpan } from "../figures.ts";
import type { OpenStage, Row, Size } from "../row.ts";
import { type Figures, round } from "../stage.ts";

const channels = 3;
const latencyMs = 20;
const patienceMs = 60_000;

async function run(open: OpenStage, size: Size): Promise<Figures> {
  const requests = size === "full" ? 200 : 40;
  const stage = await open({ channels });
  const { auth, platform } = stage;
  const running = await stage.start();
  await platform.setLatency(latencyMs);
  const ids = (await auth.create(requests)).map(({ id }) => id);
  await platform.until({ posts: requests * channels, timeoutMs: patienceMs });
  let approvedAt = 0;
  const cost = await stage.measure(running, async () => {
    approvedAt = await auth.approve(ids);
    await platform.until({ edits: requests * channels, timeoutMs: patienceMs });
  });
  const { told, showing } = await platform.told({ ids, word: "APPROVED" });
  return {
    [`updated of ${requests * channels}`]: showing,
    stale: told - showing,
    "last update, ms": round(toSpan(await platform.calls(), "edit", approvedAt).last),
    ...cost,
  };
}

/** Many messages to bring up to date at once. */
export const approvals: Row = {
  name: "approvals",
  title: "200 requests x 3 channels approved at once",
  given: "limits off, 20 ms a call, channels",
  target: "600 updated, <= 1.5 x the peer's time",
  run,
};
