import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSetup, runPlugin, type Setup } from "../testing/run-plugin.ts";

let setup: Setup;

beforeEach(async () => {
  setup = await openSetup();
});

afterEach(() => setup.close());

const uninstall = () => runPlugin(["uninstall", "-c", setup.config]);

describe("uninstall", { timeout: 30_000 }, () => {
  test("removes the app from every person and leaves teams alone", async () => {
    const { tenant, settings } = setup.teams;
    const alice = tenant.addUser({ mail: "alice@example.com" });
    tenant.addUser({ mail: "bob@example.com" });
    tenant.install(alice, settings.installDelay);
    const link = tenant.linkOf(tenant.addChannel(tenant.addTeam({ name: "T" }), { name: "C" }));
    await setup.write(["alice@example.com", "bob@example.com", link]);
    const { code, stdout } = await uninstall();
    expect(code).toBe(0);
    expect(stdout.split("\n").toSorted()).toEqual(
      [
        "",
        " - alice@example.com: app removed",
        " - bob@example.com: app was not installed",
        ` - ${link}: skipped: an owner of the team removes the app from it`,
        "Successfully uninstalled app for all recipients",
      ].toSorted(),
    );
    expect(tenant.installations).toEqual([]);
  });

  test("goes on after a failure and ends with exit code 1", async () => {
    const { tenant, settings } = setup.teams;
    tenant.install(tenant.addUser({ mail: "alice@example.com", enabled: false }), settings.installDelay);
    await setup.write(["nobody@example.com", "alice@example.com"]);
    const { code, stdout, stderr } = await uninstall();
    expect(code).toBe(1);
    expect(stdout).toContain(" - alice@example.com: app removed");
    expect(stdout).toMatch(/ - nobody@example\.com: failed: User by email .* not found\.\n {3}fix: /u);
    expect(stderr).toContain("The following error(s) happened when uninstalling the Teams App: 1 of 2");
    expect(tenant.installations).toEqual([]);
  });
});
