import { AuthService } from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { createRequestPager, findRequests } from "../access-requests/access-request-listing.ts";
import type { AccessRequestOperations } from "../access-requests/access-request-operations.ts";
import { type Cluster, callerOf } from "../cluster/cluster.ts";
import type { GrpcHost } from "../grpc/grpc-host.ts";
import { badParameter } from "../grpc/status-error.ts";

/** Creating, listing, reviewing, resolving and deleting access requests. */
export function serveAccessRequests(host: GrpcHost, cluster: Cluster, operations: AccessRequestOperations): void {
  const page = createRequestPager(cluster.requests);
  host.serve(AuthService, {
    createAccessRequestV2: (wish, context) => operations.create(wish, callerOf(cluster, context)),
    listAccessRequests: (query, context) => page(query, callerOf(cluster, context), cluster.now()),
    getAccessRequestsV2(filter, context, send) {
      const found = findRequests(cluster.requests, filter, callerOf(cluster, context), cluster.now());
      for (const { bytes } of found) send(bytes);
    },
    submitAccessReview({ RequestID, Review }, context) {
      if (RequestID === "" || !Review) throw badParameter("missing required field request id or review");
      return operations.review(RequestID, Review, callerOf(cluster, context)).bytes;
    },
    setAccessRequestState(setter, context) {
      operations.setState(setter, callerOf(cluster, context));
      return create(EmptySchema);
    },
    deleteAccessRequest({ ID }, context) {
      operations.delete(ID, callerOf(cluster, context));
      return create(EmptySchema);
    },
  });
}
