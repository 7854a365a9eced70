import type { ClaimMapping } from "./role.ts";

type Traits = Readonly<Record<string, readonly string[]>>;

/** Patterns are few and asked about at every request. */
const compiled = new Map<string, RegExp>();

/** Teleport's matching of names in roles: `*` stands for any text, `^…$` is a regular expression, else equality. */
export function matchesName(pattern: string, name: string): boolean {
  const isExpression = pattern.startsWith("^") && pattern.endsWith("$");
  if (!isExpression && !pattern.includes("*")) return pattern === name;
  const known = compiled.get(pattern);
  const expression = known ?? (isExpression ? new RegExp(pattern, "u") : toExpression(pattern));
  if (!known) compiled.set(pattern, expression);
  return expression.test(name);
}

const toExpression = (pattern: string) => new RegExp(`^${pattern.split("*").map(escapeText).join(".*")}$`, "su");

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
