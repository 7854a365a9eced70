import { randomUUID } from "node:crypto";
import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { createFakeClock } from "../../fake-clock.ts";
import { createWith, type Wish, withConditions } from "../testing/request-creation.ts";
import { startTestCluster } from "../testing/test-cluster.ts";

describe("what the server fills in", () => {
  test("its own id of version 7, kind, revision, state", async () => {
    const id = randomUUID();
    const { cluster, made } = await createWith({}, {}, id);
    expect(made).toMatchObject({
      Kind: "access_request",
      Version: "v3",
      Spec: { State: 1, User: "alice@example.com" },
    });
    expect(made.Metadata?.Name).not.toBe(id);
    expect(made.Metadata?.Name).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(made.Metadata?.Revision).not.toBe("");
    expect(cluster.requests.get(made.Metadata?.Name ?? "")?.message).toEqual(made);
  });

  test("ids grow with time, also within a millisecond", async () => {
    const { auth } = await startTestCluster({ clock: createFakeClock() });
    const ids = Array.from({ length: 100 }, () => auth.createRequest());
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(100);
  });

  test("the default threshold, one set for each role that allows the request", async () => {
    const { spec } = await createWith({}, {});
    expect(spec.Thresholds).toMatchObject([{ Name: "default", Approve: 1, Deny: 1 }]);
    expect(spec.RoleThresholdMapping).toMatchObject({ editor: { Sets: [{ Indexes: [0] }] } });
  });

  test("thresholds alike are listed once, every allowing role gives a set", async () => {
    const two = { name: "two", approve: 2, deny: 1 };
    const { spec } = await createWith(
      {
        users: [{ name: "alice@example.com", roles: ["one", "other"] }],
        roles: [
          { name: "one", allow: { request: { roles: ["editor", "auditor"], thresholds: [two] } } },
          { name: "other", allow: { request: { roles: ["editor"], thresholds: [{ approve: 1, deny: 1 }, two] } } },
        ],
      },
      { Roles: ["auditor", "editor", "editor"] },
    );
    expect(spec.Roles).toEqual(["auditor", "editor"]);
    expect(spec.Thresholds.map(({ Name, Approve }) => [Name, Approve])).toEqual([
      ["two", 2],
      ["", 1],
    ]);
    expect(spec.RoleThresholdMapping).toMatchObject({
      auditor: { Sets: [{ Indexes: [0] }] },
      editor: { Sets: [{ Indexes: [0] }, { Indexes: [1, 0] }] },
    });
  });

  test("annotations with traits expanded, less the denied ones; the client's are gone", async () => {
    const options = withConditions({
      roles: ["editor"],
      annotations: { teams: ["{{external.team}}", "all"], level: ["{{internal.level}}"], none: ["{{external.no}}"] },
    });
    const deny = { name: "deny", deny: { request: { annotations: { teams: ["blue"] } } } };
    const { spec } = await createWith(
      {
        ...options,
        users: [
          { name: "alice@example.com", roles: ["custom", "deny"], traits: { team: ["red", "blue"], level: ["L1"] } },
        ],
        roles: [...(options.roles ?? []), deny],
      },
      { SystemAnnotations: { Values: { forged: { Values: ["x"] } } } },
    );
    const annotations = Object.entries(spec.SystemAnnotations?.Values ?? {}).map(([key, { Values }]) => [key, Values]);
    expect(Object.fromEntries(annotations)).toEqual({ teams: ["red", "all"], level: ["L1"], none: [] });
  });

  test("suggested reviewers of the role, unless the client names some", async () => {
    const options = withConditions({ roles: ["editor"], suggestedReviewers: ["bob", "carol"] });
    expect((await createWith(options, {})).spec.SuggestedReviewers).toEqual(["bob", "carol"]);
    const named = await createWith(options, { SuggestedReviewers: ["dave"] });
    expect(named.spec.SuggestedReviewers).toEqual(["dave"]);
  });

  test("a wildcard becomes every requestable role that is not held", async () => {
    const { spec } = await createWith({}, { Roles: ["*"] });
    expect(spec.Roles).toEqual(["auditor", "editor", "prod-admin", "prod-dba"]);
  });

  test("resources without roles get the roles to search as, each resource once", async () => {
    const node = { ClusterName: "example.com", Kind: "node", Name: "n1" };
    const { spec } = await createWith({}, { Roles: [], RequestedResourceIDs: [node, node] });
    expect(spec.Roles).toEqual(["node-access"]);
    expect(spec.RequestedResourceIDs).toHaveLength(1);
  });
});

describe("refusals", () => {
  const long = "x".repeat(4097);
  const nodes = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ ClusterName: "example.com", Kind: "node", Name: `${index}` }));
  const refusals: readonly [string, Wish, status, string][] = [
    [
      "a role that may not be requested",
      { Roles: ["admin"] },
      status.INVALID_ARGUMENT,
      'user "alice@example.com" can not request role "admin"',
    ],
    [
      "one good role and one bad",
      { Roles: ["editor", "admin"] },
      status.INVALID_ARGUMENT,
      'can not request role "admin"',
    ],
    ["nothing", { Roles: [] }, status.INVALID_ARGUMENT, "access request does not specify any roles or resources"],
    ["a reason over 4096 bytes", { RequestReason: long }, status.INVALID_ARGUMENT, "request reason is too long"],
    [
      "a resolve reason over 4096 bytes",
      { ResolveReason: long },
      status.INVALID_ARGUMENT,
      "resolve reason is too long",
    ],
    ["301 resources", { RequestedResourceIDs: nodes(301) }, status.INVALID_ARGUMENT, "too many resources"],
    [
      "resource ids of more than 2048 characters",
      { RequestedResourceIDs: nodes(300) },
      status.INVALID_ARGUMENT,
      "exceeds maximum length",
    ],
    [
      "resources of an unknown cluster",
      { RequestedResourceIDs: [{ ClusterName: "x", Kind: "node", Name: "n" }] },
      status.NOT_FOUND,
      "unknown cluster names: x",
    ],
    [
      "somebody else",
      { User: "bob@example.com" },
      status.PERMISSION_DENIED,
      'access denied to perform action "create"',
    ],
    ["a state other than pending", { State: 2 }, status.PERMISSION_DENIED, 'access denied to perform action "create"'],
  ];
  test.each(refusals)("%s", async (_what, wish, code, message) => {
    await expect(createWith({}, wish)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test("an id that is no UUID", async () => {
    await expect(createWith({}, {}, "my-request")).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      message: 'invalid access request ID "my-request"',
    });
  });

  test("a blank reason where a role wants one", async () => {
    const options = withConditions({ roles: ["editor"], reasonMode: "required" });
    await expect(createWith(options, { RequestReason: " \n" })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      message: expect.stringContaining("request reason must be specified"),
    });
    await createWith(options, { RequestReason: "OPS-1" });
  });

  test("a role that some other role denies", async () => {
    const options = {
      users: [{ name: "alice@example.com", roles: ["requester", "no-editor"] }],
      roles: [{ name: "no-editor", deny: { request: { roles: ["edit*"] } } }],
    };
    await expect(createWith(options, {})).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });
});

describe("who may create for others", () => {
  test("a holder of create, with the other's roles deciding", async () => {
    const { made } = await createWith({}, {}, randomUUID(), "admin");
    expect(made.Spec?.User).toBe("alice@example.com");
  });
});

describe("dry run", () => {
  test("is answered with enrichment, not stored, not announced, and needs no reason", async () => {
    const options = withConditions({ roles: ["editor"], reasonMode: "required" });
    const { cluster, spec } = await createWith(options, { DryRun: true });
    expect(spec).toMatchObject({ DryRun: true, DryRunEnrichment: { ReasonMode: "required" }, Roles: ["editor"] });
    expect(cluster.requests.size).toBe(0);
  });
});
