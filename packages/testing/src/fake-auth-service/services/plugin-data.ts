import {
  AuthService,
  PluginDataSeqSchema,
} from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { type Cluster, callerOf } from "../cluster/cluster.ts";
import { type Caller, denial } from "../cluster/permissions.ts";
import { toPluginDataMessage } from "../cluster/plugin-data-store.ts";
import type { GrpcHost } from "../grpc/grpc-host.ts";

const DATA = "access_plugin_data";

/** Reading and compare-and-setting plugin data. */
export function servePluginData(host: GrpcHost, cluster: Cluster): void {
  const { pluginData } = cluster;
  host.serve(AuthService, {
    getPluginData(filter, context) {
      demandEither(callerOf(cluster, context), filter.Kind, ["list", "read"]);
      const objects = pluginData.find(filter);
      return create(PluginDataSeqSchema, { PluginData: objects.map(toPluginDataMessage) });
    },
    updatePluginData(params, context) {
      demandEither(callerOf(cluster, context), params.Kind, ["update"]);
      pluginData.update(params);
      return create(EmptySchema);
    },
  });
}

/** The verbs are needed on the subject's kind or on plugin data as such. */
function demandEither(caller: Caller, kind: string, verbs: readonly string[]): void {
  const has = (resource: string) => verbs.every((verb) => caller.may(resource, verb));
  if (!has(DATA) && !has(kind)) throw denial(DATA, verbs[0] ?? "");
}
