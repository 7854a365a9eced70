import { AuthService } from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { UserLoginStateService } from "@access-plugins/teleport-client/gen/teleport/userloginstate/v1/userloginstate_pb";
import { UsersService } from "@access-plugins/teleport-client/gen/teleport/users/v1/users_pb";
import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { startTestCluster } from "../testing/test-cluster.ts";

const { getUser } = UsersService.method;
const legacy = AuthService.method;
const ALICE = "alice@example.com";

describe("users", () => {
  test("are given with traits and year 1 for a time that is not set, by both methods", async () => {
    const { connect } = await startTestCluster();
    const plugin = await connect();
    const wanted = {
      Kind: "user",
      Version: "v2",
      Metadata: { Name: ALICE },
      Spec: {
        Roles: ["access", "requester", "prod-requester"],
        Traits: { Values: { level: { Values: ["L1"] }, logins: { Values: ["alice", "ubuntu"] } } },
        Expires: { seconds: -62_135_596_800n },
      },
    };
    expect((await plugin.call(getUser, { name: ALICE })).user).toMatchObject(wanted);
    expect(await plugin.call(legacy.getUser, { Name: ALICE })).toMatchObject(wanted);
  });

  test("unknown ones are NotFound, others without read are denied, oneself is not", async () => {
    const { connect } = await startTestCluster();
    const plugin = await connect();
    await expect(plugin.call(getUser, { name: "nobody" })).rejects.toMatchObject({
      code: status.NOT_FOUND,
      message: 'user "nobody" not found',
    });
    const alice = await connect(ALICE);
    await expect(alice.call(getUser, { name: "admin" })).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
      message: 'access denied to perform action "read" on "user"',
    });
    expect((await alice.call(getUser, { currentUser: true })).user?.Metadata?.Name).toBe(ALICE);
    expect((await alice.call(getUser, { name: ALICE })).user?.Metadata?.Name).toBe(ALICE);
  });

  test("a change is seen by the next call", async () => {
    const { auth, connect } = await startTestCluster();
    const plugin = await connect();
    auth.directory.setUser({ name: ALICE, roles: ["access"], traits: { level: ["L9"] } });
    const { user } = await plugin.call(getUser, { name: ALICE });
    expect(user?.Spec).toMatchObject({ Roles: ["access"], Traits: { Values: { level: { Values: ["L9"] } } } });
    auth.directory.deleteUser(ALICE);
    await expect(plugin.call(getUser, { name: ALICE })).rejects.toMatchObject({ code: status.NOT_FOUND });
  });
});

test("login states exist only for users that have one", async () => {
  const { auth, connect } = await startTestCluster();
  const plugin = await connect();
  const { getUserLoginState } = UserLoginStateService.method;
  await expect(plugin.call(getUserLoginState, { name: ALICE })).rejects.toMatchObject({ code: status.NOT_FOUND });
  auth.directory.setUser({ name: ALICE, roles: ["access"], loginState: { traits: { level: ["L3"] } } });
  const state = await plugin.call(getUserLoginState, { name: ALICE });
  expect(state.spec).toMatchObject({ roles: ["access"], traits: [{ key: "level", values: ["L3"] }] });
});

describe("roles", () => {
  test("have rules, logins and conditions; empty parts are written", async () => {
    const { connect } = await startTestCluster();
    const role = await (await connect()).call(legacy.getRole, { Name: "prod-requester" });
    expect(role).toMatchObject({
      Kind: "role",
      Spec: {
        Options: { MaxSessionTTL: 0n },
        Allow: { Request: { Roles: ["prod-*"], Thresholds: [{ Name: "two people", Approve: 2, Deny: 1 }] } },
        Deny: { Logins: [] },
      },
    });
  });

  test("one's own may be read, others need read", async () => {
    const { connect } = await startTestCluster();
    const alice = await connect(ALICE);
    expect((await alice.call(legacy.getRole, { Name: "requester" })).Metadata?.Name).toBe("requester");
    await expect(alice.call(legacy.getRole, { Name: "admin" })).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
    await expect((await connect()).call(legacy.getRole, { Name: "none" })).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
  });

  test("the caller's own come as they are now, rules included", async () => {
    const { auth, connect } = await startTestCluster();
    const plugin = await connect();
    const own = async () => {
      const roles = [];
      for await (const role of plugin.stream(legacy.getCurrentUserRoles, {})) roles.push(role);
      return roles.map(({ Spec }) => Spec?.Allow?.Rules.map(({ Resources, Verbs }) => [...Resources, ...Verbs]));
    };
    expect((await own())[0]?.[0]).toEqual(["access_request", "list", "read"]);
    const rules = [{ resources: ["access_request"], verbs: ["read"] }];
    auth.directory.setRole({ name: "access-plugin", allow: { rules } });
    expect(await own()).toEqual([[["access_request", "read"]]]);
  });

  test("a certificate with a role that is gone may do nothing", async () => {
    const { auth, connect } = await startTestCluster();
    const plugin = await connect();
    auth.directory.deleteRole("access-plugin");
    await expect(plugin.call(legacy.listAccessRequests, {})).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
  });
});

test("Ping tells the cluster, the version in body and header, the licence and the Proxy, as they are now", async () => {
  const { auth, connect } = await startTestCluster({ clusterName: "one", proxyPublicAddr: "proxy.one:443" });
  const plugin = await connect();
  expect(await plugin.call(legacy.ping, {})).toMatchObject({
    ClusterName: "one",
    ServerVersion: "18.0.0",
    ProxyPublicAddr: "proxy.one:443",
    RemoteAddr: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    ServerFeatures: { AdvancedAccessWorkflows: true },
  });
  auth.ping.enterprise = false;
  expect(await plugin.call(legacy.ping, {})).toMatchObject({ ServerFeatures: { AdvancedAccessWorkflows: false } });
});
