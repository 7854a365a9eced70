import { createMemoryTeleport } from "@access-plugins/testing/doubles";
import { describe, expect, test } from "vitest";
import { type Log, type LogFields, silentLog } from "../base/log.ts";
import { PluginError } from "../base/plugin-error.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import { toRequest } from "../testing/samples.ts";
import { compileRule } from "./compiled-rule.ts";
import { createFactFinder } from "./fact-finder.ts";

const web = { cluster: "example.com", kind: "node", name: "web" };
const db = { cluster: "example.com", kind: "db", name: "orders" };
const elsewhere = { ...web, cluster: "leaf.example.com" };
const aboutTraits = `user.traits["team"].contains("db")`;
const aboutLabels = `access_request.spec.resource_labels_union["env"].contains("prod")`;

function start() {
  const { cluster, ...teleport } = createMemoryTeleport();
  cluster.setTraits("alice", { team: ["db"] });
  cluster.setResource(web, { labels: { env: "prod" } });
  cluster.setResource(db, { labels: { env: "dev" } });
  const warnings: (LogFields & { message: string })[] = [];
  const log: Log = { ...silentLog, warn: (message, fields) => void warnings.push({ message, ...fields }) };
  const facts = createFactFinder({ teleport, log });
  const failures: string[] = [];
  const find = (
    conditions: readonly string[],
    request: Partial<AccessRequest>,
    signal = new AbortController().signal,
  ) =>
    facts.find(
      conditions.map((condition, at) =>
        compileRule({ name: `r${at}`, revision: "", subjects: ["access_request"], condition, schedules: [] }),
      ),
      toRequest(request),
      (error) => void failures.push(error.code),
      signal,
    );
  const fail = (method: string, error: PluginError) => {
    cluster.before = (called) => {
      if (called === method) throw error;
    };
  };
  return { cluster, find, fail, warnings, failures };
}

describe("what conditions are about", () => {
  test("is looked up only as far as some rule refers to it", async () => {
    const { cluster, find } = start();
    expect(await find(["true"], { resources: [web] })).not.toHaveProperty("labels");
    expect(await find([aboutLabels], {})).not.toHaveProperty("labels");
    expect(cluster.calls).toEqual([]);
    const found = await find([aboutTraits, aboutLabels, aboutLabels], { resources: [web, db] });
    expect(found.traits).toEqual({ value: { team: ["db"] } });
    expect(found.labels).toEqual({ value: [{ env: "prod" }, { env: "dev" }] });
    expect(cluster.countCalls("getUserTraits") + cluster.countCalls("findResources")).toBe(2);
  });

  test("is not known of resources that Teleport does not show, not even in part", async () => {
    const { find, failures } = start();
    const { labels } = await find([aboutLabels], { resources: [web, elsewhere] });
    expect(labels).toEqual({ unavailable: expect.stringMatching(/^Teleport shows only 1 of 2 requested resources/u) });
    expect(failures).toEqual([]);
  });

  test("and may not be read is warned of once for each permission, with what mends it", async () => {
    const { find, fail, warnings } = start();
    const fix = "Add the rule app_server: [list].";
    fail("findResources", new PluginError("forbidden", 'lacks the verb "list" on "app_server".', { fix }));
    for (let at = 0; at < 3; at += 1) {
      expect(await find([aboutTraits, aboutLabels], { resources: [web] })).toMatchObject({
        traits: { value: {} },
        labels: { unavailable: 'lacks the verb "list" on "app_server"' },
      });
    }
    fail("getUserTraits", new PluginError("forbidden", 'lacks the verb "read" on "user".'));
    await find([aboutTraits], {});
    expect(warnings).toEqual([
      {
        message:
          "Missing permissions to read the labels of the requested resources: rules that refer to them do not match",
        reason: 'lacks the verb "list" on "app_server".',
        fix,
      },
      {
        message: "Missing permissions to read the requester's traits: rules that refer to them do not match",
        reason: 'lacks the verb "read" on "user".',
      },
    ]);
  });

  test("and cannot be read just now is the caller's business", async () => {
    const { find, fail, failures, warnings } = start();
    fail("getUserTraits", new PluginError("unavailable", "Teleport is down."));
    expect((await find([aboutTraits], {})).traits).toEqual({ unavailable: "Teleport is down" });
    expect([failures, warnings]).toEqual([["unavailable"], []]);
    const aborted = AbortSignal.abort();
    await expect(find([aboutTraits], {}, aborted)).rejects.toMatchObject({ code: "aborted" });
  });
});
