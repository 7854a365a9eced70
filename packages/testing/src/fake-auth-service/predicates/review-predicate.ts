import { type Dialect, evaluate, parseExpression } from "./expression.ts";

type Lists = Readonly<Record<string, readonly string[]>>;

/** What `review_requests.where` and threshold filters can see. The review is absent for `where`. */
export interface ReviewFacts {
  readonly reviewer: { readonly roles: readonly string[]; readonly traits: Lists };
  readonly request: { readonly roles: readonly string[]; readonly reason: string; readonly annotations: Lists };
  readonly review?: { readonly reason: string };
}

/** An empty predicate is true; one that does not parse, or is no boolean, is false. */
export function isReviewPredicateTrue(predicate: string, facts: ReviewFacts): boolean {
  if (predicate.trim() === "") return true;
  try {
    return evaluate(parseExpression(predicate), toDialect(facts)) === true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

function toDialect({ reviewer, request, review }: ReviewFacts): Dialect {
  return {
    names: {
      "reviewer.roles": reviewer.roles,
      "reviewer.traits": reviewer.traits,
      "request.roles": request.roles,
      "request.reason": request.reason,
      "request.system_annotations": request.annotations,
      ...(review ? { "review.reason": review.reason, "review.annotations": {} } : {}),
    },
    functions: {
      equals: (one, other) =>
        one === other || (toList(one).length > 0 && String(toList(one)) === String(toList(other))),
      contains: (list, item) => toList(list).includes(String(item)),
      "regexp.match": (list, pattern) => toList(list).some((text) => new RegExp(String(pattern), "u").test(text)),
    },
  };
}

const toList = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === "string" ? [value] : [];
