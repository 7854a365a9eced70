import type { ResourceId } from "@access-plugins/core";
import type { ResourceSpec } from "@access-plugins/testing";
import { createMemoryTeleport } from "@access-plugins/testing/doubles";
import { describe, expect, test } from "vitest";
import { catchFault } from "./testing/catch-fault.ts";
import { startTestCluster } from "./testing/test-cluster.ts";

const never = new AbortController().signal;
const okta = { "teleport.dev/origin": "okta" };

const resources: readonly ResourceSpec[] = [
  { kind: "node", name: "uuid-1", hostname: "web-1", labels: { env: "prod", team: "web" } },
  {
    kind: "node",
    name: "uuid-2",
    hostname: "web-2",
    labels: { env: "dev" },
    dynamicLabels: { env: "test", os: "linux" },
  },
  { kind: "node", name: 'quo"te\\d \u2028\u0007', hostname: "odd" },
  { kind: "node", name: "nameless", hostname: "" },
  { kind: "app", name: "grafana", description: "Dashboards", labels: { env: "prod" }, agents: 700 },
  { kind: "app", name: "wiki", labels: { ...okta, "teleport.internal/okta-app-name": "Our wiki" }, agents: 700 },
  { kind: "app", name: "plain-okta", description: "Only described", labels: okta },
  { kind: "db", name: "orders", labels: { env: "prod" }, dynamicLabels: { size: "big" } },
  { kind: "kube_cluster", name: "kube", dynamicLabels: { zone: "a" } },
  { kind: "user_group", name: "g-1", labels: { ...okta, "teleport.internal/okta-group-name": "Friends" } },
  { kind: "aws_ic_account", name: "1234", description: "Production account" },
  { kind: "windows_desktop", name: "desk" },
];

const of = (kind: string, name: string, cluster = "example.com"): ResourceId => ({ cluster, kind, name });

async function find(ids: readonly ResourceId[]) {
  const { auth, createClient } = await startTestCluster({ resources });
  const client = createClient();
  return { auth, client, found: await client.findResources(ids, never) };
}

describe("requested resources", () => {
  test("are found with the names people know and with all labels, by one call for each kind", async () => {
    const { auth, found } = await find([
      of("node", "uuid-1"),
      of("node", "uuid-2"),
      of("node", 'quo"te\\d \u2028\u0007'),
      of("node", "nameless"),
      of("app", "plain-okta"),
      of("db", "orders"),
      of("kube_cluster", "kube"),
      of("user_group", "g-1"),
      of("aws_ic_account", "1234"),
    ]);
    expect(Object.fromEntries(found)).toEqual({
      "/example.com/node/uuid-1": { name: "web-1", labels: { env: "prod", team: "web" } },
      "/example.com/node/uuid-2": { name: "web-2", labels: { env: "test", os: "linux" } },
      '/example.com/node/quo"te\\d \u2028\u0007': { name: "odd", labels: {} },
      "/example.com/node/nameless": { labels: {} },
      "/example.com/app/plain-okta": { name: "Only described", labels: okta },
      "/example.com/db/orders": { labels: { env: "prod", size: "big" } },
      "/example.com/kube_cluster/kube": { labels: { zone: "a" } },
      "/example.com/user_group/g-1": { name: "Friends", labels: expect.objectContaining(okta) },
      "/example.com/aws_ic_account/1234": { name: "Production account", labels: {} },
    });
    expect(auth.calls.count("ListResources")).toBe(6);
  });

  test("that many agents serve are found behind the entries of one another", async () => {
    const { auth, found } = await find([of("app", "grafana"), of("app", "wiki"), of("app", "gone")]);
    expect([...found].map(([id, { name }]) => [id, name])).toEqual([
      ["/example.com/app/grafana", undefined],
      ["/example.com/app/wiki", "Our wiki"],
    ]);
    expect(auth.calls.count("ListResources")).toBe(2);
  });

  test("of other clusters and of kinds that cannot be listed are not asked for", async () => {
    const { auth, found } = await find([of("node", "uuid-1", "leaf.example.com"), of("pod", "kube")]);
    expect(found.size).toBe(0);
    expect(auth.calls.count("ListResources")).toBe(0);
  });

  test("that are gone are left out", async () => {
    const { found } = await find([of("node", "no-such"), of("db", "no-such")]);
    expect(found.size).toBe(0);
  });

  test("of a kind that may not be listed are refused, and the fix names the role to change", async () => {
    const { createClient } = await startTestCluster({
      resources,
      users: [{ name: "access-plugin", roles: ["access"] }],
    });
    const refused = await catchFault(() => createClient().findResources([of("app", "grafana")], never));
    expect(refused).toMatchObject({ code: "forbidden", operation: "ListResources" });
    expect(refused.message).toContain('lacks the verb "list" on "app_server"');
    expect(refused.fix).toMatch(/rule app_server: \[list\] to a role .* review_requests\.preview_as_roles/u);
  });

  test("are told by a server of version 14 as well", async () => {
    const { createClient } = await startTestCluster({ resources, profile: 14 });
    const found = await createClient().findResources([of("node", "uuid-1")], never);
    expect(found.get("/example.com/node/uuid-1")).toMatchObject({ name: "web-1" });
  });

  test("are told the same way by the double that tests of core use", async () => {
    const ids = [of("node", "uuid-1"), of("db", "orders"), of("node", "gone"), of("node", "uuid-1", "leaf")];
    const { found } = await find(ids);
    const double = createMemoryTeleport();
    double.cluster.setResource(of("node", "uuid-1"), { name: "web-1", labels: { env: "prod", team: "web" } });
    double.cluster.setResource(of("node", "uuid-2"), { name: "web-2" });
    double.cluster.setResource(of("db", "orders"), { labels: { env: "prod", size: "big" } });
    expect(await double.findResources(ids, never)).toEqual(found);
  });
});
