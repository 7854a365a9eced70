import {
  type AccessRequestSpecV3,
  type AccessReview,
  RequestState,
} from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";

/** What all reviews so far come to. */
export interface ReplayResult {
  readonly state: RequestState;
  /** The review at which the count was decided; its reason becomes the request's. */
  readonly decisive?: AccessReview;
}

interface Count {
  approvals: number;
  denials: number;
}

/**
 * Counts the reviews again from the first: each adds to every threshold it matches; a threshold's denials decide at
 * once; approval needs, for every role, one met threshold in each set. A promotion decides by itself.
 */
export function replayReviews(
  spec: Pick<AccessRequestSpecV3, "Thresholds" | "RoleThresholdMapping" | "Reviews">,
): ReplayResult {
  const counts: Count[] = spec.Thresholds.map(() => ({ approvals: 0, denials: 0 }));
  for (const review of spec.Reviews) {
    if (review.ProposedState === RequestState.PROMOTED) return { state: RequestState.PROMOTED, decisive: review };
    count(review, counts);
    if (isDenied(spec, counts)) return { state: RequestState.DENIED, decisive: review };
    if (isApproved(spec, counts)) return { state: RequestState.APPROVED, decisive: review };
  }
  return { state: RequestState.PENDING };
}

function count(review: AccessReview, counts: readonly Count[]): void {
  for (const index of review.ThresholdIndexes) {
    const matched = counts[index];
    if (!matched) continue;
    if (review.ProposedState === RequestState.APPROVED) matched.approvals += 1;
    else matched.denials += 1;
  }
}

const isDenied = ({ Thresholds }: Pick<AccessRequestSpecV3, "Thresholds">, counts: readonly Count[]) =>
  Thresholds.some(({ Deny }, index) => Deny !== 0 && (counts[index]?.denials ?? 0) >= Deny);

function isApproved(
  { Thresholds, RoleThresholdMapping }: Pick<AccessRequestSpecV3, "Thresholds" | "RoleThresholdMapping">,
  counts: readonly Count[],
): boolean {
  const isMet = (index: number) => {
    const approve = Thresholds[index]?.Approve ?? 0;
    return approve !== 0 && (counts[index]?.approvals ?? 0) >= approve;
  };
  const roles = Object.values(RoleThresholdMapping);
  return roles.length > 0 && roles.every(({ Sets }) => Sets.every(({ Indexes }) => Indexes.some(isMet)));
}
