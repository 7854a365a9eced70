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
  /** Counts the changes so far: a call remembers it to tell later whether its token has been replaced since. */
  readonly generation: number;
  /** Whether every file could be used when it was last read. */
  readonly isHealthy: boolean;
  /**
   * Reads every file again and tells the listeners of a change. A file that cannot be used leaves the old value in
   * place and is warned of once per problem.
   */
  refresh(log: Log): Promise<void>;
  /**
   * The same after the platform refused a call begun at `generation`; the listeners are told also when the refused
   * token has been replaced in the meantime.
   */
  refreshAfterRefusal(generation: number, log: Log): Promise<void>;
  /** Calls back when refused work is worth another try. */
  onChange(listener: () => void): void;
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
  const problems = new Map<string, string>();
  const listeners: (() => void)[] = [];
  let generation = 0;

  async function refreshOne(key: string, file: string, log: Log): Promise<void> {
    const reading = await readSecretFile(file);
    const value = "value" in reading ? reading.value : "";
    if (value !== "") deps.onValue(value);
    const problem = "problem" in reading ? reading.problem.message : deps.findProblem(key, value);
    if (problem !== undefined) {
      if (problems.get(key) !== problem)
        log.warn("Keeping the old secret, the new one cannot be used", { key, problem });
      problems.set(key, problem);
      return;
    }
    problems.delete(key);
    if (secrets.get(key)?.value === value) return;
    secrets.set(key, { value, file });
    generation += 1;
    log.info("A secret was read again from its file", { key, file });
  }

  async function refreshAfterRefusal(before: number, log: Log): Promise<void> {
    const files = [...secrets].flatMap(([key, { file }]) => (file === undefined ? [] : [{ key, file }]));
    await Promise.all(files.map(({ key, file }) => refreshOne(key, file, log)));
    if (generation === before) return;
    for (const listener of listeners) listener();
  }

  return {
    reader: (key) => () => secrets.get(key)?.value ?? "",
    get generation() {
      return generation;
    },
    get isHealthy() {
      return problems.size === 0;
    },
    refresh: (log) => refreshAfterRefusal(generation, log),
    refreshAfterRefusal,
    onChange: (listener) => void listeners.push(listener),
  };
}
