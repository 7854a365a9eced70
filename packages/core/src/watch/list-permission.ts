import type { Role, RoleRule } from "../teleport.ts";

const kind = "access_request";
const needed = ["list", "read"] as const;

/** What keeps a listing from being complete, and what mends it. */
export interface ListGap {
  /** Without a full stop. */
  readonly message: string;
  readonly fix: string;
}

/** {@link findListGap} for whoever watches, as a sentence. */
export function findListProblem(roles: readonly Role[]): string | undefined {
  const gap = findListGap(roles);
  if (gap === undefined) return undefined;
  return `${gap.message}: requests closed while disconnected cannot be noticed. ${gap.fix}`;
}

/**
 * What keeps a listing of Access Requests from being complete; undefined when nothing does. It has to be asked because a
 * role without `list` is shown an empty list, not an error: absence proves something only with the permission to see
 * everything.
 */
export function findListGap(roles: readonly Role[]): ListGap | undefined {
  const denied = needed.filter((verb) => roles.some((role) => role.deny.rules.some((rule) => covers(rule, verb))));
  const missing = needed.filter(
    (verb) => !roles.some((role) => role.allow.rules.some((rule) => covers(rule, verb) && rule.where === "")),
  );
  if (denied.length > 0) {
    return {
      message: `The plugin's role denies ${toVerbs(denied)} on ${kind}`,
      fix: "Remove it from the role's deny rules.",
    };
  }
  if (missing.length === 0) return undefined;
  return {
    message: `The plugin's role lacks ${toVerbs(missing)} on ${kind} without a where clause`,
    fix: "Add it to the role's allow rules.",
  };
}

function covers(rule: RoleRule, verb: string): boolean {
  const matches = (values: readonly string[], value: string) => values.includes(value) || values.includes("*");
  // Teleport's `read` rule does not imply `list`; `rw` and `ro` are its abbreviations.
  const verbs = rule.verbs.flatMap((word) => (word === "rw" || word === "ro" ? ["read", "list"] : [word]));
  return matches(rule.resources, kind) && matches(verbs, verb);
}

function toVerbs(verbs: readonly string[]): string {
  return verbs.map((verb) => `the verb ${verb}`).join(" and ");
}
