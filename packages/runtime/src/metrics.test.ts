import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { metricDefinitions } from "./metric-definitions.ts";
import { createMetrics } from "./metrics.ts";

async function lineOf(metrics: ReturnType<typeof createMetrics>, start: string) {
  return (await metrics.render()).split("\n").filter((line) => line.startsWith(start));
}

describe("createMetrics", () => {
  test("adds up counters and keeps the last value of gauges", async () => {
    const metrics = createMetrics("example");
    metrics.count("possible_duplicates_total", { cause: "bare_claim" });
    metrics.count("possible_duplicates_total", { cause: "bare_claim" }, 2);
    metrics.gauge("watcher_connected", 1);
    metrics.gauge("watcher_connected", 0);
    expect(await lineOf(metrics, "teleport_chat_")).toEqual([
      'teleport_chat_possible_duplicates_total{cause="bare_claim",platform="example"} 3',
      'teleport_chat_watcher_connected{platform="example"} 0',
    ]);
  });

  test("observes seconds in the defined buckets", async () => {
    const metrics = createMetrics("example");
    metrics.observe("time_to_first_delivery_seconds", 0.3);
    const buckets = await lineOf(metrics, "teleport_chat_time_to_first_delivery_seconds_bucket");
    expect(buckets.find((line) => line.includes('le="0.25"'))).toMatch(/ 0$/);
    expect(buckets.find((line) => line.includes('le="0.5"'))).toMatch(/ 1$/);
  });

  test("drops labels nobody defined instead of failing", async () => {
    const metrics = createMetrics("example");
    metrics.count("recipients_omitted_total", { surprise: "x" });
    expect(await lineOf(metrics, "teleport_chat_")).toEqual([
      'teleport_chat_recipients_omitted_total{platform="example"} 1',
    ]);
  });

  test("measures what nobody defined under its own name", async () => {
    const metrics = createMetrics("example");
    metrics.count("brand_new_total", { a: "1" });
    metrics.count("brand_new_total", { a: "2" });
    expect(await lineOf(metrics, "teleport_chat_")).toHaveLength(2);
  });

  test("shows the process too", async () => {
    expect(await lineOf(createMetrics("example"), "process_cpu_seconds_total")).toHaveLength(1);
    expect(await lineOf(createMetrics("example"), "nodejs_eventloop_lag")).toEqual([
      expect.stringMatching(/^nodejs_eventloop_lag_seconds /),
    ]);
  });
});

async function readSources(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const files = names.filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  return Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
}

test("every metric that any package measures is defined", async () => {
  const packages = join(import.meta.dirname, "../..");
  const sources = await Promise.all((await readdir(packages)).map((name) => readSources(join(packages, name, "src"))));
  const measured = sources
    .flat()
    .flatMap((source) =>
      [...source.matchAll(/(?:meter|metrics)\s*\.(?:count|gauge|observe)\(\s*"([a-z_]+)"/g)].map(
        (match) => match[1] ?? "",
      ),
    );
  expect(measured).toContain("watcher_connected");
  expect(measured.filter((name) => !Object.hasOwn(metricDefinitions, name))).toEqual([]);
});
