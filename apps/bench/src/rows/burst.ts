import { toSpan } from "../figures.ts";
import type { OpenStage, Row, Size } from "../row.ts";
import { type Figures, round } from "../stage.ts";

const channels = 3;
const latencyMs = 20;
const patienceMs = 120_000;

async function run(open: OpenStage, size: Size): Promise<Figures> {
  const requests = size === "full" ? 1_000 : 100;
  const stage = await open({ channels });
  const { auth, platform } = stage;
  const running = await stage.start();
  await platform.setLatency(latencyMs);
  const created: { id: string; at: number }[] = [];
  const cost = await stage.measure(running, async () => {
    created.push(...(await auth.create(requests)));
    await platform.until({ posts: requests * channels, timeoutMs: patienceMs });
  });
  const { told, duplicates } = await platform.told({ ids: created.map(({ id }) => id) });
  const span = toSpan(await platform.calls(), "post", created[0]?.at ?? 0);
  return {
    [`told of ${requests * channels}`]: told,
    duplicates,
    "first accepted, ms": round(span.first),
    "last accepted, ms": round(span.last),
    ...cost,
  };
}

/** As much as possible, with nothing in the way. */
export const burst: Row = {
  name: "burst",
  title: "1,000 requests at once x 3 channels",
  given: "limits off, 20 ms a call, channels (post only), look-ups warm after the first request",
  target: "3,000 told, 0 duplicates, <= 1.5 x the peer's time; 2 writes and 0 reads a request",
  run,
};
