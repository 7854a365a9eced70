import {
  AccessListService,
  AccessRequestPromoteResponseSchema,
  GetAccessListOwnersResponseSchema,
  ListAccessListsResponseSchema,
} from "@access-plugins/teleport-client/gen/teleport/accesslist/v1/accesslist_pb";
import { create } from "@bufbuild/protobuf";
import type { AccessRequestOperations } from "../access-requests/access-request-operations.ts";
import { type Cluster, callerOf } from "../cluster/cluster.ts";
import { toPage } from "../cluster/paging.ts";
import type { GrpcHost } from "../grpc/grpc-host.ts";
import { notFound } from "../grpc/status-error.ts";

/** Access lists: listed, their owners, and promotion of a request to membership of a list. */
export function serveAccessLists(host: GrpcHost, cluster: Cluster, operations: AccessRequestOperations): void {
  const { accessLists } = cluster;
  host.serve(AccessListService, {
    listAccessLists({ pageSize, nextToken }, context) {
      callerOf(cluster, context).demand("access_list", "list", "read");
      const page = toPage(accessLists.all.values(), ({ spec }) => spec.name, { size: pageSize, start: nextToken });
      return create(ListAccessListsResponseSchema, {
        accessLists: page.items.map(({ message }) => message),
        nextToken: page.next,
      });
    },
    getAccessListOwners({ accessList }, context) {
      callerOf(cluster, context).demand("access_list", "list", "read");
      const owners = accessLists.findOwners(accessList);
      if (!owners) throw notFound(`access_list "${accessList}" doesn't exist`);
      return create(GetAccessListOwnersResponseSchema, { owners: [...owners] });
    },
    accessRequestPromote({ requestId, accessListName, reason }, context) {
      const list = accessLists.all.get(accessListName);
      if (!list) throw notFound(`access_list "${accessListName}" doesn't exist`);
      const { message } = operations.promote(requestId, list.spec, reason, callerOf(cluster, context));
      return create(AccessRequestPromoteResponseSchema, { accessRequest: message });
    },
  });
}
