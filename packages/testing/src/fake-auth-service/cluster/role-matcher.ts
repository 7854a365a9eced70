import type { ClaimMapping } from "./role.ts";

type Traits = Readonly<Record<string, readonly string[]>>;

/** Teleport's matching of names in roles: `*` stands for any text, `^…$` is a regular expression, else equality. */
export function matchesName(pattern: string, name: string): boolean {
  if (pattern.startsWith("^") && pattern.endsWith("$")) return new RegExp(pattern, "u").test(name);
  if (!pattern.includes("*")) return pattern === name;
  return new RegExp(`^${pattern.split("*").map(escapeText).join(".*")}$`, "su").test(name);
}

const escapeText = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");

export const matchesAny = (patterns: readonly string[] | undefined, name: string) =>
  (patterns ?? []).some((pattern) => matchesName(pattern, name));

/** The role patterns of a condition for somebody with these traits: the plain ones and those earned by claims. */
export function toRolePatterns(
  from: { readonly roles?: readonly string[]; readonly claimsToRoles?: readonly ClaimMapping[] } | undefined,
  traits: Traits,
): readonly string[] {
  const claimed = (from?.claimsToRoles ?? [])
    .filter(({ claim, value }) => (traits[claim] ?? []).some((held) => matchesName(value, held)))
    .flatMap(({ roles }) => roles);
  return [...(from?.roles ?? []), ...claimed];
}

/** `{{external.name}}` and `{{internal.name}}` become the trait's values; a value with an unknown trait goes. */
export function expandTraits(value: string, traits: Traits): readonly string[] {
  const match = /^(.*)\{\{\s*(?:external|internal)\.([\w.-]+)\s*\}\}(.*)$/s.exec(value);
  if (!match) return [value];
  const [, before = "", name = "", after = ""] = match;
  return (traits[name] ?? []).map((held) => before + held + after);
}
