import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Simulation } from "./simulation.ts";

const apps = join(import.meta.dirname, "../../../apps");

/** Every app of this checkout that can simulate its platform: found, not listed. */
export async function findSimulations(): Promise<Simulation[]> {
  const paths = globSync("*/src/simulate.ts", { cwd: apps }).sort();
  return Promise.all(
    paths.map(async (path) => {
      const module: { simulation?: Simulation } = await import(pathToFileURL(join(apps, path)).href);
      if (module.simulation === undefined) throw new Error(`apps/${path} does not export "simulation".`);
      return module.simulation;
    }),
  );
}
