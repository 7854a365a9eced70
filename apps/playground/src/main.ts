import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openStage } from "./stage.ts";
import { playStory } from "./story.ts";
import { createTeller } from "./teller.ts";

const help = `Everything on this machine: a simulated Teleport Auth Service, simulated chat platforms, the real plugins.

  pnpm demo          plays a story, then stays up for requests of your own
  pnpm demo --once   plays the story and ends
`;

const { values } = parseArgs({ options: { once: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
const teller = createTeller((text) => process.stdout.write(text));

if (values.help) process.stdout.write(help);
else process.exitCode = await run(values.once ?? false);

async function run(once: boolean): Promise<number> {
  const stopped = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopped.abort());
  const dir = await mkdtemp(join(tmpdir(), "access-plugins-demo-"));
  const stage = await openStage(dir, teller, stopped.signal);
  try {
    await playStory(stage, teller);
    if (once) return 0;
    teller.invite(stage.commands());
    await stage.untilBroken();
    return 0;
  } catch (thrown) {
    if (stopped.signal.aborted) return 0;
    teller.fail(thrown);
    return 1;
  } finally {
    await stage.close();
    await rm(dir, { recursive: true, force: true });
  }
}
