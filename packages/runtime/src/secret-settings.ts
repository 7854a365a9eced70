import type { FaultList } from "./fault.ts";
import { findReadProblem, isReadableByEverybody } from "./file-access.ts";
import { isSecretPath, readSecretFile } from "./secret-file.ts";
import type { Secret } from "./secret-store.ts";
import { isTomlTable, type TomlTable, valueAt } from "./toml-value.ts";

/** A configuration with its secrets in place of the paths of their files. */
export interface ResolvedSecrets {
  readonly root: TomlTable;
  /** By dotted key; only those that are set and could be read. */
  readonly secrets: ReadonlyMap<string, Secret>;
  /** Dotted keys whose files could not be read; that has been reported. */
  readonly unreadable: readonly string[];
}

/** Reads the files of all secret settings (dotted keys) and reports what is wrong or unsafe about them. */
export async function readSecrets(
  root: TomlTable,
  keys: readonly string[],
  faults: FaultList,
): Promise<ResolvedSecrets> {
  const secrets = new Map<string, Secret>();
  const unreadable: string[] = [];
  let resolved = root;
  for (const key of keys) {
    const path = key.split(".");
    const written = valueAt(root, path);
    if (typeof written !== "string" || written === "") continue;
    const secret = await readSecret(written, path, faults);
    if (secret === undefined) unreadable.push(key);
    else secrets.set(key, secret);
    resolved = withValueAt(resolved, path, secret?.value);
  }
  return { root: resolved, secrets, unreadable };
}

async function readSecret(written: string, path: readonly string[], faults: FaultList): Promise<Secret | undefined> {
  if (!isSecretPath(written)) {
    await warnOfRelativePath(written, path, faults);
    return { value: written, file: undefined };
  }
  const reading = await readSecretFile(written);
  if ("problem" in reading) {
    faults.error(path, reading.problem.message, reading.problem.fix);
    return undefined;
  }
  if (await isReadableByEverybody(written)) {
    const message = `${written} holds a secret and is readable by every user of this machine`;
    faults.warn(path, message, `chmod o-rwx ${written}`);
  }
  return { value: reading.value, file: written };
}

/** A relative path is the secret itself, as with the official plugins; hardly anybody means that. */
async function warnOfRelativePath(written: string, path: readonly string[], faults: FaultList): Promise<void> {
  const looksLikePath = written.length < 256 && !/[\0\n]/.test(written);
  if (!looksLikePath || (await findReadProblem(written)) !== undefined) return;
  const key = path.join(".");
  faults.warn(
    path,
    `\`${key}\` is the name of a file but is used as the secret itself`,
    "write the file's absolute path",
  );
}

/** A copy with another value at `path`; undefined leaves the key out. */
export function withValueAt(
  table: TomlTable,
  [step = "", ...rest]: readonly string[],
  value: string | undefined,
): TomlTable {
  if (rest.length > 0) {
    const child = table[step];
    return { ...table, [step]: withValueAt(isTomlTable(child) ? child : {}, rest, value) };
  }
  const { [step]: _, ...others } = table;
  return value === undefined ? others : { ...others, [step]: value };
}
