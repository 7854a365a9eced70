import type { Role, User } from "../teleport.ts";

/**
 * A template that is one trait of the requester, with text around it: `{{internal.logins}}`, `{{external["team"]}}-ops`.
 * Everything else Teleport can compute (`{{email.local(external.email)}}`) is shown as it is written.
 */
const traitTemplate = /^([^{}]*)\{\{\s*(?:internal|external)(?:\.(\w+)|\["([^"\]]+)"\])\s*\}\}([^{}]*)$/u;

/** The most logins of one role that a message names; a trait may hold thousands. */
const mostLogins = 50;

/** Whether it takes the requester's traits to say which logins these are. */
export function needTraits(logins: readonly string[]): boolean {
  return logins.some((login) => traitTemplate.test(login));
}

/**
 * The logins a role gives, sorted, without those it denies. Without traits templates stay as they are written; a trait
 * that the user does not have gives no login, as on the server.
 */
export function toLogins(role: Role, traits: User["traits"] | undefined): readonly string[] {
  const expand = (logins: readonly string[]) => logins.flatMap((login) => expandTemplate(login, traits));
  const denied = new Set(expand(role.deny.logins));
  if (denied.has("*")) return [];
  const given = [...new Set(expand(role.allow.logins))].filter((login) => !denied.has(login)).sort();
  if (given.length <= mostLogins) return given;
  return [...given.slice(0, mostLogins - 1), `… and ${given.length - mostLogins + 1} more`];
}

function expandTemplate(login: string, traits: User["traits"] | undefined): readonly string[] {
  const [, before, name, quoted, after] = traitTemplate.exec(login) ?? [];
  const trait = name ?? quoted;
  if (trait === undefined || traits === undefined) return [login];
  const values = Object.hasOwn(traits, trait) ? (traits[trait] ?? []) : [];
  return values.map((value) => `${before}${value}${after}`);
}
