import { type RoleSpec, type Threshold, toThreshold } from "../cluster/role.ts";
import { matchesAny, toRolePatterns } from "../cluster/role-matcher.ts";

type Traits = Readonly<Record<string, readonly string[]>>;

const defaultThreshold: Threshold = { name: "default", approve: 1, deny: 1 };

/** Whether this role of the requester allows requesting `wanted`, directly or, for resources, by searching as it. */
export function allowsRequesting(role: RoleSpec, wanted: string, traits: Traits, forResources: boolean): boolean {
  const request = role.allow?.request;
  if (matchesAny(toRolePatterns(request, traits), wanted)) return true;
  return forResources && matchesAny(request?.searchAsRoles, wanted);
}

/** Deny wins over allow, whichever role holds it. */
export function isRequestable(roles: readonly RoleSpec[], wanted: string, traits: Traits, forResources: boolean) {
  if (roles.some((role) => matchesAny(toRolePatterns(role.deny?.request, traits), wanted))) return false;
  return roles.some((role) => allowsRequesting(role, wanted, traits, forResources));
}

/**
 * What it takes to approve: per requested role one set for each of the requester's roles that allows requesting it
 * (all sets must be met, one threshold of a set is enough). Thresholds that are alike are listed once.
 */
export function toThresholds(
  holder: { readonly roles: readonly RoleSpec[]; readonly traits: Traits },
  wanted: readonly string[],
  forResources: boolean,
) {
  const thresholds: Threshold[] = [];
  const indexOf = (threshold: Threshold) => {
    const same = thresholds.findIndex((one) => isSame(one, threshold));
    return same >= 0 ? same : thresholds.push(threshold) - 1;
  };
  const mapping = wanted.map((name) => {
    const sets = holder.roles
      .filter((role) => allowsRequesting(role, name, holder.traits, forResources))
      .map((role) => ({ Indexes: [...new Set(thresholdsOf(role).map(indexOf))] }));
    return [name, { Sets: sets }] as const;
  });
  return { Thresholds: thresholds.map(toThreshold), RoleThresholdMapping: Object.fromEntries(mapping) };
}

function thresholdsOf(role: RoleSpec): readonly Threshold[] {
  const own = role.allow?.request?.thresholds ?? [];
  return own.length > 0 ? own : [defaultThreshold];
}

const isSame = (one: Threshold, other: Threshold) =>
  (one.name ?? "") === (other.name ?? "") &&
  (one.filter ?? "") === (other.filter ?? "") &&
  one.approve === other.approve &&
  one.deny === other.deny;
