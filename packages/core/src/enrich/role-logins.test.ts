import { describe, expect, it } from "vitest";
import type { Role } from "../teleport.ts";
import { needTraits, toLogins } from "./role-logins.ts";

const traits = { logins: ["alice", "ubuntu"], team: ["web", "db"], "odd name": ["x"], empty: [] };

function toRole(allow: readonly string[], deny: readonly string[] = []): Role {
  return { name: "editor", allow: { logins: allow, rules: [] }, deny: { logins: deny, rules: [] } };
}

describe("the logins of a role", () => {
  it.each<[string, readonly string[], readonly string[], readonly string[]]>([
    ["are told once each, sorted", ["ubuntu", "admin", "ubuntu"], [], ["admin", "ubuntu"]],
    ["come from the requester's own traits", ["{{internal.logins}}", "root"], [], ["alice", "root", "ubuntu"]],
    ["come from the identity provider's traits", ["{{external.team}}"], [], ["db", "web"]],
    ["come from traits with odd names", [`{{external["odd name"]}}`], [], ["x"]],
    ["keep the text around a template", ["ssh-{{ external.team }}-ops"], [], ["ssh-db-ops", "ssh-web-ops"]],
    [
      "are none for a trait without values, or that the user does not have",
      ["{{internal.empty}}{{", "{{internal.no}}"],
      [],
      ["{{internal.empty}}{{"],
    ],
    [
      "keep templates that we cannot compute as written",
      ["{{email.local(external.email)}}", "{{user.spec.x}}"],
      [],
      ["{{email.local(external.email)}}", "{{user.spec.x}}"],
    ],
    ["are not those the role denies", ["root", "{{internal.logins}}"], ["{{internal.logins}}"], ["root"]],
    ["are none where the role denies all", ["root"], ["*"], []],
    ["may be none", [], [], []],
    ["look nothing up in what objects inherit", ["{{internal.constructor}}"], [], []],
  ])("%s", (_what, allow, deny, expected) => {
    expect(toLogins(toRole(allow, deny), traits)).toEqual(expected);
  });

  it("are shown as the role writes them while the traits are not known", () => {
    expect(toLogins(toRole(["{{internal.logins}}", "root"]), undefined)).toEqual(["root", "{{internal.logins}}"]);
  });

  it("are cut with a count: a trait may hold thousands", () => {
    const many = Array.from({ length: 1_000 }, (_, at) => `login-${String(at).padStart(4, "0")}`);
    const logins = toLogins(toRole(["{{internal.logins}}"]), { logins: many });
    expect(logins).toHaveLength(50);
    expect(logins.at(-1)).toBe("… and 951 more");
  });
});

it.each<[readonly string[], boolean]>([
  [["root"], false],
  [["root", "{{internal.logins}}"], true],
  [["{{email.local(external.email)}}"], false],
])("%j takes the requester's traits: %s", (logins, expected) => {
  expect(needTraits(logins)).toBe(expected);
});
