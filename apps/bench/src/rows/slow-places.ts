import { toSpan } from "../figures.ts";
import type { OpenStage, Row, Size } from "../row.ts";
import { type Figures, round } from "../stage.ts";

const latencyMs = 100;
const hangMs = 60_000;
const failing = ["channel-2", "channel-3", "channel-4"];

async function run(open: OpenStage, size: Size): Promise<Figures> {
  const stage = await open({ channels: 99, unknown: 1 });
  const { auth, platform } = stage;
  const running = await stage.start();
  await platform.setLatency(latencyMs);
  await platform.hang("channel-1");
  for (const channel of failing) await platform.breakDown({ channel, times: 2 });
  const created: { id: string; at: number }[] = [];
  const cost = await stage.measure(running, async () => {
    created.push(...(await auth.create(1)));
    await platform.until({ posts: 98, timeoutMs: size === "full" ? hangMs : 15_000 });
  });
  const calls = await platform.calls();
  const from = created[0]?.at ?? 0;
  const within = (ms: number) =>
    calls.filter(({ kind, accepted, endedAt }) => kind === "post" && accepted && (endedAt ?? 0) - from <= ms).length;
  return {
    "told within 1 s": within(1_000),
    "told within 10 s": within(10_000),
    "last but the hanging one, ms": round(toSpan(calls, "post", from).last),
    duplicates: (await platform.told({ ids: created.map(({ id }) => id) })).duplicates,
    ...cost,
  };
}

/** Some recipients are slow or broken; the others must not notice. */
export const slowPlaces: Row = {
  name: "slow-places",
  title: "one request, 100 recipients: one hangs for 60 s, three answer 503 twice, one does not exist",
  given: "limits off, 100 ms a call, channels",
  target: "95 within 1 s, 98 within 10 s",
  run,
};
