import type { Check } from "@access-plugins/core";
import { afterEach, describe, expect, it } from "vitest";
import { readRoles } from "./check.ts";
import { openRig, type Rig } from "./testing/rig.ts";

const rigs: Rig[] = [];

async function check(prepare: (rig: Rig) => void) {
  const rig = await openRig();
  rigs.push(rig);
  prepare(rig);
  const findings: Check[] = [];
  for await (const finding of rig.messenger.check(rig.call())) if (finding.level !== "ok") findings.push(finding);
  return findings;
}

afterEach(async () => {
  await Promise.all(rigs.splice(0).map((rig) => rig.close()));
});

describe("the check", () => {
  it("names each permission that is missing and what does not work without it", async () => {
    const findings = await check(({ teams }) => teams.tokens.grant(["AppCatalog.Read.All", "User.ReadWrite.All"]));
    expect(findings.map(({ level, code }) => `${level} ${code}`)).toEqual([
      "warning permissions",
      "warning permissions",
    ]);
    expect(findings.map(({ fix }) => fix).join(" ")).toMatch(/ReadWriteSelfForUser\.All.*ReadWriteSelfForTeam\.All/su);
  });

  it("names the permission to look into the catalogue when that is the one", async () => {
    const findings = await check(({ teams }) => teams.tokens.grant(["User.Read.All"]));
    const [error] = findings.filter(({ level }) => level === "error");
    expect(error).toMatchObject({ code: "app" });
    expect(error?.fix).toContain("AppCatalog.Read.All");
  });

  it("says how to bring the app into the catalogue", async () => {
    const findings = await check(({ teams }) => {
      for (const { id } of teams.tenant.apps) teams.tenant.removeApp(id);
    });
    expect(findings).toMatchObject([{ code: "app", level: "error" }]);
    expect(findings[0]?.message).toMatch(/^Application [\w-]+ not found in the org app store/u);
    expect(findings[0]?.fix).toContain("app.zip");
  });

  it("says when the catalogue has it twice", async () => {
    const findings = await check(({ teams }) => teams.tenant.addApp({ externalId: teams.bot.teamsAppId }));
    expect(findings[0]?.message).toContain("more than one app");
  });

  it("takes an app of the public store by its only id", async () => {
    const findings = await check(({ teams }) => {
      for (const { id } of teams.tenant.apps) teams.tenant.removeApp(id);
      teams.tenant.addApp({ externalId: "", id: teams.bot.teamsAppId });
    });
    expect(findings).toEqual([]);
  });
});

describe("a token that is in no form we know", () => {
  it.each(["", "opaque", "a.b.c", `a.${Buffer.from("[]").toString("base64url")}.c`])(
    "%j tells no permissions",
    (token) => {
      expect(readRoles(token)).toBeUndefined();
    },
  );
});
