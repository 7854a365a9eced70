import { type AccessList, PluginError } from "@access-plugins/core";

const dayMs = 24 * 60 * 60 * 1_000;
/** As long as Teleport keeps plugin data of an access list after its last write. */
const dataLifeMs = 14 * dayMs;

/** The access lists of a cluster in memory. */
export interface MemoryAccessLists {
  /** Adds or changes a list; `nested` are the users who own it through another list. */
  set(fields: Partial<AccessList> & { name: string }, nested?: readonly string[]): void;
  delete(name: string): void;
  all(): readonly AccessList[];
  /** Throws `not_found` for an unknown list. */
  ownersOf(name: string): readonly string[];
}

export function createMemoryAccessLists(): MemoryAccessLists {
  const lists = new Map<string, { readonly list: AccessList; readonly nested: readonly string[] }>();
  return {
    set(fields, nested) {
      const before = lists.get(fields.name) ?? { list: { ...emptyList, title: fields.name }, nested: [] };
      lists.set(fields.name, { list: { ...before.list, ...fields }, nested: nested ?? before.nested });
    },
    delete: (name) => void lists.delete(name),
    all: () => [...lists.values()].map(({ list }) => list),
    ownersOf(name) {
      const found = lists.get(name);
      if (found === undefined) throw new PluginError("not_found", `access_list "${name}" doesn't exist`);
      return [...new Set([...found.list.owners, ...found.nested])];
    },
  };
}

const emptyList: Omit<AccessList, "name" | "title"> = { type: "", owners: [], noticeMs: 14 * dayMs };

/** When plugin data of access lists ends: 14 days after its last write. */
export interface DataLives {
  write(name: string): void;
  isOver(name: string): boolean;
}

export function createDataLives(now: () => Date): DataLives {
  const ends = new Map<string, number>();
  return {
    write: (name) => void ends.set(name, now().getTime() + dataLifeMs),
    isOver: (name) => (ends.get(name) ?? Number.POSITIVE_INFINITY) <= now().getTime(),
  };
}
