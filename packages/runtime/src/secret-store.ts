import type { Log } from "@access-plugins/core";
import { readSecretFile } from "./secret-file.ts";

/** One secret setting: its value now and, when it comes from a file, the file. */
export interface Secret {
  readonly value: string;
  readonly file: string | undefined;
}

/** The secrets of a running plugin. Those in files are read again, so that a rotated token needs no restart. */
export interface SecretStore {
  /** A function that gives the newest value of a secret setting, by its dotted key. Empty when it is not set. */
  reader(key: string): () => string;
  /**
   * Reads every file again; true when a secret changed. A file that cannot be used leaves the old value in place and
   * is warned of once per problem.
   */
  refresh(log: Log): Promise<boolean>;
}

/** What a new value has to pass and who has to know it. */
export interface SecretStoreDeps {
  /** What is wrong with a new value, or undefined. */
  findProblem(key: string, value: string): string | undefined;
  /** Told every value before it is used: the redactor. */
  onValue(value: string): void;
}

export function createSecretStore(initial: ReadonlyMap<string, Secret>, deps: SecretStoreDeps): SecretStore {
  const secrets = new Map(initial);
  const warned = new Map<string, string>();

  async function refreshOne(key: string, file: string, log: Log): Promise<boolean> {
    const reading = await readSecretFile(file);
    const value = "value" in reading ? reading.value : "";
    if (value !== "") deps.onValue(value);
    const problem = "problem" in reading ? reading.problem.message : deps.findProblem(key, value);
    if (problem !== undefined) {
      if (warned.get(key) !== problem) log.warn("Keeping the old secret, the new one cannot be used", { key, problem });
      warned.set(key, problem);
      return false;
    }
    warned.delete(key);
    if (secrets.get(key)?.value === value) return false;
    secrets.set(key, { value, file });
    log.info("A secret was read again from its file", { key, file });
    return true;
  }

  return {
    reader: (key) => () => secrets.get(key)?.value ?? "",
    async refresh(log) {
      const files = [...secrets].flatMap(([key, { file }]) => (file === undefined ? [] : [{ key, file }]));
      const changes = await Promise.all(files.map(({ key, file }) => refreshOne(key, file, log)));
      return changes.includes(true);
    },
  };
}
