import { describe, expect, it } from "vitest";
import type { Role, RoleRule } from "../teleport.ts";
import { findListProblem } from "./list-permission.ts";

const rule = (verbs: string[], fields: Partial<RoleRule> = {}): RoleRule => ({
  resources: ["access_request"],
  verbs,
  where: "",
  ...fields,
});

function role(allow: RoleRule[], deny: RoleRule[] = []): Role {
  return { name: "plugin", allow: { logins: [], rules: allow }, deny: { logins: [], rules: deny } };
}

describe("findListProblem", () => {
  it.each<[string, Role[]]>([
    ["both verbs in one rule", [role([rule(["list", "read"])])]],
    ["both verbs in two rules", [role([rule(["list"]), rule(["read"])])]],
    ["both verbs in two roles", [role([rule(["list"])]), role([rule(["read"])])]],
    ["all verbs", [role([rule(["*"])])]],
    ["all kinds", [role([rule(["list", "read"], { resources: ["*"] })])]],
    ["a rule about several kinds", [role([rule(["list", "read"], { resources: ["user", "access_request"] })])]],
    ["the abbreviation ro", [role([rule(["ro"])])]],
    ["the abbreviation rw", [role([rule(["rw"])])]],
    ["a where clause beside a rule without one", [role([rule(["list", "read"]), rule(["read"], { where: "x" })])]],
    ["a denial of something else", [role([rule(["*"])], [rule(["update"]), rule(["*"], { resources: ["user"] })])]],
  ])("finds none with %s", (_what, roles) => {
    expect(findListProblem(roles)).toBeUndefined();
  });

  it.each<[string, Role[], string]>([
    ["no role", [], "lacks the verb list and the verb read"],
    ["read alone, which does not imply list", [role([rule(["read"])])], "lacks the verb list on"],
    ["list alone", [role([rule(["list"])])], "lacks the verb read on"],
    ["verbs on another kind", [role([rule(["*"], { resources: ["user"] })])], "lacks the verb list"],
    ["a where clause, which hides some", [role([rule(["list", "read"], { where: "x" })])], "without a where clause"],
    ["a denied verb", [role([rule(["*"])], [rule(["list"])])], "denies the verb list on"],
    [
      "a denial of everything in another role",
      [role([rule(["*"])]), role([], [rule(["*"])])],
      "denies the verb list and",
    ],
    ["a denial under a condition", [role([rule(["*"])], [rule(["read"], { where: "x" })])], "denies the verb read"],
  ])("names the verb, the consequence and the fix with %s", (_what, roles, words) => {
    const problem = findListProblem(roles);
    expect(problem).toContain(words);
    expect(problem).toContain("access_request");
    expect(problem).toMatch(
      /cannot be noticed\. (Add it to the role's allow|Remove it from the role's deny) rules\.$/u,
    );
  });
});
