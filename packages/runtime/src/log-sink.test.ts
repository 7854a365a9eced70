import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { toLogOutput } from "./log-settings.ts";
import { openLogSink } from "./log-sink.ts";

let dir: string;
let file: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "log-sink-"));
  file = join(dir, "plugin.log");
});

afterEach(() => rm(dir, { recursive: true }));

describe("openLogSink", () => {
  test("empties the file at start, writes what one turn says together, and at once when asked to", async () => {
    await writeFile(file, "from the last run\n");
    const sink = openLogSink(file);
    sink.write("one\n");
    sink.write("two\n");
    expect(readFileSync(file, "utf8")).toBe("");
    await new Promise((resolve) => setImmediate(resolve));
    expect(readFileSync(file, "utf8")).toBe("one\ntwo\n");
    sink.write("three\n");
    sink.flush();
    expect(readFileSync(file, "utf8")).toBe("one\ntwo\nthree\n");
  });

  test("goes on in a new file after a rotation, and keeps what an unrotated one has", async () => {
    const sink = openLogSink(file);
    sink.write("one\n");
    await rename(file, `${file}.1`);
    sink.reopen();
    sink.write("two\n");
    sink.reopen();
    sink.write("three\n");
    sink.flush();
    expect(await readFile(`${file}.1`, "utf8")).toBe("one\n");
    expect(await readFile(file, "utf8")).toBe("two\nthree\n");
  });

  test("a file that cannot be made is told with its fix", () => {
    expect(() => openLogSink(join(dir, "missing/plugin.log"))).toThrow("failed to create the log file");
  });
});

test.each([
  ["stderr", { stream: "stderr" }],
  ["error", { stream: "stderr" }],
  ["2", { stream: "stderr" }],
  ["stdout", { stream: "stdout" }],
  ["out", { stream: "stdout" }],
  ["1", { stream: "stdout" }],
  ["/var/log/x.log", { file: "/var/log/x.log" }],
  ["constructor", { file: "constructor" }],
])("the output %s is understood", (output, target) => {
  expect(toLogOutput(output)).toEqual(target);
});
