import { percentile } from "../figures.ts";
import type { OpenStage, Row, Size } from "../row.ts";
import { type Figures, round } from "../stage.ts";

const latencyMs = 20;
const patienceMs = 10_000;
const warmUps = 20;

async function run(open: OpenStage, size: Size): Promise<Figures> {
  const requests = size === "full" ? 1_000 : 100;
  const stage = await open({ channels: 1 });
  const { auth, platform } = stage;
  const running = await stage.start();
  await platform.setLatency(latencyMs);
  const own: number[] = [];
  let told = 0;
  const one = async (): Promise<void> => {
    told += 1;
    const [created] = await auth.create(1);
    await platform.until({ posts: told, timeoutMs: patienceMs });
    const since = (await platform.calls()).filter(({ at }) => at >= Math.floor(created?.at ?? 0));
    const arrived = since.find(({ kind, accepted }) => kind === "post" && accepted);
    const before = since.filter(({ at, kind }) => arrived !== undefined && at < arrived.at && kind !== "post").length;
    own.push((arrived?.at ?? Number.POSITIVE_INFINITY) - (created?.at ?? 0) - before * latencyMs);
  };
  for (let n = 0; n < warmUps; n += 1) await one();
  own.length = 0;
  const cost = await stage.measure(running, async () => {
    for (let n = 0; n < requests; n += 1) await one();
  });
  return {
    "event to accepted less the platform's time, p50, ms": round(percentile(own, 0.5)),
    "p99, ms": round(percentile(own, 0.99)),
    ...cost,
  };
}

/** The plugin's own part in the time until somebody is told. */
export const single: Row = {
  name: "single",
  title: "single requests, one after another, 1 channel",
  given: "limits off, 20 ms a call, channel (post only), warm",
  target: "p50 <= 5 ms, p99 <= 15 ms over 1,000",
  run,
};
