import { open, stat } from "node:fs/promises";

/** Why a file cannot be read, and what to do. */
export interface ReadProblem {
  readonly message: string;
  readonly fix: string;
}

/** Undefined when `path` is a file that this process may read. */
export async function findReadProblem(path: string): Promise<ReadProblem | undefined> {
  const content = await readBoundedFile(path, 0);
  return "problem" in content ? content.problem : undefined;
}

/** The first bytes of a file and its whole size, or why it cannot be read. */
export type FileContent = { readonly bytes: Uint8Array; readonly size: number } | { readonly problem: ReadProblem };

/** Reads at most `mostBytes` of a regular file: a pipe or device could keep us waiting for ever. */
export async function readBoundedFile(path: string, mostBytes: number): Promise<FileContent> {
  try {
    // Asked before opening: to open a pipe is to wait for its writer.
    const kind = await stat(path);
    if (!kind.isFile()) {
      const message = kind.isDirectory() ? "this is a folder" : "this is not a regular file";
      return { problem: { message, fix: "give the path of a file" } };
    }
    await using file = await open(path, "r");
    const { size } = await file.stat();
    const { bytesRead, buffer } = await file.read(Buffer.alloc(mostBytes), 0, mostBytes, 0);
    return { bytes: buffer.subarray(0, bytesRead), size };
  } catch (thrown) {
    return { problem: explainReadError(thrown) };
  }
}

/** Whether the permission bits let every user of the machine read the file. False when that cannot be told. */
export async function isReadableByEverybody(path: string): Promise<boolean> {
  try {
    return ((await stat(path)).mode & 0o004) !== 0;
  } catch {
    return false;
  }
}

function explainReadError(thrown: unknown): ReadProblem {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);
  if (code === "ENOENT" || code === "ENOTDIR") {
    return { message: "the file does not exist", fix: "create the file, or correct the path" };
  }
  if (code === "EACCES" || code === "EPERM") {
    const user = process.getuid?.();
    const who = user === undefined ? "this user" : `the user with the id ${user}`;
    return { message: "permission denied", fix: `let ${who} read the file and enter its folders` };
  }
  return { message: `cannot be read (${code})`, fix: "make the file readable, or correct the path" };
}
