import { toSpan } from "../figures.ts";
import type { OpenStage, Row, Size } from "../row.ts";
import { type Figures, round } from "../stage.ts";

const channels = 3;
const latencyMs = 20;

async function run(open: OpenStage, size: Size): Promise<Figures> {
  const requests = size === "full" ? 60 : 15;
  const stage = await open({ channels });
  const { auth, platform } = stage;
  const running = await stage.start();
  await platform.setLatency(latencyMs);
  await platform.limitPosts(1);
  const leastMs = (requests - 1) * 1_000;
  const created: { id: string; at: number }[] = [];
  const cost = await stage.measure(running, async () => {
    created.push(...(await auth.create(requests)));
    await platform.until({ posts: requests * channels, timeoutMs: 2 * leastMs + 10_000 });
  });
  const { told, duplicates } = await platform.told({ ids: created.map(({ id }) => id) });
  const calls = await platform.calls();
  const last = toSpan(calls, "post", created[0]?.at ?? 0).last;
  return {
    [`told of ${requests * channels}`]: told,
    duplicates,
    "refused (429)": calls.filter(({ kind, accepted }) => kind === "post" && !accepted).length,
    "last accepted, ms": round(last),
    "times the least possible": round(last / leastMs),
    ...cost,
  };
}

/** A platform that takes little. */
export const throttled: Row = {
  name: "throttled",
  title: "60 requests x 3 channels that take 1 message a second",
  given: "1 message a second and channel, 429 with Retry-After above; 20 ms a call",
  target: "180 told in <= 1.1 x the least possible (59 s)",
  run,
};
