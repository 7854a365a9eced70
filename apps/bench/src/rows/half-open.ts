import { toSpan } from "../figures.ts";
import type { OpenStage, Row } from "../row.ts";
import { type Figures, round } from "../stage.ts";

const requests = 5;
const patienceMs = 60_000;

async function run(open: OpenStage): Promise<Figures> {
  const stage = await open({ channels: 1 });
  const { auth, platform } = stage;
  await stage.start();
  await auth.silence();
  const created = await auth.create(requests);
  await platform.until({ posts: requests, timeoutMs: patienceMs });
  const { told, duplicates } = await platform.told({ ids: created.map(({ id }) => id) });
  const { last } = toSpan(await platform.calls(), "post", created[0]?.at ?? 0);
  return { [`told of ${requests}`]: told, duplicates, "last accepted, ms": round(last) };
}

/** The connection to Teleport goes silent, and nobody is told. */
export const halfOpen: Row = {
  name: "half-open",
  title: "the connection to Teleport goes half-open, then 5 requests are made",
  given: "new connections work; 1 channel",
  target: "all told within 40 s",
  run,
};
