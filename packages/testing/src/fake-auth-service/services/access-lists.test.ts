import {
  AccessListService,
  IneligibleStatus,
  MembershipKind,
} from "@access-plugins/teleport-client/gen/teleport/accesslist/v1/accesslist_pb";
import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { type AccessListSpec, toAccessListMessage } from "../cluster/access-list-store.ts";
import { startTestCluster } from "../testing/test-cluster.ts";

const rpc = AccessListService.method;

const lists: readonly AccessListSpec[] = [
  {
    name: "a",
    title: "On call",
    owners: [{ name: "carol" }, { name: "b", kind: "list" }, { name: "gone", isGone: true }],
    nextAudit: new Date("2026-03-24T09:00:00Z"),
    everyMonths: 3,
    dayOfMonth: 31,
    noticeMs: 14 * 86_400_000,
  },
  { name: "b", title: "Leads", members: ["dave", "carol"] },
];

test("lists come with owners, audit date, recurrence and notice, page by page", async () => {
  const { connect } = await startTestCluster({ accessLists: lists });
  const plugin = await connect();
  const first = await plugin.call(rpc.listAccessLists, { pageSize: 1 });
  expect(first.accessLists).toMatchObject([
    {
      header: { kind: "access_list", version: "v1", metadata: { name: "a" } },
      spec: {
        title: "On call",
        owners: [
          { name: "carol", membershipKind: MembershipKind.USER },
          { name: "b", membershipKind: MembershipKind.LIST },
          { name: "gone", ineligibleStatus: IneligibleStatus.USER_NOT_EXIST },
        ],
        audit: {
          recurrence: { frequency: 3, dayOfMonth: 31 },
          notifications: { start: { seconds: 1_209_600n } },
          nextAuditDate: { seconds: BigInt(Date.parse("2026-03-24T09:00:00Z") / 1000) },
        },
      },
    },
  ]);
  const second = await plugin.call(rpc.listAccessLists, { pageSize: 1, nextToken: first.nextToken });
  expect(second.accessLists.map(({ spec }) => spec?.title)).toEqual(["Leads"]);
  expect(second.nextToken).toBe("");
});

test("owners are resolved through nested lists, each once", async () => {
  const { connect } = await startTestCluster({ accessLists: lists });
  const plugin = await connect();
  const { owners } = await plugin.call(rpc.getAccessListOwners, { accessList: "a" });
  expect(owners.map(({ name }) => name)).toEqual(["carol", "dave", "gone"]);
  await expect(plugin.call(rpc.getAccessListOwners, { accessList: "x" })).rejects.toMatchObject({
    code: status.NOT_FOUND,
  });
});

test("listing needs list and read", async () => {
  const { connect } = await startTestCluster({ accessLists: lists });
  await expect((await connect("alice@example.com")).call(rpc.listAccessLists, {})).rejects.toMatchObject({
    code: status.PERMISSION_DENIED,
  });
});

test("an administrator writes lists with their members, and deletes them; the watches are told", async () => {
  const { auth, connect } = await startTestCluster({ accessLists: lists });
  const admin = await connect("admin");
  const accessList = toAccessListMessage({ name: "b", title: "Team leads", owners: [{ name: "erin" }] });
  const members = [{ spec: { accessList: "b", name: "frank" } }];
  const written = await admin.call(rpc.upsertAccessListWithMembers, { accessList, members });
  expect(written.accessList?.header?.metadata?.revision).not.toBe("");
  const { owners } = await admin.call(rpc.getAccessListOwners, { accessList: "a" });
  expect(owners.map(({ name }) => name)).toEqual(["carol", "frank", "gone"]);
  await admin.call(rpc.deleteAccessList, { name: "b" });
  await expect(admin.call(rpc.deleteAccessList, { name: "b" })).rejects.toMatchObject({ code: status.NOT_FOUND });
  await expect((await connect()).call(rpc.deleteAccessList, { name: "a" })).rejects.toMatchObject({
    code: status.PERMISSION_DENIED,
  });
  expect([...auth.state.lines()].filter((line) => line.includes("access_list/"))).toHaveLength(1);
});

test("a cluster of another edition has no access lists at all", async () => {
  const { connect } = await startTestCluster({ accessLists: lists, enterprise: false });
  await expect((await connect()).call(rpc.listAccessLists, {})).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
});

test("promotion names the list in the answer", async () => {
  const { auth, connect } = await startTestCluster({ accessLists: lists });
  const requestId = auth.createRequest();
  const bob = await connect("bob@example.com");
  const { accessRequest } = await bob.call(rpc.accessRequestPromote, {
    requestId,
    accessListName: "a",
    reason: "rota",
  });
  expect(accessRequest?.Spec).toMatchObject({ State: 4, ResolveReason: "rota", accessList: { Title: "On call" } });
  const unknown = bob.call(rpc.accessRequestPromote, { requestId: auth.createRequest(), accessListName: "x" });
  await expect(unknown).rejects.toMatchObject({ code: status.NOT_FOUND });
});
