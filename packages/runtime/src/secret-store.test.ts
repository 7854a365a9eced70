import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSecretStore } from "./secret-store.ts";
import { createRecordingLog } from "./testing/recording-log.ts";

let dir: string;
let file: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "secret-store-"));
  file = join(dir, "token");
  await writeFile(file, "first-token\n");
});

afterEach(() => rm(dir, { recursive: true }));

function createStore() {
  const values: string[] = [];
  const initial = new Map([
    ["chat.token", { value: "first-token", file }],
    ["chat.other", { value: "literal", file: undefined }],
  ]);
  const store = createSecretStore(initial, {
    onValue: (value) => values.push(value),
    findProblem: (_key, value) => (value.startsWith("bad") ? "not a token" : undefined),
  });
  let changed = 0;
  store.onChange(() => {
    changed += 1;
  });
  return { store, values, changes: () => changed, log: createRecordingLog() };
}

describe("createSecretStore", () => {
  test("gives the newest value to a reader handed out before, and tells of it", async () => {
    const { store, values, changes, log } = createStore();
    const read = store.reader("chat.token");
    expect(read()).toBe("first-token");
    await writeFile(file, "second-token\n");
    await store.refresh(log);
    expect(read()).toBe("second-token");
    expect(values).toEqual(["second-token"]);
    expect(changes()).toBe(1);
    expect(log.lines).toEqual([
      `info A secret was read again from its file ${JSON.stringify({ key: "chat.token", file })}`,
    ]);
  });

  test("is silent while nothing changes", async () => {
    const { store, changes, log } = createStore();
    await store.refresh(log);
    expect(changes()).toBe(0);
    expect(log.lines).toEqual([]);
  });

  test("never touches a secret that stands in the configuration itself", async () => {
    const { store, log } = createStore();
    await store.refresh(log);
    expect(store.reader("chat.other")()).toBe("literal");
  });

  test("has nothing for a setting that is not set", () => {
    expect(createStore().store.reader("chat.unknown")()).toBe("");
  });

  test("tells of a refusal when the refused token has been replaced meanwhile", async () => {
    const { store, changes, log } = createStore();
    const { generation } = store;
    await store.refreshAfterRefusal(generation, log);
    expect(changes()).toBe(0);
    await writeFile(file, "second-token");
    await store.refresh(log);
    await store.refreshAfterRefusal(generation, log);
    expect(changes()).toBe(2);
    await store.refreshAfterRefusal(store.generation, log);
    expect(changes()).toBe(2);
  });

  test.each([
    ["is gone", () => rm(file), "the file does not exist"],
    ["is empty", () => writeFile(file, ""), "the file is empty"],
    ["holds what the platform refuses", () => writeFile(file, "bad-token"), "not a token"],
  ])("keeps the old value and warns once while the file %s", async (_, spoil, problem) => {
    const { store, log } = createStore();
    await spoil();
    await store.refresh(log);
    await store.refresh(log);
    expect(store.isHealthy).toBe(false);
    expect(store.reader("chat.token")()).toBe("first-token");
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toContain(problem);
    await writeFile(file, "third-token");
    await store.refresh(log);
    expect(store.isHealthy).toBe(true);
    expect(store.reader("chat.token")()).toBe("third-token");
  });
});
