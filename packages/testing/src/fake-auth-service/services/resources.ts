import {
  AuthService,
  type ListResourcesRequest,
  ListResourcesResponseSchema,
} from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { create } from "@bufbuild/protobuf";
import { type Cluster, callerOf } from "../cluster/cluster.ts";
import { toPage } from "../cluster/paging.ts";
import { type Caller, denial, withRoles } from "../cluster/permissions.ts";
import { type ResourceSpec, resourceTypes, toResourceMessage } from "../cluster/resource-catalog.ts";
import type { GrpcHost } from "../grpc/grpc-host.ts";
import { badParameter } from "../grpc/status-error.ts";
import { matchesKeyword, toResourcePredicate } from "../predicates/resource-predicate.ts";

/** Finding resources by name, label or words. Labels of roles are not looked at: who may list sees all. */
export function serveResources(host: GrpcHost, cluster: Cluster): void {
  host.serve(AuthService, {
    listResources(query, context) {
      const kind = toKind(query.ResourceType);
      demandListing(toPreviewer(callerOf(cluster, context), query, cluster), kind);
      const fits = toFilter(query);
      const matching = [...cluster.resources.all.values()].filter((one) => one.kind === kind && fits(one));
      const found = matching.flatMap(toServers);
      const { items, next } = toPage(found, ({ key }) => key, { size: query.Limit, start: query.StartKey });
      return create(ListResourcesResponseSchema, {
        Resources: items.map(({ resource }) => toResourceMessage(resource)),
        NextKey: next,
        TotalCount: query.NeedTotalCount ? found.length : 0,
      });
    },
  });
}

/** What agents serve is listed once for each of them. */
function toServers(resource: ResourceSpec): readonly { readonly key: string; readonly resource: ResourceSpec }[] {
  const { name, agents = 1 } = resource;
  return Array.from({ length: agents }, (_, agent) => ({ key: `${name}/${String(agent).padStart(4, "0")}`, resource }));
}

function toKind(type: string): ResourceSpec["kind"] {
  const entries = Object.entries(resourceTypes) as [ResourceSpec["kind"], string][];
  const found = entries.find(([, one]) => one === type);
  if (!found) throw badParameter(`resource type ${JSON.stringify(type)} is not supported for listing`);
  return found[0];
}

/** The caller with the roles it may search or preview as, where the query asks for them. */
function toPreviewer(caller: Caller, query: ListResourcesRequest, { directory }: Cluster): Caller {
  const extra = caller.roles.flatMap(({ allow }) => [
    ...(query.UseSearchAsRoles ? (allow?.request?.searchAsRoles ?? []) : []),
    ...(query.UsePreviewAsRoles ? (allow?.reviewRequests?.previewAsRoles ?? []) : []),
  ]);
  return withRoles(caller, directory.resolveRoles([...new Set(extra)]));
}

/** `list` is enough for nodes; rules may name the kind or, for what is served by agents, the server kind. */
function demandListing(caller: Caller, kind: ResourceSpec["kind"]): void {
  const verbs = kind === "node" ? ["list"] : ["list", "read"];
  const missing = verbs.find((verb) => !caller.may(kind, verb) && !caller.may(resourceTypes[kind], verb));
  if (missing !== undefined) throw denial(resourceTypes[kind], missing);
}

function toFilter({ PredicateExpression, Labels, SearchKeywords }: ListResourcesRequest) {
  const predicate = toResourcePredicate(PredicateExpression);
  const labels = Object.entries(Labels);
  return (resource: ResourceSpec) =>
    labels.every(([name, value]) => resource.labels?.[name] === value) &&
    SearchKeywords.every((word) => matchesKeyword(resource, word)) &&
    predicate(resource);
}
