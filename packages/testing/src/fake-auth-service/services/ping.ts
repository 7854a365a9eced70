import {
  AuthService,
  PingResponseSchema,
} from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { create } from "@bufbuild/protobuf";
import type { Cluster } from "../cluster/cluster.ts";
import type { GrpcHost } from "../grpc/grpc-host.ts";

/** What `Ping` tells besides the cluster's name and version. May be changed while the service runs. */
export interface PingFacts {
  /** Public address of the Proxy; empty when there is none. */
  proxyPublicAddr: string;
  /** Licensed for advanced access workflows: enterprise. */
  enterprise: boolean;
}

export function servePing(host: GrpcHost, cluster: Cluster, facts: PingFacts): void {
  host.serve(AuthService, {
    ping: (_request, { peer }) =>
      create(PingResponseSchema, {
        ClusterName: cluster.name,
        ServerVersion: cluster.profile.serverVersion,
        ProxyPublicAddr: facts.proxyPublicAddr,
        RemoteAddr: peer,
        ServerFeatures: {
          AdvancedAccessWorkflows: facts.enterprise,
          IdentityGovernance: facts.enterprise,
          entitlements: Object.fromEntries(
            ["AccessRequests", "AccessLists", "Identity"].map((name) => [name, { enabled: facts.enterprise }]),
          ),
        },
      }),
  });
}
