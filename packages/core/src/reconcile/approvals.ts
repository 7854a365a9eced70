import type { AccessRequest, ReviewThreshold } from "../domain/access-request.ts";

/** Approvals counted and needed. */
export interface Approvals {
  readonly given: number;
  readonly needed: number;
}

/**
 * How far a request is from its approval, by the threshold that is farthest from being met. Teleport's rule: each role
 * has sets of thresholds; in every set one threshold must be met. Undefined when the server sent no thresholds or none
 * of them can approve.
 */
export function countApprovals(request: AccessRequest): Approvals | undefined {
  const given = request.thresholds.map((_, index) => approvalsFor(request, index));
  const best = Object.values(request.roleThresholds).flatMap((sets) =>
    sets.map((set) => nearest(set, request.thresholds, given)),
  );
  return best
    .filter((set) => set !== undefined)
    .reduce<Approvals | undefined>((worst, set) => (worst && left(worst) >= left(set) ? worst : set), undefined);
}

function approvalsFor(request: AccessRequest, threshold: number): number {
  return request.reviews.filter((review) => review.state === "approved" && review.thresholdIndexes.includes(threshold))
    .length;
}

/** The threshold of one set that needs the fewest further approvals. */
function nearest(
  set: readonly number[],
  thresholds: readonly ReviewThreshold[],
  given: readonly number[],
): Approvals | undefined {
  return set
    .map((index) => ({ given: given[index] ?? 0, needed: thresholds[index]?.approve ?? 0 }))
    .filter((approvals) => approvals.needed > 0)
    .map(({ given: count, needed }) => ({ given: Math.min(count, needed), needed }))
    .reduce<Approvals | undefined>((found, next) => (found && left(found) <= left(next) ? found : next), undefined);
}

function left(approvals: Approvals): number {
  return approvals.needed - approvals.given;
}
