import type { AccessRequest } from "../domain/access-request.ts";
import type { Routes } from "../notifier.ts";
import { isEmailAddress } from "./email-address.ts";

/**
 * Which set of recipients was chosen; a tier is left only when the platform knows none of its recipients. `adopted`:
 * the official plugin chose.
 */
export type RoutingTier = "rules" | "static" | "adopted";

/** Who is to be told of one request, as raw recipients, and why it is these. */
export interface Routing {
  readonly tier: RoutingTier;
  /** Without duplicates, in a stable order: by role as requested, then suggested reviewers. */
  readonly recipients: readonly string[];
  /** Suggested reviewers left out because there were more than allowed; those a role is served by anyway do not count. */
  readonly cut: number;
}

/** The static tier, with what every role and every suggested reviewer brought to it. */
export interface StaticRouting extends Routing {
  readonly tier: "static";
  /** Every requested role, in the order of the request. */
  readonly roles: readonly RoutedRole[];
  /** Every suggested reviewer once, in the order of the request. */
  readonly reviewers: readonly RoutedReviewer[];
}

export interface RoutedRole {
  readonly role: string;
  /** The entry that serves it: its own name or `"*"`; absent when there is neither. */
  readonly entry?: string;
  readonly recipients: readonly string[];
}

export interface RoutedReviewer {
  readonly reviewer: string;
  /**
   * `invalid`: no e-mail address, so that nobody can be found by it. `cut`: one more than allowed. `by-role`: one more
   * than allowed, but a role is served by the same recipient.
   */
  readonly outcome: "told" | "by-role" | "cut" | "invalid";
}

/**
 * The static tier: for every requested role its own recipients, or those of `"*"` where it has none, and the suggested
 * reviewers besides. A request without roles matches nothing of the map, not even `"*"`.
 */
export function routeStatic(request: AccessRequest, routes: Routes): StaticRouting {
  const roles = request.roles.map((role) => routeRole(role, routes.roleToRecipients));
  const byRole = new Set(roles.flatMap(({ recipients }) => recipients));
  const reviewers = routeReviewers(request.suggestedReviewers, byRole, routes.maxSuggestedReviewers);
  const suggested = reviewers.filter(({ outcome }) => outcome === "told").map(({ reviewer }) => reviewer);
  return {
    tier: "static",
    recipients: [...new Set([...byRole, ...suggested])],
    cut: reviewers.filter(({ outcome }) => outcome === "cut").length,
    roles,
    reviewers,
  };
}

function routeRole(role: string, map: Routes["roleToRecipients"]): RoutedRole {
  const own = Object.hasOwn(map, role) ? (map[role] ?? []) : [];
  const entry = own.length > 0 || role === "*" ? role : "*";
  if (!Object.hasOwn(map, entry)) return { role, recipients: [] };
  return { role, entry, recipients: (map[entry] ?? []).filter((recipient) => recipient !== "") };
}

function routeReviewers(suggested: readonly string[], byRole: ReadonlySet<string>, most: number): RoutedReviewer[] {
  const reviewers = [...new Set(suggested)];
  const kept = new Set(reviewers.filter(isEmailAddress).slice(0, most));
  return reviewers.map((reviewer): RoutedReviewer => {
    if (!isEmailAddress(reviewer)) return { reviewer, outcome: "invalid" };
    if (kept.has(reviewer)) return { reviewer, outcome: "told" };
    return { reviewer, outcome: byRole.has(reviewer) ? "by-role" : "cut" };
  });
}
