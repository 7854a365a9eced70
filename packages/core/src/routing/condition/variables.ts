import type { ConditionFacts, Labels, LookedUp } from "./environment.ts";
import type { Dict, Value, ValueType } from "./value.ts";

/** Data that is not part of the request: somebody has to look it up. */
export type ConditionData = "traits" | "labels";

/** How messages call the data. */
export const dataNames: Readonly<Record<ConditionData, string>> = {
  traits: "the requester's traits",
  labels: "the labels of the requested resources",
};

/** A name that conditions know. */
export interface Variable {
  readonly type: ValueType;
  /** The look-up it needs. */
  readonly data?: ConditionData;
  read(facts: ConditionFacts): Value;
}

/** Go's zero time: what Teleport's own evaluation sees where a time was never set. */
const zeroTime = new Date("0001-01-01T00:00:00Z");

/** Every name of the language but `true` and `false`. */
export const variables: ReadonlyMap<string, Variable> = new Map<string, Variable>([
  ["access_request.spec.roles", { type: "set", read: ({ request }) => new Set(request.roles) }],
  [
    "access_request.spec.suggested_reviewers",
    { type: "set", read: ({ request }) => new Set(request.suggestedReviewers) },
  ],
  ["access_request.spec.system_annotations", { type: "dict", read: ({ request }) => toDict(request.annotations) }],
  ["access_request.spec.user", { type: "string", read: ({ request }) => request.user }],
  ["access_request.spec.request_reason", { type: "string", read: ({ request }) => request.reason }],
  ["access_request.spec.creation_time", { type: "time", read: ({ request }) => request.created ?? zeroTime }],
  ["access_request.spec.expiry", { type: "time", read: ({ request }) => request.requestExpiry ?? zeroTime }],
  [
    "access_request.spec.resource_labels_union",
    { type: "dict", data: "labels", read: ({ labels }) => toUnion(foundOr(labels, [])) },
  ],
  [
    "access_request.spec.resource_labels_intersection",
    { type: "dict", data: "labels", read: ({ labels }) => toIntersection(foundOr(labels, [])) },
  ],
  ["user.traits", { type: "dict", data: "traits", read: ({ traits }) => toDict(foundOr(traits, {})) }],
]);

function foundOr<T>(found: LookedUp<T> | undefined, otherwise: T): T {
  return found !== undefined && "value" in found ? found.value : otherwise;
}

function toDict(record: Readonly<Record<string, readonly string[]>>): Dict {
  return new Map(Object.entries(record).map(([key, values]) => [key, new Set(values)]));
}

/** Every value a label has on any resource. */
function toUnion(resources: readonly Labels[]): Dict {
  const union = new Map<string, Set<string>>();
  for (const [key, value] of resources.flatMap((labels) => Object.entries(labels))) {
    union.set(key, (union.get(key) ?? new Set()).add(value));
  }
  return union;
}

/** The labels that have one and the same value on all resources. */
function toIntersection([first = {}, ...others]: readonly Labels[]): Dict {
  const shared = Object.entries(first).filter(([key, value]) => others.every((labels) => labels[key] === value));
  return new Map(shared.map(([key, value]) => [key, new Set([value])]));
}
