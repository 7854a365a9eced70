import {
  type AccessRequestSpecV3,
  type AccessRequestV3,
  type AccessReview,
  type PromotedAccessList,
  RequestState,
} from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { LabelValuesSchema } from "@access-plugins/teleport-client/gen/teleport/legacy/types/wrappers/wrappers_pb";
import { create } from "@bufbuild/protobuf";
import type { Caller } from "../cluster/permissions.ts";
import type { Profile } from "../cluster/profiles.ts";
import { toMillis, toTimestamp } from "../cluster/timestamps.ts";
import { accessDenied, alreadyExists, badParameter, notImplemented } from "../grpc/status-error.ts";
import { isReviewPredicateTrue } from "../predicates/review-predicate.ts";
import { type StoredRequest, stateName, toDraft } from "./access-request-store.ts";
import { setRequestExpiry } from "./access-request-times.ts";
import { mayReview, toReviewFacts } from "./review-permission.ts";
import { replayReviews } from "./review-replay.ts";

/** States a review may propose. */
const resolutions: readonly number[] = [RequestState.APPROVED, RequestState.DENIED, RequestState.PROMOTED];

/**
 * The request after the review, not stored yet. The order of the checks is Teleport's: clients see it in the errors.
 * `promotedTo`: the access list of a promotion, which is a review of its own kind.
 */
export function applyReview(
  stored: StoredRequest,
  review: AccessReview,
  caller: Caller,
  at: { readonly now: number; readonly profile: Profile },
  promotedTo?: PromotedAccessList,
): AccessRequestV3 {
  if (!mayReview(caller, stored.spec)) {
    throw accessDenied(`user "${caller.user}" cannot review request "${stored.id}"`);
  }
  checkProposal(review, promotedTo !== undefined);
  checkReview(stored.spec, review, caller);
  const { message, spec } = toDraft(stored);
  const added = toStoredReview(spec, review, caller, at.now);
  spec.Reviews = [...spec.Reviews, promotedTo ? { ...added, accessList: promotedTo } : added];
  if (promotedTo) spec.accessList = promotedTo;
  settle(message, spec, at.profile);
  if (review.AssumeStartTime) spec.AssumeStartTime = review.AssumeStartTime;
  return message;
}

function checkProposal(review: AccessReview, isPromotion: boolean): void {
  if (!resolutions.includes(review.ProposedState)) {
    throw badParameter(`invalid state proposal: ${stateName(review.ProposedState)} (expected approval/denial)`);
  }
  if ((review.ProposedState === RequestState.PROMOTED) !== isPromotion) {
    throw badParameter("state promoted can be only set when promoting to access list");
  }
}

function checkReview(spec: AccessRequestSpecV3, review: AccessReview, caller: Caller): void {
  if (spec.Thresholds.length === 0) throw badParameter("request is uninitialized or does not support reviews");
  if (spec.Reviews.some(({ Author }) => Author === caller.user)) {
    throw alreadyExists(`user "${caller.user}" has already reviewed this request`);
  }
  const partial = review.Roles.length > 0 && spec.Roles.some((role) => !review.Roles.includes(role));
  if (partial) throw notImplemented("role subselection is not yet supported in reviews, try omitting role list");
  if (Object.keys(review.Annotations?.Values ?? {}).length > 0) {
    throw notImplemented("annotations are not yet supported in reviews, try omitting annotations field");
  }
  if (spec.State !== RequestState.PENDING) {
    throw accessDenied(`the access request has been already ${stateName(spec.State).toLowerCase()}`);
  }
}

function toStoredReview(spec: AccessRequestSpecV3, review: AccessReview, caller: Caller, now: number): AccessReview {
  const facts = { ...toReviewFacts(caller, spec), review: { reason: review.Reason } };
  const matched = spec.Thresholds.flatMap(({ Filter }, index) => (isReviewPredicateTrue(Filter, facts) ? [index] : []));
  return {
    ...review,
    Author: caller.user,
    Roles: [...spec.Roles],
    Created: toTimestamp(toMillis(review.Created) ?? now),
    Annotations: create(LabelValuesSchema, {}),
    ThresholdIndexes: matched,
  };
}

/** Draws the consequence of the reviews so far. */
function settle(message: AccessRequestV3, spec: AccessRequestSpecV3, profile: Profile): void {
  const { state, decisive } = replayReviews(spec);
  if (!decisive) return;
  spec.State = state;
  spec.ResolveReason = decisive.Reason;
  setRequestExpiry(message, toMillis(spec.Expires) ?? 0, profile);
}
