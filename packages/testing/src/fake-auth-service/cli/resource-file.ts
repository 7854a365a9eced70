import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type ResourceCatalog, type ResourceSpec, resourceKinds } from "../cluster/resource-catalog.ts";

const labels = z.record(z.string(), z.string());
const fileSchema = z.array(
  z.strictObject({
    kind: z.enum(resourceKinds),
    name: z.string().min(1),
    hostname: z.string().exactOptional(),
    description: z.string().exactOptional(),
    labels: labels.exactOptional(),
    dynamicLabels: labels.exactOptional(),
    agents: z.int().positive().exactOptional(),
  }),
);

/**
 * The resources of a directory, in its `resources.json`: `auth-ctl` writes the file, and a running `auth-sim` reads it
 * anew at every look, so that a change counts with the next call. Without a file there are the `initial` ones.
 */
export function createResourceFile(dir: string, initial: readonly ResourceSpec[]): ResourceCatalog {
  const path = join(dir, "resources.json");
  const keyOf = ({ kind, name }: Pick<ResourceSpec, "kind" | "name">) => `${kind}/${name}`;
  const read = () => new Map((readSpecs(path) ?? initial).map((resource) => [keyOf(resource), resource]));

  function write(resources: ReadonlyMap<string, ResourceSpec>): void {
    // Whole or not at all: a reader may look at any moment.
    const temporary = `${path}.${process.pid}`;
    writeFileSync(temporary, `${JSON.stringify([...resources.values()], null, 2)}\n`);
    renameSync(temporary, path);
  }

  return {
    get all() {
      return read();
    },
    set: (resource) => write(read().set(keyOf(resource), resource)),
    delete(kind, name) {
      const resources = read();
      resources.delete(keyOf({ kind, name }));
      write(resources);
    },
  };
}

/** Undefined when there is no file. Throws for one that says something else. */
function readSpecs(path: string): readonly ResourceSpec[] | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return undefined;
    throw thrown;
  }
  return fileSchema.parse(JSON.parse(text));
}
