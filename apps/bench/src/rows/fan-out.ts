import { toSpan } from "../figures.ts";
import type { OpenStage, Row } from "../row.ts";
import { type Audience, type Figures, round } from "../stage.ts";

const latencyMs = 100;
const patienceMs = 30_000;

async function fanOut(open: OpenStage, audience: Audience): Promise<Figures> {
  const stage = await open(audience);
  const { auth, platform } = stage;
  const wanted = "people" in audience ? audience.people : audience.channels;
  const running = await stage.start();
  await platform.setLatency(latencyMs);
  const created: { id: string; at: number }[] = [];
  const cost = await stage.measure(running, async () => {
    created.push(...(await auth.create(1)));
    await platform.until({ posts: wanted, timeoutMs: patienceMs });
  });
  const ids = created.map(({ id }) => id);
  const { told, duplicates } = await platform.told({ ids });
  const span = toSpan(await platform.calls(), "post", created[0]?.at ?? 0);
  await auth.approve(ids);
  await platform.until({ edits: wanted, timeoutMs: patienceMs });
  const { showing } = await platform.told({ ids, word: "APPROVED" });
  return {
    [`told of ${wanted}`]: told,
    duplicates,
    "first accepted, ms": round(span.first),
    "last accepted, ms": round(span.last),
    "updated after the approval": showing,
    ...cost,
  };
}

/** One request to many at once. */
export const channels: Row = {
  name: "channels",
  title: "one request, 100 channels",
  given: "limits off, 100 ms a call, channels (post only)",
  target: "100 told, the last <= 300 ms after the event",
  run: (open) => fanOut(open, { channels: 100 }),
};

export const people: Row = {
  name: "people",
  title: "one request, 100 e-mail recipients",
  given: "limits off, 100 ms a call, recipients by e-mail (look-up and post), nothing looked up before",
  target: "100 told; <= 500 ms where a look-up is one call",
  run: (open) => fanOut(open, { people: 100 }),
};
