import {
  AccessRequestSpecV3Schema,
  RequestState,
} from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { replayReviews } from "./review-replay.ts";

const { APPROVED, DENIED, PENDING, PROMOTED } = RequestState;

interface Case {
  readonly what: string;
  /** Approve and deny counts. */
  readonly thresholds: readonly (readonly [number, number])[];
  /** Per role: sets of threshold indexes. */
  readonly roles: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** Proposal and matched thresholds. */
  readonly reviews: readonly (readonly [RequestState, ...number[]])[];
  readonly state: RequestState;
  /** Index of the review that decided. */
  readonly decisive?: number;
}

const cases: readonly Case[] = [
  { what: "no review leaves it pending", thresholds: [[1, 1]], roles: { a: [[0]] }, reviews: [], state: PENDING },
  {
    what: "one approval is enough for the default threshold",
    thresholds: [[1, 1]],
    roles: { a: [[0]] },
    reviews: [[APPROVED, 0]],
    state: APPROVED,
    decisive: 0,
  },
  {
    what: "one of two approvals leaves it pending",
    thresholds: [[2, 1]],
    roles: { a: [[0]] },
    reviews: [[APPROVED, 0]],
    state: PENDING,
  },
  {
    what: "one denial wins over a partial approval",
    thresholds: [[2, 1]],
    roles: { a: [[0]] },
    reviews: [
      [APPROVED, 0],
      [DENIED, 0],
    ],
    state: DENIED,
    decisive: 1,
  },
  {
    what: "what was decided stays decided",
    thresholds: [[1, 1]],
    roles: { a: [[0]] },
    reviews: [
      [APPROVED, 0],
      [DENIED, 0],
    ],
    state: APPROVED,
    decisive: 0,
  },
  {
    what: "every role needs its own thresholds met",
    thresholds: [
      [1, 1],
      [1, 1],
    ],
    roles: { a: [[0]], b: [[1]] },
    reviews: [[APPROVED, 0]],
    state: PENDING,
  },
  {
    what: "every set of a role must be met",
    thresholds: [
      [1, 1],
      [2, 1],
    ],
    roles: { a: [[0], [1]] },
    reviews: [
      [APPROVED, 0, 1],
      [APPROVED, 1],
    ],
    state: APPROVED,
    decisive: 1,
  },
  {
    what: "one met threshold of a set is enough",
    thresholds: [
      [3, 1],
      [1, 1],
    ],
    roles: { a: [[0, 1]] },
    reviews: [[APPROVED, 0, 1]],
    state: APPROVED,
    decisive: 0,
  },
  {
    what: "zero approvals can never approve",
    thresholds: [[0, 1]],
    roles: { a: [[0]] },
    reviews: [[APPROVED, 0]],
    state: PENDING,
  },
  {
    what: "zero denials can never deny",
    thresholds: [[1, 0]],
    roles: { a: [[0]] },
    reviews: [
      [DENIED, 0],
      [DENIED, 0],
    ],
    state: PENDING,
  },
  {
    what: "two denials where two are needed",
    thresholds: [[1, 2]],
    roles: { a: [[0]] },
    reviews: [
      [DENIED, 0],
      [DENIED, 0],
    ],
    state: DENIED,
    decisive: 1,
  },
  {
    what: "a review that matches no threshold does not count",
    thresholds: [[1, 1]],
    roles: { a: [[0]] },
    reviews: [[APPROVED]],
    state: PENDING,
  },
  {
    what: "a promotion decides by itself",
    thresholds: [[2, 1]],
    roles: { a: [[0]] },
    reviews: [
      [APPROVED, 0],
      [PROMOTED, 0],
    ],
    state: PROMOTED,
    decisive: 1,
  },
];

test.each(cases)("$what", ({ thresholds, roles, reviews, state, decisive }) => {
  const mapping = Object.entries(roles).map(([name, sets]): [string, { Sets: { Indexes: number[] }[] }] => [
    name,
    { Sets: sets.map((indexes) => ({ Indexes: [...indexes] })) },
  ]);
  const spec = create(AccessRequestSpecV3Schema, {
    Thresholds: thresholds.map(([Approve, Deny]) => ({ Approve, Deny })),
    RoleThresholdMapping: Object.fromEntries(mapping),
    Reviews: reviews.map(([ProposedState, ...ThresholdIndexes]) => ({ ProposedState, ThresholdIndexes })),
  });
  const result = replayReviews(spec);
  expect(result.state).toBe(state);
  expect(result.decisive).toBe(decisive === undefined ? undefined : spec.Reviews[decisive]);
});
