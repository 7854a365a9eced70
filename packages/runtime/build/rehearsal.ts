import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Simulation } from "@access-plugins/testing/simulation";
import { openTheatre } from "@access-plugins/testing/theatre";

const patienceMs = 60_000;

/**
 * Plays the life of a request with the bundle `dist/main.cjs` of an app, in front of the simulations, and leaves what V8
 * compiled for it in `dist/main.cache`: an executable with that begins without parsing and compiling first, and meets its
 * first requests with code that is there already. `execArgv` has to be the executable's: other flags, other code.
 */
export async function rehearse(app: string, execArgv: readonly string[]): Promise<void> {
  const entry = join(app, "dist/rehearse.cjs");
  await copyFile(join(import.meta.dirname, "rehearse.cjs"), entry);
  const { simulation }: { simulation: Simulation } = await import(pathToFileURL(join(app, "src/simulate.ts")).href);
  const theatre = await openTheatre({ ...simulation, entry });
  try {
    const plugin = theatre.spawn([], execArgv);
    await plugin.untilLine(/Plugin is ready/u, patienceMs);
    const id = theatre.auth.createRequest({ reason: "rehearsal" });
    await theatre.untilShown(id, "PENDING", 3);
    theatre.auth.review(id, { reason: "rehearsed" });
    await theatre.untilShown(id, "APPROVED", 3);
    const code = await plugin.stop();
    if (code !== 0) throw new Error(`the rehearsal ended with exit code ${code}:\n${theatre.printed()}`);
  } finally {
    await theatre.close();
    await rm(entry);
  }
}
