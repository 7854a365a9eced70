import type { AccessRequestSpecV3 } from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import type { Caller } from "../cluster/permissions.ts";
import { matchesAny, toRolePatterns } from "../cluster/role-matcher.ts";
import { isReviewPredicateTrue, type ReviewFacts } from "../predicates/review-predicate.ts";

/** Some role of the caller lets it review anything at all. */
export const mayReviewAtAll = (caller: Caller) =>
  caller.roles.some((role) => toRolePatterns(role.allow?.reviewRequests, caller.traits).length > 0);

/** Not one's own; every role of the request is allowed by some role whose `where` is true, and none is denied. */
export function mayReview(caller: Caller, spec: AccessRequestSpecV3): boolean {
  if (spec.User === caller.user) return false;
  const facts = toReviewFacts(caller, spec);
  const covers = (side: "allow" | "deny", wanted: string) =>
    caller.roles.some((role) => {
      const conditions = role[side]?.reviewRequests;
      return (
        matchesAny(toRolePatterns(conditions, caller.traits), wanted) &&
        isReviewPredicateTrue(conditions?.where ?? "", facts)
      );
    });
  return spec.Roles.every((wanted) => !covers("deny", wanted) && covers("allow", wanted));
}

/** What predicates see of this reviewer and this request. */
export function toReviewFacts(caller: Caller, spec: AccessRequestSpecV3): ReviewFacts {
  const annotations = Object.entries(spec.SystemAnnotations?.Values ?? {}).map(([key, { Values }]) => [key, Values]);
  return {
    reviewer: { roles: caller.roles.map((role) => role.name), traits: caller.traits },
    request: { roles: spec.Roles, reason: spec.RequestReason, annotations: Object.fromEntries(annotations) },
  };
}
