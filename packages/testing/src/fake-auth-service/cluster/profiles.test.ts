import { AccessListService } from "@access-plugins/teleport-client/gen/teleport/accesslist/v1/accesslist_pb";
import { AccessMonitoringRulesService } from "@access-plugins/teleport-client/gen/teleport/accessmonitoringrules/v1/accessmonitoringrules_pb";
import { AuthService } from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { UsersService } from "@access-plugins/teleport-client/gen/teleport/users/v1/users_pb";
import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import type { AuthClient } from "../grpc/auth-client.ts";
import { startTestCluster } from "../testing/test-cluster.ts";
import { type ProfileName, profiles } from "./profiles.ts";

const { ping, getAccessRequestsV2, listAccessRequests, watchEvents, getUser } = AuthService.method;

describe("methods by version", () => {
  const rules = AccessMonitoringRulesService.method;
  const lists = AccessListService.method;

  /** Which of the methods that came late the version has. */
  const late = {
    ListAccessRequests: (client: AuthClient) => client.call(listAccessRequests, {}),
    "UsersService/GetUser": (client: AuthClient) => client.call(UsersService.method.getUser, { name: "admin" }),
    GetAccessListOwners: (client: AuthClient) => client.call(lists.getAccessListOwners, { accessList: "list" }),
    ListAccessMonitoringRules: (client: AuthClient) => client.call(rules.listAccessMonitoringRules, {}),
    ListAccessMonitoringRulesWithFilter: (client: AuthClient) =>
      client.call(rules.listAccessMonitoringRulesWithFilter, {}),
    GetUser: (client: AuthClient) => client.call(getUser, { Name: "admin" }),
    ListAccessLists: (client: AuthClient) => client.call(lists.listAccessLists, {}),
  };
  const missing: Readonly<Record<ProfileName, readonly string[]>> = {
    14: [
      "ListAccessRequests",
      "UsersService/GetUser",
      "GetAccessListOwners",
      "ListAccessMonitoringRules",
      "ListAccessMonitoringRulesWithFilter",
    ],
    15: ["ListAccessRequests", "GetAccessListOwners", "ListAccessMonitoringRulesWithFilter"],
    18: [],
  };

  test.each([14, 15, 18] as const)(
    "%s answers Unimplemented to what it lacks, and serves the rest",
    async (profile) => {
      const { connect } = await startTestCluster({ profile, accessLists: [{ name: "list", title: "List" }] });
      const client = await connect("admin");
      const results = await Promise.all(
        Object.entries(late).map(async ([name, call]) => [
          name,
          await call(client).then(
            () => status.OK,
            (error) => error.code,
          ),
        ]),
      );
      const lacks = (name: string) => missing[profile].includes(name);
      expect(results).toEqual(Object.keys(late).map((name) => [name, lacks(name) ? status.UNIMPLEMENTED : status.OK]));
    },
  );
});

describe("the old versions", () => {
  test.each([14, 15] as const)("%s keeps the end of a request in its metadata, with a numeric id", async (profile) => {
    const { auth, connect } = await startTestCluster({ profile });
    const id = auth.createRequest();
    const found = [];
    for await (const request of (await connect()).stream(getAccessRequestsV2, {})) found.push(request);
    expect(found).toHaveLength(1);
    expect(found[0]?.Metadata).toMatchObject({ Name: id, Expires: found[0]?.Spec?.Expires });
    expect(found[0]?.Metadata?.ID).toBeGreaterThan(0n);
    expect(found[0]?.Spec?.ResourceExpiry).toBeUndefined();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  });

  test("an approval moves that end to the access expiry", async () => {
    const { auth } = await startTestCluster({ profile: 15 });
    const id = auth.createRequest({ pendingTtlMs: 60_000 });
    auth.review(id);
    expect(auth.request(id)?.Metadata?.Expires).toEqual(auth.request(id)?.Spec?.Expires);
  });

  test("dry runs are not enriched", async () => {
    const { auth, connect } = await startTestCluster({ profile: 15 });
    const made = await (await connect("alice@example.com")).call(AuthService.method.createAccessRequestV2, {
      Metadata: { Name: "01959b3e-1c2d-4a4e-9f60-5b1f2c3d4e5f" },
      Spec: { User: "alice@example.com", Roles: ["editor"], DryRun: true },
    });
    expect(made.Spec?.DryRunEnrichment).toBeUndefined();
    expect(auth.requests()).toEqual([]);
  });

  test("14 has no access monitoring rules to watch", async () => {
    const { connect } = await startTestCluster({ profile: 14 });
    const Kinds = [{ Kind: "access_request" }, { Kind: "access_monitoring_rule" }];
    const watch = (await connect()).stream(watchEvents, { Kinds, AllowPartialSuccess: true });
    for await (const { Resource } of watch) {
      expect(Resource.value).toMatchObject({ Spec: { Kinds: [{ Kind: "access_request" }] } });
      break;
    }
  });

  test.each(Object.entries(profiles))("%s says its version in header and Ping", async (name, profile) => {
    const { connect } = await startTestCluster({ profile: Number(name) as ProfileName });
    expect((await (await connect()).call(ping, {})).ServerVersion).toBe(profile.serverVersion);
  });
});

describe("the version header of clients", () => {
  const attempts: readonly [ProfileName, string | undefined, boolean, boolean?][] = [
    [18, undefined, true],
    [18, "18.0.0", true],
    [18, "17.0.0-alpha.1", true],
    [18, "16.4.2", false],
    [18, "13.3.8", false],
    [18, "nonsense", false],
    [18, "13.3.8", true, true],
    [15, "13.3.8", true],
    [14, "1.0.0", true],
  ];
  test.each(attempts)("%s with %s: let in %s", async (profile, version, isIn, allowOldClients = false) => {
    const { connect } = await startTestCluster({ profile, allowOldClients });
    const attempt = (await connect()).call(ping, {}, version ? { headers: { version } } : {});
    if (isIn) expect((await attempt).ClusterName).toBe("example.com");
    else {
      await expect(attempt).rejects.toMatchObject({
        code: status.PERMISSION_DENIED,
        message: "client version is unsupported",
      });
    }
  });

  test("a refused client loses its connection", async () => {
    const { auth, connect } = await startTestCluster();
    const client = await connect();
    const watch = client.stream(watchEvents, { Kinds: [{ Kind: "access_request" }] }, { timeoutMs: 0 });
    const events = watch[Symbol.asyncIterator]();
    await events.next();
    await expect(client.call(ping, {}, { headers: { version: "1.0.0" } })).rejects.toThrow();
    await expect(events.next()).rejects.toMatchObject({ code: expect.any(Number) });
    expect(auth.calls.count("WatchEvents")).toBe(1);
  });
});
