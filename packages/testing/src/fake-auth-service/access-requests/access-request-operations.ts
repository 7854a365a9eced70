import type { RequestStateSetter } from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import {
  AccessRequestDryRunEnrichmentSchema,
  type AccessRequestV3,
  type AccessReview,
  AccessReviewSchema,
  PromotedAccessListSchema,
  RequestState,
} from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { LabelValuesSchema } from "@access-plugins/teleport-client/gen/teleport/legacy/types/wrappers/wrappers_pb";
import { create } from "@bufbuild/protobuf";
import type { Cluster } from "../cluster/cluster.ts";
import type { Caller } from "../cluster/permissions.ts";
import { toMillis } from "../cluster/timestamps.ts";
import { accessDenied, badParameter, notFound } from "../grpc/status-error.ts";
import { type CreationRules, needsReason, toNewRequest } from "./access-request-creation.ts";
import { type StoredRequest, stateName, toDraft } from "./access-request-store.ts";
import { setRequestExpiry } from "./access-request-times.ts";
import { mayReviewAtAll } from "./review-permission.ts";
import { applyReview } from "./review-submission.ts";

/** Everything that changes access requests, by a caller with its permissions. Throws the errors of the RPCs. */
export interface AccessRequestOperations {
  /** A dry run is answered, but neither stored nor announced. */
  create(wish: AccessRequestV3, caller: Caller): AccessRequestV3;
  review(id: string, review: AccessReview, caller: Caller): StoredRequest;
  /** Overrides reviews: APPROVED or DENIED; DENIED is final. */
  setState(setter: RequestStateSetter, caller: Caller): StoredRequest;
  promote(
    id: string,
    list: { readonly name: string; readonly title: string },
    reason: string,
    caller: Caller,
  ): StoredRequest;
  delete(id: string, caller: Caller): void;
}

export function createAccessRequestOperations(cluster: Cluster, creation: CreationRules): AccessRequestOperations {
  const { requests, profile } = cluster;
  return {
    create(wish, caller) {
      const message = toNewRequest(wish, caller, creation);
      if (message.Spec?.DryRun) return profile.dryRunEnrichment ? enrich(message, caller) : message;
      return requests.put(message).message;
    },
    review(id, review, caller) {
      if (review.Author !== "" && review.Author !== caller.user) {
        throw accessDenied(`user "${caller.user}" cannot submit reviews on behalf of "${review.Author}"`);
      }
      if (!mayReviewAtAll(caller)) throw accessDenied(`user "${caller.user}" cannot submit reviews`);
      const stored = requests.get(id);
      if (!stored) throw notFound(`cannot apply review to access request "${id}" (not found)`);
      return requests.put(applyReview(stored, review, caller, { now: cluster.now(), profile }));
    },
    setState(setter, caller) {
      caller.demand("access_request", "update");
      return requests.put(withState(cluster, setter, caller));
    },
    promote(id, list, reason, caller) {
      const stored = requests.get(id);
      if (!stored) throw notFound(`access request "${id}" not found`);
      const review = create(AccessReviewSchema, { ProposedState: RequestState.PROMOTED, Reason: reason });
      const promotedTo = create(PromotedAccessListSchema, { Name: list.name, Title: list.title });
      return requests.put(applyReview(stored, review, caller, { now: cluster.now(), profile }, promotedTo));
    },
    delete(id, caller) {
      caller.demand("access_request", "delete");
      if (!requests.delete(id)) throw notFound(`cannot delete access request "${id}" (not found)`);
    },
  };
}

function enrich(message: AccessRequestV3, caller: Caller): AccessRequestV3 {
  if (message.Spec) {
    const ReasonMode = needsReason(message.Spec, caller) ? "required" : "optional";
    message.Spec.DryRunEnrichment = create(AccessRequestDryRunEnrichmentSchema, { ReasonMode });
  }
  return message;
}

function withState({ requests, profile }: Cluster, setter: RequestStateSetter, caller: Caller): AccessRequestV3 {
  const { ID: id, State: state } = setter;
  if (state !== RequestState.APPROVED && state !== RequestState.DENIED && state !== RequestState.PENDING) {
    throw badParameter(`invalid access request state update: ${stateName(state)}`);
  }
  const stored = requests.get(id);
  if (!stored) throw notFound(`cannot set state of access request "${id}" (not found)`);
  if (stored.spec.User === caller.user) {
    throw accessDenied("directly updating the state of your own access requests is not permitted");
  }
  if (stored.spec.State === RequestState.DENIED && state !== RequestState.DENIED) {
    throw badParameter(`cannot set request-state "${stateName(state)}" (already denied)`);
  }
  const { message, spec } = toDraft(stored);
  spec.State = state;
  spec.ResolveReason = setter.Reason;
  spec.ResolveAnnotations = setter.Annotations ?? create(LabelValuesSchema, {});
  if (setter.AssumeStartTime) spec.AssumeStartTime = setter.AssumeStartTime;
  if (setter.Roles.length > 0) spec.Roles = toSubset(setter, spec.Roles);
  if (state === RequestState.APPROVED) setRequestExpiry(message, toMillis(spec.Expires) ?? 0, profile);
  return message;
}

/** The approver may grant less than was asked for. */
function toSubset({ Roles, State }: RequestStateSetter, requested: readonly string[]): string[] {
  if (State !== RequestState.APPROVED) throw badParameter("cannot override roles when setting state to denied");
  const extra = Roles.find((role) => !requested.includes(role));
  if (extra !== undefined) throw badParameter(`role "${extra}" is not in original request`);
  return [...new Set(Roles)].sort();
}
