import type { ClientIdentity } from "../connection/client-identity.ts";
import { accessDenied } from "../grpc/status-error.ts";
import type { Directory } from "./directory.ts";
import type { RoleRule, RoleSpec } from "./role.ts";

/** The caller of a method: who it is and what its roles, as they are now, let it do. */
export interface Caller {
  readonly user: string;
  readonly roles: readonly RoleSpec[];
  readonly traits: Readonly<Record<string, readonly string[]>>;
  /** When the caller's certificate ends, in milliseconds since 1970. */
  readonly expires: number;
  /** Some allow rule gives the verb on the resource, and no deny rule takes it. */
  may(resource: string, verb: string): boolean;
  /** Some deny rule takes the verb on the resource. */
  isDenied(resource: string, verb: string): boolean;
  /** Throws PermissionDenied unless all verbs are given. */
  demand(resource: string, ...verbs: readonly string[]): void;
}

/** Roles are those of the certificate, their content is today's. */
export function toCaller(identity: ClientIdentity, directory: Directory): Caller {
  const { user, expires } = identity;
  return withPermissions({
    user,
    expires,
    roles: directory.resolveRoles(identity.roles),
    traits: directory.traitsOf(user),
  });
}

/** The same caller with more roles. */
export const withRoles = (caller: Caller, extra: readonly RoleSpec[]): Caller =>
  withPermissions({ ...caller, roles: [...caller.roles, ...extra] });

function withPermissions(who: Pick<Caller, "user" | "roles" | "traits" | "expires">): Caller {
  const isDenied = (resource: string, verb: string) =>
    who.roles.some((role) => applies(role.deny?.rules, resource, verb));
  const may = (resource: string, verb: string) =>
    !isDenied(resource, verb) && who.roles.some((role) => applies(unconditional(role), resource, verb));
  return {
    ...who,
    may,
    isDenied,
    demand(resource, ...verbs) {
      const missing = verbs.find((verb) => !may(resource, verb));
      if (missing !== undefined) throw denial(resource, missing);
    },
  };
}

export const denial = (resource: string, verb: string) =>
  accessDenied(`access denied to perform action "${verb}" on "${resource}"`);

const unconditional = (role: RoleSpec) => role.allow?.rules?.filter((rule) => !rule.where);

function applies(rules: readonly RoleRule[] | undefined, resource: string, verb: string): boolean {
  return (rules ?? []).some(
    (rule) =>
      (rule.resources.includes(resource) || rule.resources.includes("*")) &&
      (rule.verbs.includes(verb) || rule.verbs.includes("*")),
  );
}
