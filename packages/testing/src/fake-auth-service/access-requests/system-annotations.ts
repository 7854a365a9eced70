import type { RoleSpec } from "../cluster/role.ts";
import { expandTraits } from "../cluster/role-matcher.ts";

interface Holder {
  readonly roles: readonly RoleSpec[];
  readonly traits: Readonly<Record<string, readonly string[]>>;
}

/** Annotations of the roles that allow the request, traits expanded, less those that any role denies. */
export function toAnnotations(granting: readonly RoleSpec[], holder: Holder): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  for (const role of granting) {
    for (const [key, values] of Object.entries(role.allow?.request?.annotations ?? {})) {
      const expanded = values
        .flatMap((value) => expandTraits(value, holder.traits))
        .filter((v) => !isAnnotationDenied(holder, key, v));
      result[key] = [...new Set([...(result[key] ?? []), ...expanded])];
    }
  }
  return result;
}

function isAnnotationDenied({ roles, traits }: Holder, key: string, value: string): boolean {
  return roles.some((role) =>
    (role.deny?.request?.annotations?.[key] ?? []).flatMap((one) => expandTraits(one, traits)).includes(value),
  );
}
