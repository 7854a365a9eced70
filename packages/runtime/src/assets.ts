import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getAsset, isSea } from "node:sea";
import * as z from "zod";

/**
 * A text file of the app's folder: embedded in a built executable, else beside the sources. `sources` is the
 * `import.meta.dirname` of a file in the app's `src`; the executable has none and needs none.
 */
export function readAsset(name: string, sources: string | undefined): string {
  return isSea() ? getAsset(name, "utf8") : readFileSync(join(sources ?? "", "..", name), "utf8");
}

/** The same for pictures and the like; a build embeds everything in the app's `assets` folder as `assets/…`. */
export function readBinaryAsset(name: string, sources: string | undefined): Uint8Array {
  return isSea() ? new Uint8Array(getAsset(name)) : readFileSync(join(sources ?? "", "..", name));
}

const buildSchema = z.object({ gitRef: z.string().optional() });

/** The commit or tag a built executable was made from; undefined when the build did not know or nothing was built. */
export function readGitRef(): string | undefined {
  return isSea() ? buildSchema.parse(JSON.parse(getAsset("build.json", "utf8"))).gitRef : undefined;
}
