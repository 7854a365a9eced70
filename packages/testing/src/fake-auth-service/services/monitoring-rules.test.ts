import {
  AccessMonitoringRuleSchema,
  AccessMonitoringRulesService,
} from "@access-plugins/teleport-client/gen/teleport/accessmonitoringrules/v1/accessmonitoringrules_pb";
import { fromJson, type JsonObject } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import type { ProfileName } from "../cluster/profiles.ts";
import { startTestCluster } from "../testing/test-cluster.ts";

const rpc = AccessMonitoringRulesService.method;

/** A good rule, with these parts of its spec changed; null takes one away. */
const toRule = (name: string, spec: JsonObject = {}) =>
  fromJson(AccessMonitoringRuleSchema, {
    kind: "access_monitoring_rule",
    version: "v1",
    metadata: { name },
    spec: {
      subjects: ["access_request"],
      condition: "true",
      notification: { name: "slack", recipients: ["#a"] },
      ...spec,
    },
  });

async function connectAdmin(profile?: ProfileName) {
  const { auth, connect } = await startTestCluster(profile ? { profile } : {});
  return { auth, connect, admin: await connect("admin") };
}

test("rules are created, read, updated against their revision, upserted and deleted", async () => {
  const { admin } = await connectAdmin();
  const made = await admin.call(rpc.createAccessMonitoringRule, { rule: toRule("r") });
  await expect(admin.call(rpc.createAccessMonitoringRule, { rule: toRule("r") })).rejects.toMatchObject({
    code: status.ALREADY_EXISTS,
  });
  const changed = { ...made, ...(made.spec ? { spec: { ...made.spec, condition: "false" } } : {}) };
  const updated = await admin.call(rpc.updateAccessMonitoringRule, { rule: changed });
  expect(updated.metadata?.revision).not.toBe(made.metadata?.revision);
  await expect(admin.call(rpc.updateAccessMonitoringRule, { rule: changed })).rejects.toMatchObject({
    code: status.FAILED_PRECONDITION,
  });
  await admin.call(rpc.upsertAccessMonitoringRule, { rule: toRule("r", { condition: "true" }) });
  expect(await admin.call(rpc.getAccessMonitoringRule, { name: "r" })).toMatchObject({ spec: { condition: "true" } });
  await admin.call(rpc.deleteAccessMonitoringRule, { name: "r" });
  const gone = { code: status.NOT_FOUND, message: 'access_monitoring_rule "r" doesn\'t exist' };
  await expect(admin.call(rpc.getAccessMonitoringRule, { name: "r" })).rejects.toMatchObject(gone);
  await expect(admin.call(rpc.deleteAccessMonitoringRule, { name: "r" })).rejects.toMatchObject(gone);
});

test("a plugin finds its own rules, page by page", async () => {
  const { auth, connect } = await connectAdmin();
  for (const name of ["a", "b", "c"]) {
    auth.monitoringRules.set({ name, condition: "true", notification: { name: "slack", recipients: [name] } });
  }
  auth.monitoringRules.set({ name: "x", condition: "true", notification: { name: "mattermost", recipients: [] } });
  auth.monitoringRules.set({
    name: "y",
    subjects: ["access_request", "user"],
    condition: "true",
    automaticReview: { integration: "builtin", decision: "APPROVED" },
  });
  const plugin = await connect();
  const find = async (query: object) => {
    const answer = await plugin.call(rpc.listAccessMonitoringRulesWithFilter, query);
    return [answer.rules.map(({ metadata }) => metadata?.name).join(""), answer.nextPageToken];
  };
  expect(await find({ notificationName: "slack", subjects: ["access_request"] })).toEqual(["abc", ""]);
  expect(await find({ notificationName: "slack", pageSize: 2n })).toEqual(["ab", "c"]);
  expect(await find({ notificationName: "slack", pageSize: 2n, pageToken: "c" })).toEqual(["c", ""]);
  expect(await find({ subjects: ["access_request", "user"] })).toEqual(["y", ""]);
  expect(await find({ automaticReviewName: "builtin" })).toEqual(["y", ""]);
  expect((await plugin.call(rpc.listAccessMonitoringRules, {})).rules).toHaveLength(5);
});

describe("refused rules", () => {
  const shift = { weekday: "Monday", start: "09:00", end: "17:00" };
  const schedule = (...shifts: JsonObject[]): JsonObject => ({ schedules: { office: { time: { shifts } } } });
  const faults: readonly [string, JsonObject, string][] = [
    ["no subject", { subjects: [] }, "subject is missing"],
    ["no condition", { condition: "" }, "condition is missing"],
    ["a condition that does not parse", { condition: "contains(" }, "accessMonitoringRule condition is invalid"],
    ["an unknown desired state", { desiredState: "approved" }, "desired_state"],
    ["a notification without a plugin", { notification: { name: "" } }, "plugin name is missing"],
    ["a review without a decision", { automaticReview: { integration: "builtin" } }, "decision"],
    ["a schedule without shifts", schedule(), "at least one shift"],
    ["a schedule on no day", schedule({ ...shift, weekday: "Someday" }), "invalid weekday"],
    ["a schedule at no time", schedule({ ...shift, start: "9:00" }), "HH:MM"],
    ["a schedule that ends before it starts", schedule({ ...shift, end: "08:00" }), "before end time"],
  ];
  test.each(faults)("%s", async (_what, spec, message) => {
    const { admin } = await connectAdmin();
    await expect(admin.call(rpc.createAccessMonitoringRule, { rule: toRule("r", spec) })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      message: expect.stringContaining(message),
    });
  });

  test("a good schedule is taken", async () => {
    const { admin } = await connectAdmin();
    const rule = toRule("r", { ...schedule(shift, { ...shift, weekday: "sat" }), desiredState: "reviewed" });
    expect((await admin.call(rpc.createAccessMonitoringRule, { rule })).spec?.schedules).toHaveProperty("office");
  });

  test("version 15 takes any condition, and wants a notification", async () => {
    const { admin } = await connectAdmin(15);
    await admin.call(rpc.createAccessMonitoringRule, { rule: toRule("r", { condition: "anything (" }) });
    const automaticReview = { integration: "builtin", decision: "APPROVED" };
    const rule = toRule("s", { notification: null, automaticReview });
    await expect(admin.call(rpc.createAccessMonitoringRule, { rule })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
  });

  test("the plugin's role may neither write nor delete", async () => {
    const { connect } = await connectAdmin();
    const plugin = await connect();
    const attempts = [
      plugin.call(rpc.createAccessMonitoringRule, { rule: toRule("r") }),
      plugin.call(rpc.updateAccessMonitoringRule, { rule: toRule("r") }),
      plugin.call(rpc.upsertAccessMonitoringRule, { rule: toRule("r") }),
      plugin.call(rpc.deleteAccessMonitoringRule, { name: "r" }),
    ];
    for (const result of await Promise.allSettled(attempts)) {
      expect(result).toMatchObject({ status: "rejected", reason: { code: status.PERMISSION_DENIED } });
    }
  });
});
