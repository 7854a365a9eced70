import { AuthService } from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import type { RoleRule } from "../cluster/role.ts";
import { startTestCluster } from "../testing/test-cluster.ts";

const { getPluginData, updatePluginData } = AuthService.method;

/** Whether a plugin with these rules may read and write the data of a request. */
async function tryBoth(rules: readonly RoleRule[]): Promise<{ read: boolean; write: boolean }> {
  const { auth, connect } = await startTestCluster({ roles: [{ name: "access-plugin", allow: { rules } }] });
  const plugin = await connect();
  const Resource = auth.createRequest();
  const isAllowed = (call: Promise<unknown>) =>
    call.then(
      () => true,
      (error) => {
        expect(error).toMatchObject({ code: status.PERMISSION_DENIED });
        return false;
      },
    );
  return {
    read: await isAllowed(plugin.call(getPluginData, { Kind: "access_request", Resource })),
    write: await isAllowed(
      plugin.call(updatePluginData, { Kind: "access_request", Resource, Plugin: "slack", Set: { a: "1" } }),
    ),
  };
}

const rule = (resource: string, ...verbs: string[]): RoleRule => ({ resources: [resource], verbs });

describe("permissions", () => {
  test.each([
    ["none", [], false, false],
    [
      "the published plugin role",
      [rule("access_request", "list", "read"), rule("access_plugin_data", "update")],
      true,
      true,
    ],
    ["list alone", [rule("access_request", "list")], false, false],
    ["list and read in two rules", [rule("access_request", "list"), rule("access_request", "read")], true, false],
    ["everything on plugin data", [rule("access_plugin_data", "list", "read", "update")], true, true],
    ["update of the subject", [rule("access_request", "update")], false, true],
    ["the other kind only", [rule("access_list", "list", "read", "update")], false, false],
    ["a conditional rule", [{ ...rule("access_plugin_data", "*"), where: "true" }], false, false],
    ["wildcards", [rule("*", "*")], true, true],
  ] as const)("%s", async (_what, rules, read, write) => {
    expect(await tryBoth(rules)).toEqual({ read, write });
  });
});

test("what one plugin writes over the wire the other reads, and waiting ends with it", async () => {
  const { auth, connect } = await startTestCluster();
  const id = auth.createRequest();
  const waiting = auth.waitForPluginData(id, "slack", (entry) => entry["messages"] === "C1/1");
  const entry = { messages: "C1/1", user: "alice@example.com" };
  const plugin = await connect();
  await plugin.call(updatePluginData, { Kind: "access_request", Resource: id, Plugin: "slack", Set: entry });
  expect(await waiting).toEqual(entry);
  const { PluginData } = await plugin.call(getPluginData, { Kind: "access_request", Plugin: "slack" });
  expect(PluginData).toMatchObject([
    {
      Kind: "plugin_data",
      SubKind: "access_request",
      Metadata: { Name: id },
      Spec: { Entries: { slack: { Data: entry } } },
    },
  ]);
  auth.setPluginData(id, "slack", { messages: "" }, { messages: "C1/1" });
  expect(auth.pluginData(id)).toEqual({ slack: { user: "alice@example.com" } });
});

test("of many writers with the same expectation one wins, the others are told", async () => {
  const { auth, connect } = await startTestCluster();
  const id = auth.createRequest();
  const plugin = await connect();
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) =>
      plugin.call(updatePluginData, {
        Kind: "access_request",
        Resource: id,
        Plugin: "slack",
        Set: { lease: `writer ${index}` },
        Expect: { lease: "" },
      }),
    ),
  );
  const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  expect(refused).toHaveLength(19);
  for (const error of refused) {
    expect(error).toMatchObject({
      code: status.FAILED_PRECONDITION,
      message: 'expectations not met for field "lease"',
    });
  }
});
