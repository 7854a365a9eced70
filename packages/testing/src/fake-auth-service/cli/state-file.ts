import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { StateLog } from "../cluster/state-log.ts";
import { replaceFile } from "./replace-file.ts";

const NAME = "state.log";
const PRIVATE = 0o600;

/** What an earlier run left in the directory, line by line. A last line that a kill cut off is left out. */
export async function readState(dir: string): Promise<readonly string[]> {
  const text = await readFile(join(dir, NAME), "utf8").catch(() => "");
  return text.split("\n").slice(0, -1);
}

/** Writes the state as it is now, then every change as it happens, so that it outlives the process, also when killed. */
export async function keepState(dir: string, state: StateLog): Promise<{ close(): Promise<void> }> {
  const path = join(dir, NAME);
  // No await between the copy and the subscription: a change in between would be lost.
  const later: string[] = [];
  let write = (line: string) => void later.push(line);
  state.onChange((line) => write(line));
  await replaceFile(path, [...state.lines(), ""].join("\n"), PRIVATE);
  const stream = createWriteStream(path, { flags: "a" });
  write = (line) => void stream.write(`${line}\n`);
  for (const line of later) write(line);
  return {
    async close() {
      stream.end();
      await once(stream, "close");
    },
  };
}
