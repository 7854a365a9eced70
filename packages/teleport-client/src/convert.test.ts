import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import {
  toAccessRequest,
  toClusterInfo,
  toConfirmedKinds,
  toPluginData,
  toRole,
  toUser,
  toWatchEvent,
} from "./convert.ts";
import { EventSchema, Operation, PingResponseSchema } from "./gen/teleport/legacy/client/proto/authservice_pb.ts";
import {
  AccessRequestKind,
  AccessRequestV3Schema,
  PluginDataV3Schema,
  RequestState,
  RoleV6Schema,
  UserV2Schema,
} from "./gen/teleport/legacy/types/types_pb.ts";
import { readFixture } from "./testing/fixture.ts";

const goZero = { seconds: -62_135_596_800n, nanos: 0 };

describe("an Access Request", () => {
  test("a pending one, with all that a server fills in", () => {
    expect(toAccessRequest(readFixture(AccessRequestV3Schema, "access_request_pending"))).toEqual({
      id: "01959b3e-1c2d-7a4e-9f60-5b1f2c3d4e5f",
      revision: "7f6b1f1c-6b0e-4d55-8a3d-0f9a64a1b2c3",
      user: "alice@example.com",
      roles: ["editor", "prod-dba"],
      state: "pending",
      kind: "unspecified",
      reason: "Ticket OPS-4711: rotate the replica",
      resolveReason: "",
      suggestedReviewers: ["bob@example.com", "carol"],
      resources: [],
      annotations: { empty: [], pagerduty_id: ["PT4NHZ1"], teams: ["platform", "databases"] },
      reviews: [],
      thresholds: [
        { name: "default", approve: 1, deny: 1 },
        { name: "two admins", approve: 2, deny: 1 },
      ],
      roleThresholds: { editor: [[0]], "prod-dba": [[0, 1], [1]] },
      created: new Date("2026-03-14T09:26:53.589Z"),
      accessExpiry: new Date("2026-03-14T17:26:53.589Z"),
      requestExpiry: new Date("2026-03-14T16:26:53.589Z"),
      maxDuration: new Date("2026-03-14T17:26:53.589Z"),
      sessionExpiry: new Date("2026-03-14T15:56:53.589Z"),
    });
  });

  test("an approved one, with its reviews", () => {
    const request = toAccessRequest(readFixture(AccessRequestV3Schema, "access_request_approved"));
    expect(request.state).toBe("approved");
    expect(request.assumeStart).toEqual(new Date("2026-03-14T11:26:53.589Z"));
    expect(request.reviews).toEqual([
      {
        author: "bob@example.com",
        state: "approved",
        reason: "",
        created: new Date("2026-03-14T09:30:53.589Z"),
        thresholdIndexes: [0],
      },
      {
        author: "carol",
        state: "approved",
        reason: "LGTM, call me if in doubt",
        created: new Date("2026-03-14T09:35:53.589Z"),
        thresholdIndexes: [0, 1],
        assumeStart: new Date("2026-03-14T11:26:53.589Z"),
      },
    ]);
  });

  test("a promoted one names its access list, and so does the review", () => {
    const request = toAccessRequest(readFixture(AccessRequestV3Schema, "access_request_promoted"));
    const list = { name: "3f0c1d9a-4a57-4c9b-9a1e-2b8d7c6e5f40", title: "Production on-call" };
    expect(request.state).toBe("promoted");
    expect(request.promotedTo).toEqual(list);
    expect(request.reviews[0]?.promotedTo).toEqual(list);
  });

  test("resources, a sub-resource among them", () => {
    expect(toAccessRequest(readFixture(AccessRequestV3Schema, "access_request_resources")).resources).toEqual([
      { cluster: "example.com", kind: "node", name: "f0c37a3e-1b2c-4d5e-8f90-a1b2c3d4e5f6" },
      { cluster: "example.com", kind: "app", name: "grafana" },
      { cluster: "leaf.example.com", kind: "pod", name: "kube-prod", subResource: "payments/api-*" },
      { cluster: "example.com", kind: "db", name: "orders" },
    ]);
  });

  test("RequestedResourceAccessIDs wins over RequestedResourceIDs", () => {
    const request = requestOf({
      RequestedResourceIDs: [{ ClusterName: "c", Kind: "node", Name: "old" }],
      RequestedResourceAccessIDs: [{ id: { ClusterName: "c", Kind: "node", Name: "new" } }],
    });
    expect(request.resources).toEqual([{ cluster: "c", kind: "node", name: "new" }]);
  });

  test("a time of year 1 is not set, an absent one neither, 1970 is a time", () => {
    const request = requestOf({ Created: goZero, SessionTTL: { seconds: 0n, nanos: 0 } });
    expect(request).not.toHaveProperty("created");
    expect(request).not.toHaveProperty("maxDuration");
    expect(request.sessionExpiry).toEqual(new Date(0));
  });

  test("times before 1970 keep their fraction", () => {
    const request = requestOf({ Created: { seconds: -1n, nanos: 250_000_000 } });
    expect(request.created).toEqual(new Date(-750));
  });

  test("servers up to 15 tell the request's own expiry in the metadata", () => {
    const Expires = { seconds: 1_700_000_000n };
    expect(requestOf({}, { Expires }).requestExpiry).toEqual(new Date(1_700_000_000_000));
    expect(requestOf({ ResourceExpiry: { seconds: 1n } }, { Expires }).requestExpiry).toEqual(new Date(1_000));
  });

  test.each([
    [RequestState.NONE, "pending"],
    [RequestState.PENDING, "pending"],
    [RequestState.APPROVED, "approved"],
    [RequestState.DENIED, "denied"],
    [RequestState.PROMOTED, "promoted"],
  ])("state %i is %s", (State, state) => {
    expect(requestOf({ State }).state).toBe(state);
  });

  test.each([
    [AccessRequestKind.UNDEFINED, "unspecified"],
    [AccessRequestKind.SHORT_TERM, "short_term"],
    [AccessRequestKind.LONG_TERM, "long_term"],
  ])("kind %i is %s", (RequestKind, kind) => {
    expect(requestOf({ RequestKind }).kind).toBe(kind);
  });

  test("an empty message converts without a fault", () => {
    expect(toAccessRequest(create(AccessRequestV3Schema))).toMatchObject({ id: "", roles: [], state: "pending" });
  });
});

describe("an event", () => {
  test("PUT carries the whole request", () => {
    const event = toWatchEvent(readFixture(EventSchema, "event_put_access_request"));
    expect(event).toMatchObject({ type: "put", kind: "access_request", request: { state: "approved" } });
  });

  test("DELETE carries kind and name", () => {
    const event = toWatchEvent(readFixture(EventSchema, "event_delete_access_request"));
    expect(event).toMatchObject({ type: "delete", kind: "access_request" });
    expect(event).toHaveProperty("name", expect.stringMatching(/^[0-9a-f-]{36}$/u));
  });

  test("INIT confirms kinds", () => {
    const init = readFixture(EventSchema, "event_init");
    expect(toConfirmedKinds(init)).toEqual(["access_request", "access_monitoring_rule"]);
    expect(toWatchEvent(init)).toBeUndefined();
  });

  test("an INIT without a status says nothing about kinds", () => {
    expect(toConfirmedKinds(create(EventSchema, { Type: Operation.INIT }))).toBeUndefined();
  });

  test("a rule is told by name", () => {
    const value = { metadata: { name: "page-on-call" } };
    const event = create(EventSchema, { Type: Operation.PUT, Resource: { case: "AccessMonitoringRule", value } });
    expect(toWatchEvent(event)).toMatchObject({ kind: "access_monitoring_rule", rule: { name: "page-on-call" } });
  });

  test("unknown content and other kinds are left out", () => {
    const other = { case: "ResourceHeader", value: { Kind: "role", Metadata: { Name: "editor" } } } as const;
    expect(toWatchEvent(create(EventSchema, { Type: Operation.PUT }))).toBeUndefined();
    expect(toWatchEvent(create(EventSchema, { Type: Operation.DELETE, Resource: other }))).toBeUndefined();
  });
});

describe("plugin data", () => {
  const data = readFixture(PluginDataV3Schema, "plugin_data_two_plugins");

  test("is one plugin's entry without its empty values", () => {
    const slack = toPluginData(data, "slack");
    expect(slack).toHaveProperty("messages", "C024BE91L/1773480413.000200,D0G9QPY56/1773480413.000300");
    expect(slack).not.toHaveProperty("resources");
    expect(toPluginData(data, "mattermost")).toEqual({
      channel_id: "mz4k",
      timestamp: "1773480413",
      user: "alice@example.com",
    });
  });

  test("is undefined without an entry, and without a value in it", () => {
    expect(toPluginData(data, "msteams")).toBeUndefined();
    const empty = create(PluginDataV3Schema, { Spec: { Entries: { slack: { Data: { roles: "" } } } } });
    expect(toPluginData(empty, "slack")).toBeUndefined();
  });
});

test("a user has roles and traits", () => {
  expect(toUser(readFixture(UserV2Schema, "user_with_traits"))).toEqual({
    name: "alice@example.com",
    roles: ["access", "requester"],
    traits: { kubernetes_groups: [], level: ["L1"], logins: ["alice", "ubuntu"], slack_user_id: ["U0G9QFB0C"] },
  });
});

test("a role has what it allows and denies", () => {
  const rule = { Resources: ["access_request"], Verbs: ["list", "read"], Where: "true" };
  const role = create(RoleV6Schema, {
    Metadata: { Name: "access-plugin" },
    Spec: { Allow: { Logins: ["{{internal.logins}}"], Rules: [rule] } },
  });
  expect(toRole(role)).toEqual({
    name: "access-plugin",
    allow: {
      logins: ["{{internal.logins}}"],
      rules: [{ resources: ["access_request"], verbs: ["list", "read"], where: "true" }],
    },
    deny: { logins: [], rules: [] },
  });
});

test("a cluster tells its name, version and licence", () => {
  const ping = readFixture(PingResponseSchema, "ping_response");
  expect(toClusterInfo({ ...ping, ServerVersion: "v18.0.0" })).toEqual({
    clusterName: "example.com",
    serverVersion: "18.0.0",
    proxyPublicAddr: "teleport.example.com:443",
    advancedAccessWorkflows: true,
  });
});

function requestOf(
  Spec: MessageInitShape<typeof AccessRequestV3Schema>["Spec"],
  Metadata: MessageInitShape<typeof AccessRequestV3Schema>["Metadata"] = {},
) {
  return toAccessRequest(create(AccessRequestV3Schema, { Spec, Metadata }));
}
