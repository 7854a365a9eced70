import type { AccessList, TeleportClient } from "@access-plugins/core";
import { type AccessListSpec, pluginRole } from "@access-plugins/testing";
import { expect, test } from "vitest";
import { catchFault } from "./testing/catch-fault.ts";
import { startTestCluster } from "./testing/test-cluster.ts";

const never = new AbortController().signal;
const dayMs = 86_400_000;
const nextAudit = new Date("2026-03-24T09:00:00Z");

const lists: readonly AccessListSpec[] = [
  {
    name: "a",
    title: "On call",
    owners: [{ name: "carol" }, { name: "b", kind: "list" }],
    nextAudit,
    noticeMs: 3 * dayMs,
  },
  { name: "b", title: "Leads", members: ["dave", "carol"], type: "static" },
];

async function listAll(client: TeleportClient): Promise<readonly AccessList[]> {
  const all: AccessList[] = [];
  for await (const page of client.listAccessLists(never)) all.push(...page);
  return all;
}

test("access lists come with title, type, owners, audit date and notice; two weeks where none is set", async () => {
  const { createClient } = await startTestCluster({ accessLists: lists });
  expect(await listAll(createClient())).toEqual([
    { name: "a", title: "On call", type: "", owners: ["carol"], nextAudit, noticeMs: 3 * dayMs },
    { name: "b", title: "Leads", type: "static", owners: [], noticeMs: 14 * dayMs },
  ]);
});

test("access lists come page by page", async () => {
  const many = Array.from({ length: 1_050 }, (_, index) => ({ name: `list-${10_000 + index}`, title: "" }));
  const { auth, createClient } = await startTestCluster({ accessLists: many });
  expect((await listAll(createClient())).map(({ name }) => name)).toEqual(many.map(({ name }) => name));
  expect(auth.calls.count("ListAccessLists")).toBe(2);
});

test("owners of nested lists are among the owners; a server that cannot tell leaves those the list names", async () => {
  const newest = await startTestCluster({ accessLists: lists });
  const client = newest.createClient();
  const [list] = await listAll(client);
  if (list === undefined) throw new Error("no list");
  expect(await client.getAccessListOwners(list, never)).toEqual(["carol", "dave"]);
  const older = await startTestCluster({ accessLists: lists, profile: 15 });
  const olderClient = older.createClient();
  expect(await olderClient.getAccessListOwners(list, never)).toEqual(["carol"]);
  await olderClient.getAccessListOwners(list, never);
  expect(older.auth.calls.count("GetAccessListOwners")).toBe(1);
});

test("what a role may not is named with its verbs, and other editions have none", async () => {
  const [request, data] = pluginRole.allow?.rules ?? [];
  const role = { name: pluginRole.name, allow: { rules: [request, data].filter((rule) => rule !== undefined) } };
  const poor = await startTestCluster({ accessLists: lists, roles: [role] });
  expect(await catchFault(() => listAll(poor.createClient()))).toMatchObject({
    code: "forbidden",
    fix: "Add the rule access_list: [list] to the plugin's role.",
  });
  const open = await startTestCluster({ accessLists: lists, enterprise: false });
  expect(await catchFault(() => listAll(open.createClient()))).toMatchObject({ code: "not_implemented" });
});

test("a list that was deleted meanwhile has no owners to be asked for", async () => {
  const { auth, createClient } = await startTestCluster({ accessLists: lists });
  const client = createClient();
  const [list] = await listAll(client);
  auth.accessLists.delete("a");
  expect(await catchFault(() => client.getAccessListOwners(list ?? toNothing(), never))).toMatchObject({
    code: "not_found",
  });
});

function toNothing(): never {
  throw new Error("no list");
}
