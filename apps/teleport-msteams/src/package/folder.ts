import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PluginError } from "@access-plugins/core";

/** A new folder for the files of one setup. */
export interface Folder {
  readonly path: string;
  /** Writes a file for this user only; refuses to overwrite one. */
  write(name: string, content: string | Uint8Array): Promise<void>;
}

/** Creates the folder, or takes an empty one. */
export async function createFolder(path: string): Promise<Folder> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    if ((await readdir(path)).length > 0) throw taken(path);
  } catch (thrown) {
    if (thrown instanceof PluginError) throw thrown;
    const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "unknown";
    if (code === "EEXIST" || code === "ENOTDIR") throw taken(path);
    throw new PluginError("invalid_argument", `${path} cannot be created (${code})`, {
      fix: "give a path this user may create",
      cause: thrown,
    });
  }
  return { path, write: (name, content) => writeFile(join(path, name), content, { flag: "wx", mode: 0o600 }) };
}

function taken(path: string): PluginError {
  return new PluginError("already_exists", `${path} exists! Please, specify an empty folder`, {
    fix: "give another path: nothing is overwritten",
  });
}
