import {
  AuthService,
  type ListResourcesRequestSchema,
  type PaginatedResource,
} from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { ResourceSpec } from "../cluster/resource-catalog.ts";
import { createFakeAuthService, type FakeAuthService } from "../fake-auth-service.ts";
import { type AuthClient, createAuthClient } from "../grpc/auth-client.ts";

const { listResources } = AuthService.method;

const resources: readonly ResourceSpec[] = [
  { kind: "node", name: "uuid-1", hostname: "web-1", labels: { env: "prod" } },
  { kind: "node", name: "uuid-2", hostname: "web-2", labels: { env: "dev" } },
  { kind: "node", name: 'quo"ted', hostname: "odd" },
  { kind: "app", name: "grafana", description: "Dashboards", labels: { "teleport.dev/origin": "okta" } },
  { kind: "db", name: "orders" },
  { kind: "kube_cluster", name: "kube" },
  { kind: "user_group", name: "group", description: "Friends", labels: { "teleport.dev/origin": "okta" } },
];

let auth: FakeAuthService;
let plugin: AuthClient;

beforeAll(async () => {
  auth = await createFakeAuthService({ resources });
  plugin = createAuthClient(auth.address, await auth.identity());
});

afterAll(() => {
  plugin.close();
  auth.close();
});

const list = (query: MessageInitShape<typeof ListResourcesRequestSchema>, client = plugin) =>
  client.call(listResources, { UsePreviewAsRoles: true, UseSearchAsRoles: true, ...query });

const names = (found: readonly PaginatedResource[]) =>
  found.map(({ resource: { value } }) => {
    if (!value) return undefined;
    return "Header" in value ? value.Header?.Metadata?.Name : "Metadata" in value ? value.Metadata?.Name : undefined;
  });

describe("finding", () => {
  const queries: readonly [string, MessageInitShape<typeof ListResourcesRequestSchema>, string[]][] = [
    ["all of a type", { ResourceType: "node" }, ['quo"ted', "uuid-1", "uuid-2"]],
    ["by name", { ResourceType: "node", PredicateExpression: 'resource.metadata.name == "uuid-2"' }, ["uuid-2"]],
    [
      "by several names, quotes included",
      {
        ResourceType: "node",
        PredicateExpression: 'resource.metadata.name == "uuid-2" || resource.metadata.name == "quo\\"ted"',
      },
      ['quo"ted', "uuid-2"],
    ],
    ["by label predicate", { ResourceType: "node", PredicateExpression: 'labels["env"] == "prod"' }, ["uuid-1"]],
    ["by labels", { ResourceType: "node", Labels: { env: "dev" } }, ["uuid-2"]],
    ["by word", { ResourceType: "node", SearchKeywords: ["WEB"] }, ["uuid-1", "uuid-2"]],
    ["by search()", { ResourceType: "app_server", PredicateExpression: 'search("dash")' }, ["grafana"]],
    ["databases", { ResourceType: "db_server" }, ["orders"]],
    ["Kubernetes clusters", { ResourceType: "kube_server" }, ["kube"]],
    ["user groups", { ResourceType: "user_group" }, ["group"]],
    ["nothing", { ResourceType: "node", SearchKeywords: ["nowhere"] }, []],
  ];
  test.each(queries)("%s", async (_what, query, expected) => {
    expect(names((await list(query)).Resources)).toEqual(expected);
  });

  test("a node is told with its host name, a group with description and labels", async () => {
    const node = (await list({ ResourceType: "node", Labels: { env: "prod" } })).Resources[0]?.resource;
    expect(node).toMatchObject({ case: "Node", value: { Kind: "node", Spec: { Hostname: "web-1" } } });
    const group = (await list({ ResourceType: "user_group" })).Resources[0]?.resource;
    expect(group).toMatchObject({
      case: "UserGroup",
      value: { Header: { Metadata: { Description: "Friends", Labels: { "teleport.dev/origin": "okta" } } } },
    });
  });

  test("pages and counts", async () => {
    const first = await list({ ResourceType: "node", Limit: 2, NeedTotalCount: true });
    expect(names(first.Resources)).toEqual(['quo"ted', "uuid-1"]);
    expect(first.TotalCount).toBe(3);
    const second = await list({ ResourceType: "node", Limit: 2, StartKey: first.NextKey });
    expect(names(second.Resources)).toEqual(["uuid-2"]);
    expect(second.NextKey).toBe("");
  });
});

describe("refusals", () => {
  test.each(["", "spaceship"])("the type %j is InvalidArgument", async (ResourceType) => {
    await expect(list({ ResourceType })).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });

  test.each(["((", "nothing == 1", 'name == "x" &'])("the predicate %j is InvalidArgument", async (text) => {
    await expect(list({ ResourceType: "node", PredicateExpression: text })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      message: expect.stringContaining("failed to parse predicate expression"),
    });
  });

  test("the plugin needs its preview role, and asks for it", async () => {
    const query = { ResourceType: "node", UsePreviewAsRoles: false };
    await expect(list(query)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    expect((await list({ ...query, UsePreviewAsRoles: true })).Resources).toHaveLength(3);
    const admin = createAuthClient(auth.address, await auth.identity("admin"));
    onTestFinished(() => admin.close());
    expect((await list(query, admin)).Resources).toHaveLength(3);
  });
});
