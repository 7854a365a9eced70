import type {
  AccessRequestSpecV3,
  ResourceID,
} from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { badParameter, notFound } from "../grpc/status-error.ts";
import { isUuid } from "./request-id.ts";

const MAX_REASON_BYTES = 4096;
const MAX_RESOURCES = 300;
const MAX_RESOURCE_TEXT = 2048;

/** What Teleport checks before it looks at permissions: id, texts, number of resources, their clusters. */
export function checkForm(id: string, spec: AccessRequestSpecV3, clusters: readonly string[]): void {
  if (!isUuid(id)) throw badParameter(`invalid access request ID "${id}"`);
  if (spec.User === "") throw badParameter("access request user name not set");
  checkReasonLength("request", spec.RequestReason);
  checkReasonLength("resolve", spec.ResolveReason);
  const { length } = spec.RequestedResourceIDs;
  if (length > MAX_RESOURCES) {
    throw badParameter(`access request contains too many resources (${length}), max ${MAX_RESOURCES}`);
  }
  const unknown = spec.RequestedResourceIDs.map(({ ClusterName }) => ClusterName).filter(
    (name) => !clusters.includes(name),
  );
  if (unknown.length > 0) {
    throw notFound(`access request contains invalid or unknown cluster names: ${unknown.join(", ")}`);
  }
}

function checkReasonLength(what: string, reason: string): void {
  if (Buffer.byteLength(reason) <= MAX_REASON_BYTES) return;
  throw badParameter(`access request ${what} reason is too long, max ${MAX_REASON_BYTES} bytes`);
}

/** Each resource once. Throws InvalidArgument when their texts together are too long. */
export function toDistinctResources(ids: readonly ResourceID[]): ResourceID[] {
  const byText = new Map(ids.map((id) => [toText(id), id]));
  const { length } = [...byText.keys()].join("");
  if (length > MAX_RESOURCE_TEXT) {
    const fix = "try reducing the number of resources in the request";
    throw badParameter(`access request exceeds maximum length: ${fix} (${length} > ${MAX_RESOURCE_TEXT})`);
  }
  return [...byText.values()];
}

/** `/cluster/kind/name[/sub]`. */
const toText = ({ ClusterName, Kind, Name, SubResourceName }: ResourceID) =>
  `/${[ClusterName, Kind, Name, ...(SubResourceName ? [SubResourceName] : [])].join("/")}`;
