import {
  type AccessList,
  AccessListService,
  AccessRequestPromoteResponseSchema,
  GetAccessListOwnersResponseSchema,
  ListAccessListsResponseSchema,
  UpsertAccessListWithMembersResponseSchema,
} from "@access-plugins/teleport-client/gen/teleport/accesslist/v1/accesslist_pb";
import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import type { AccessRequestOperations } from "../access-requests/access-request-operations.ts";
import { type Cluster, callerOf } from "../cluster/cluster.ts";
import { toPage } from "../cluster/paging.ts";
import type { CallContext } from "../grpc/call-context.ts";
import type { GrpcHost } from "../grpc/grpc-host.ts";
import { badParameter, notFound, notImplemented } from "../grpc/status-error.ts";

/**
 * Access lists: listed, their owners, written, and promotion of a request to membership of a list. Only the enterprise
 * edition has the service at all.
 */
export function serveAccessLists(
  host: GrpcHost,
  cluster: Cluster,
  operations: AccessRequestOperations,
  { isEnterprise }: { isEnterprise(): boolean },
): void {
  const { accessLists } = cluster;
  const requireEdition = () => {
    if (!isEnterprise()) throw notImplemented(`unknown service ${AccessListService.typeName}`);
  };
  const demand = (context: CallContext, ...verbs: readonly string[]) => {
    requireEdition();
    callerOf(cluster, context).demand("access_list", ...verbs);
  };
  host.serve(AccessListService, {
    listAccessLists({ pageSize, nextToken }, context) {
      demand(context, "list", "read");
      const page = toPage(accessLists.all.values(), ({ message }) => nameOf(message), {
        size: pageSize,
        start: nextToken,
      });
      return create(ListAccessListsResponseSchema, {
        accessLists: page.items.map(({ message }) => message),
        nextToken: page.next,
      });
    },
    getAccessListOwners({ accessList }, context) {
      demand(context, "list", "read");
      const owners = accessLists.findOwners(accessList);
      if (!owners) throw notFound(`access_list "${accessList}" doesn't exist`);
      return create(GetAccessListOwnersResponseSchema, { owners: [...owners] });
    },
    upsertAccessListWithMembers({ accessList, members }, context) {
      demand(context, "create", "update");
      if (!accessList || nameOf(accessList) === "") throw badParameter("access list is missing or has no name");
      const users = members.map(({ spec }) => spec?.name ?? "");
      const stored = accessLists.put(accessList, users);
      return create(UpsertAccessListWithMembersResponseSchema, { accessList: stored, members });
    },
    deleteAccessList({ name }, context) {
      demand(context, "delete");
      if (!accessLists.delete(name)) throw notFound(`access_list "${name}" doesn't exist`);
      return create(EmptySchema);
    },
    accessRequestPromote({ requestId, accessListName, reason }, context) {
      requireEdition();
      const list = accessLists.all.get(accessListName);
      if (!list) throw notFound(`access_list "${accessListName}" doesn't exist`);
      const target = { name: accessListName, title: list.message.spec?.title ?? "" };
      const { message } = operations.promote(requestId, target, reason, callerOf(cluster, context));
      return create(AccessRequestPromoteResponseSchema, { accessRequest: message });
    },
  });
}

const nameOf = (list: AccessList) => list.header?.metadata?.name ?? "";
