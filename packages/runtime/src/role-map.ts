import { type FaultList, renderKey } from "./fault.ts";
import { isTomlTable, toGoTypeName } from "./toml-value.ts";

/** Role name to raw recipients; `"*"` serves every role without an entry of its own. */
export type RoleMap = Readonly<Record<string, readonly string[]>>;

/** The key of the map, also inside messages. */
export const roleMapKey = "role_to_recipients";

const key = roleMapKey;
const shapeFix = 'write `"role" = ["recipient", …]` below [role_to_recipients]';
const everybodyFix =
  'add `"*" = ["recipient"]` below [role_to_recipients]: who is told about roles that have no entry of their own';

/**
 * Reads `[role_to_recipients]`. One string in place of an array is one recipient. The texts keep the official phrases.
 * `required`: the map must be there and serve every role (`"*"`).
 */
export function readRoleMap(value: unknown, required: boolean, faults: FaultList): RoleMap {
  if (value !== undefined && !isTomlTable(value)) {
    faults.error([key], `unexpected type for recipients ${toGoTypeName(value)}: ${key} must be a table`, shapeFix);
    return {};
  }
  const entries = Object.entries(value ?? {});
  if (required) checkPresence(value ?? {}, faults);
  return Object.fromEntries(entries.map(([role, recipients]) => [role, readRecipients(role, recipients, faults)]));
}

function checkPresence(map: Readonly<Record<string, unknown>>, faults: FaultList): void {
  const everybody = map["*"];
  const isEmpty = everybody === undefined || everybody === "" || (Array.isArray(everybody) && everybody.length === 0);
  if (Object.keys(map).length === 0) {
    faults.error([key], `missing required value ${key}.`, everybodyFix);
  } else if (isEmpty) {
    faults.error([key, "*"], `missing required value ${key}[*].`, everybodyFix);
  }
}

function readRecipients(role: string, value: unknown, faults: FaultList): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.flatMap((recipient, index) => {
    const path = Array.isArray(value) ? [key, role, index] : [key, role];
    if (typeof recipient !== "string") {
      const problem = `unexpected type for recipients value ${toGoTypeName(recipient)}`;
      const expected = Array.isArray(value) ? "a string" : "a string or an array of strings";
      faults.error(path, `${problem}: \`${renderKey(path)}\` must be ${expected}`, shapeFix);
    } else if (recipient.trim() === "") {
      faults.warn(path, `\`${renderKey(path)}\` is an empty recipient and is ignored`, "remove it");
    }
    return typeof recipient === "string" && recipient.trim() !== "" ? [recipient.trim()] : [];
  });
}
