import { type AccessRequest, PluginError, type RequestState } from "@access-plugins/core";
import { z } from "zod";
import { listOf, optionalText, readResources } from "./json-file.ts";

const states: readonly RequestState[] = ["pending", "pending", "approved", "denied", "promoted"];

/** `tctl` writes the number of the enumeration; people write the word. */
const state = z
  .union([z.int().min(0).max(4), z.enum(["PENDING", "APPROVED", "DENIED", "PROMOTED"])])
  .nullish()
  .transform((written): RequestState => {
    if (typeof written === "number") return states[written] ?? "pending";
    return states.find((name) => name.toUpperCase() === written) ?? "pending";
  });

/** A time that Go never set is written as year 1. */
const time = z.iso
  .datetime({ offset: true })
  .nullish()
  .transform((text) => (text == null || text.startsWith("0001-01-01T00:00:00") ? undefined : new Date(text)));

const resource = z.object({ cluster: z.string(), kind: z.string(), name: z.string(), sub_resource: optionalText });

/** The part of Teleport's `access_request` v3 that routing looks at, by its names in JSON. */
const requestSchema = z.object({
  metadata: z.object({ name: z.string().min(1), expires: time, revision: optionalText }),
  spec: z.object({
    user: z.string(),
    roles: listOf(z.string()),
    state,
    created: time,
    expires: time,
    expiry: time,
    request_reason: optionalText,
    suggested_reviewers: listOf(z.string()),
    resource_ids: listOf(resource),
    system_annotations: z.record(z.string(), listOf(z.string())).nullish(),
  }),
});

const madeBy = "tctl get access_request/<id> --format=json > request.json";

/**
 * Reads the request from a file as `tctl get access_request/<id> --format=json` or `tctl requests get` print it: one
 * request, or a list, from which `id` chooses. Throws `invalid_argument`, or `not_found` for an id that is not there.
 */
export async function readRequestFile(path: string, id: string | undefined): Promise<AccessRequest> {
  const found = await readResources({ path, kind: "access_request", schema: requestSchema, madeBy });
  const fitting = found.filter(({ metadata }) => id === undefined || metadata.name === id);
  const [request, ...others] = fitting;
  if (request === undefined) {
    throw new PluginError("not_found", `${path} holds no Access Request ${id ?? "at all"}.`, {
      fix: `Make it with: ${madeBy}`,
    });
  }
  if (others.length === 0) return toAccessRequest(request);
  throw new PluginError("invalid_argument", `${path} holds ${fitting.length} Access Requests.`, {
    fix: "Name the one that is meant: explain <request-id> --file …",
  });
}

function toAccessRequest({ metadata, spec }: z.output<typeof requestSchema>): AccessRequest {
  const requestExpiry = spec.expiry ?? metadata.expires;
  return {
    id: metadata.name,
    revision: metadata.revision,
    user: spec.user,
    roles: spec.roles,
    state: spec.state,
    reason: spec.request_reason,
    resolveReason: "",
    suggestedReviewers: spec.suggested_reviewers,
    resources: spec.resource_ids.map(({ sub_resource: subResource, ...id }) =>
      subResource === "" ? id : { ...id, subResource },
    ),
    annotations: spec.system_annotations ?? {},
    reviews: [],
    thresholds: [],
    roleThresholds: {},
    kind: "unspecified",
    ...(spec.created === undefined ? {} : { created: spec.created }),
    ...(spec.expires === undefined ? {} : { accessExpiry: spec.expires }),
    ...(requestExpiry === undefined ? {} : { requestExpiry }),
  };
}
