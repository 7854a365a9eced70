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
  /** Suggested reviewers that are no e-mail addresses: nobody can be found by them. */
  readonly invalid: readonly string[];
}

/**
 * The static tier: for every requested role its own recipients, or those of `"*"` where it has none, and the suggested
 * reviewers besides. A request without roles matches nothing of the map, not even `"*"`.
 */
export function routeStatic(request: AccessRequest, routes: Routes): Routing {
  const reviewers = unique(request.suggestedReviewers);
  const valid = reviewers.filter(isEmailAddress);
  const kept = valid.slice(0, routes.maxSuggestedReviewers);
  const byRole = request.roles.flatMap((role) => recipientsOf(role, routes.roleToRecipients));
  const recipients = unique([...byRole, ...kept]);
  return {
    tier: "static",
    recipients,
    cut: valid.filter((reviewer) => !recipients.includes(reviewer)).length,
    invalid: reviewers.filter((reviewer) => !isEmailAddress(reviewer)),
  };
}

function recipientsOf(role: string, map: Routes["roleToRecipients"]): readonly string[] {
  const own = Object.hasOwn(map, role) ? (map[role] ?? []) : [];
  const chosen = own.length > 0 || role === "*" ? own : (map["*"] ?? []);
  return chosen.filter((recipient) => recipient !== "");
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
