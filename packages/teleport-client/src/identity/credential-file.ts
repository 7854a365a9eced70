import { readFile, stat } from "node:fs/promises";
import { PluginError } from "@access-plugins/core";
import { type CredentialPlace, credentialFault, renewFix } from "./credential-place.ts";

/** Real ones have a few KiB. */
const maxFileBytes = 1024 * 1024;

/** The text of a credential file; a clear fault when there is none to be had. */
export async function readCredentialFile(place: CredentialPlace, signal: AbortSignal): Promise<string> {
  try {
    const found = await stat(place.path);
    if (found.isDirectory()) throw isDirectory(place);
    if (found.size > maxFileBytes) throw credentialFault(place, "is larger than 1 MiB: it is no credential file");
    return await readFile(place.path, { encoding: "utf8", signal });
  } catch (thrown) {
    throw toReadFault(thrown, place);
  }
}

/** What the file system's errors mean for somebody who sets up a plugin. */
export function toReadFault(thrown: unknown, place: CredentialPlace): PluginError {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") {
    const fix = `Create it with \`${place.command("PLUGIN_USER")}\`, or check the path and the tbot that should write it.`;
    return credentialFault(place, "does not exist", fix, thrown);
  }
  if (code === "EACCES" || code === "EPERM") {
    const fix = `Let ${currentUser()} read the file and enter its folder: check owner and mode.`;
    return credentialFault(place, "cannot be read: permission denied", fix, thrown);
  }
  if (code === "EISDIR") return isDirectory(place);
  if (code.startsWith("E")) return credentialFault(place, `cannot be read: ${code}`, renewFix(place), thrown);
  return PluginError.from(thrown);
}

function isDirectory(place: CredentialPlace): PluginError {
  const fix = `Name the file in it: tbot's identity output writes "${place.path.replace(/\/+$/u, "")}/identity".`;
  return credentialFault(place, "is a directory", fix);
}

function currentUser(): string {
  const uid = process.getuid?.();
  return uid === undefined ? "the user of this process" : `the user of this process (uid ${uid})`;
}
