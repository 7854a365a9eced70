import { randomUUID } from "node:crypto";
import { systemClock } from "@access-plugins/core";
import {
  type AccessRequestSpecV3,
  type AccessRequestSpecV3Schema,
  AccessRequestV3Schema,
} from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { createFakeClock } from "../../fake-clock.ts";
import { createCluster } from "../cluster/cluster.ts";
import { toCaller } from "../cluster/permissions.ts";
import type { RequestConditions } from "../cluster/role.ts";
import { toMillis, toTimestamp } from "../cluster/timestamps.ts";
import type { FakeAuthServiceOptions } from "../options.ts";
import { startTestCluster } from "../testing/test-cluster.ts";
import { createAccessRequestOperations } from "./access-request-operations.ts";
import { createRequestIds } from "./request-id.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const ALICE = "alice@example.com";

type Wish = MessageInitShape<typeof AccessRequestSpecV3Schema>;

/** Files a request as alice; gives what the server made of it. */
async function createWith(options: FakeAuthServiceOptions, wish: Wish, id: string = randomUUID(), user = ALICE) {
  const cluster = createCluster(options, options.clock ?? systemClock);
  const operations = createAccessRequestOperations(cluster, {
    ...cluster,
    clusterName: cluster.name,
    leafClusters: [],
    pendingTtlMs: options.pendingTtlMs ?? 7 * DAY_MS,
    now: () => new Date(cluster.now()),
    createId: createRequestIds(7, () => new Date(cluster.now())),
  });
  const roles = cluster.directory.users.get(user)?.roles ?? [];
  const expires = Number.POSITIVE_INFINITY;
  const caller = toCaller({ user, roles, expires, certificate: "user" }, cluster.directory);
  const request = { Metadata: { Name: id }, Spec: { User: ALICE, Roles: ["editor"], ...wish } };
  const made = operations.create(create(AccessRequestV3Schema, request), caller);
  return { cluster, made, spec: made.Spec ?? fail() };
}

function fail(): never {
  throw new Error("The answer has no spec.");
}

/** A requester role with these conditions, held by alice alone. */
function withConditions(request: RequestConditions, more: FakeAuthServiceOptions = {}): FakeAuthServiceOptions {
  return {
    ...more,
    users: [{ name: "alice@example.com", roles: ["custom"], traits: { team: ["red", "blue"], level: ["L1"] } }],
    roles: [{ name: "custom", allow: { request } }, ...(more.roles ?? [])],
  };
}

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

describe("times", () => {
  const clock = createFakeClock();
  const now = clock.now().getTime();
  /** Milliseconds from now. */
  const from = (
    spec: AccessRequestSpecV3,
    field: "Created" | "Expires" | "MaxDuration" | "SessionTTL" | "ResourceExpiry",
  ) => (toMillis(spec[field]) ?? Number.NaN) - now;
  const at = (ms: number) => toTimestamp(now + ms);

  test("by default one session of thirty hours, waiting no longer than that", async () => {
    const { spec } = await createWith({ clock }, {});
    expect(from(spec, "Created")).toBe(0);
    for (const field of ["Expires", "MaxDuration", "SessionTTL", "ResourceExpiry"] as const) {
      expect(from(spec, field)).toBe(30 * HOUR_MS);
    }
  });

  test("a session is no longer than asked for, nor than its roles allow", async () => {
    const short = await createWith({ clock }, { Expires: at(2 * HOUR_MS) });
    expect(from(short.spec, "SessionTTL")).toBe(2 * HOUR_MS);
    expect(from(short.spec, "Expires")).toBe(2 * HOUR_MS);
    const limited = await createWith({ clock }, { Roles: ["prod-admin"] });
    expect(from(limited.spec, "SessionTTL")).toBe(4 * HOUR_MS);
  });

  test("a maximum duration extends the access, not the session", async () => {
    const { spec } = await createWith({ clock }, { MaxDuration: at(5 * DAY_MS) });
    expect(from(spec, "Expires")).toBe(5 * DAY_MS);
    expect(from(spec, "MaxDuration")).toBe(5 * DAY_MS);
    expect(from(spec, "SessionTTL")).toBe(30 * HOUR_MS);
    expect(from(spec, "ResourceExpiry")).toBe(5 * DAY_MS);
  });

  test("a role caps the maximum duration", async () => {
    const options = withConditions({ roles: ["editor"], maxDurationMs: DAY_MS }, { clock });
    const { spec } = await createWith(options, { MaxDuration: at(5 * DAY_MS) });
    expect(from(spec, "MaxDuration")).toBe(DAY_MS);
    expect(from(spec, "SessionTTL")).toBe(DAY_MS);
  });

  test("a request waits as long as it says, seven days at most, never beyond the access", async () => {
    const minute = await createWith({ clock }, { ResourceExpiry: at(MINUTE_MS) });
    expect(from(minute.spec, "ResourceExpiry")).toBe(MINUTE_MS);
    const week = await createWith({ clock }, { MaxDuration: at(14 * DAY_MS) });
    expect(from(week.spec, "ResourceExpiry")).toBe(7 * DAY_MS);
    const configured = await createWith({ clock, pendingTtlMs: HOUR_MS }, {});
    expect(from(configured.spec, "ResourceExpiry")).toBe(HOUR_MS);
  });

  test("year 1 means not set", async () => {
    const yearOne = { seconds: -62_135_596_800n, nanos: 0 };
    const { spec } = await createWith({ clock }, { Expires: yearOne, MaxDuration: yearOne, Created: yearOne });
    expect(from(spec, "Expires")).toBe(30 * HOUR_MS);
  });

  test.each<[string, Wish, string]>([
    ["access that ended already", { Expires: at(-1) }, "can not be created in the past"],
    ["the empty time, which is 1970", { Expires: { seconds: 0n } }, "can not be created in the past"],
    ["a request that ended already", { ResourceExpiry: at(-1) }, "can not be created in the past"],
    [
      "waiting for more than a week",
      { MaxDuration: at(14 * DAY_MS), ResourceExpiry: at(7 * DAY_MS + 1) },
      "can not be longer than",
    ],
    ["a duration over fourteen days", { MaxDuration: at(14 * DAY_MS + 1) }, "14 days"],
    ["a start in the past", { AssumeStartTime: at(-1) }, "has to be in the future"],
    ["a start after the end", { AssumeStartTime: at(30 * HOUR_MS) }, "prior to access expiry"],
    [
      "a start more than a week away",
      { MaxDuration: at(14 * DAY_MS), AssumeStartTime: at(7 * DAY_MS + 1) },
      "too far in the future",
    ],
  ])("%s is refused", async (_what, wish, message) => {
    await expect(createWith({ clock }, wish)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      message: expect.stringContaining(message),
    });
  });
});
