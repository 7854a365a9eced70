import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countFaults, createRedactor, loadConfig, renderFaults, renderSettingsTable } from "@access-plugins/runtime";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { plugin } from "./plugin.ts";

const app = join(import.meta.dirname, "..");
const fixtures = join(import.meta.dirname, "fixtures/config-faults");
const faulty = (await readdir(fixtures)).filter((name) => name.endsWith(".toml")).map((name) => name.slice(0, -5));

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "teleport-msteams-"));
  await writeFile(join(dir, "identity"), "identity", { mode: 0o600 });
  await writeFile(join(dir, "app-secret"), "planted-secret\n", { mode: 0o600 });
});

afterEach(() => rm(dir, { recursive: true }));

/** Loads a configuration whose files are where the examples have them. */
async function load(toml: string) {
  const path = join(dir, "teleport-msteams.toml");
  await writeFile(path, toml.replaceAll("/var/lib/teleport/plugins/msteams", dir), { mode: 0o600 });
  const redactor = createRedactor();
  const { config, faults } = await loadConfig(plugin, path, redactor, {});
  const printed = redactor.redact(renderFaults(path, faults)).replaceAll(dir, "/etc/msteams");
  return { config, printed, faults };
}

describe("the example", () => {
  const example = plugin.exampleToml();

  test("lacks nothing but values, and all of them are named at once", async () => {
    const { config, faults } = await load(example);
    expect(config).toBeUndefined();
    expect(faults.map(({ message }) => message)).toEqual([
      "missing required value msapi.app_id.",
      "missing required value msapi.tenant_id.",
      "missing required value msapi.teams_app_id.",
      "missing required value msapi.app_secret.",
      "missing required value role_to_recipients.",
    ]);
  });

  test("is right with every comment of a setting taken away, but for the ways to sign in that exclude others", async () => {
    const everything = example
      .replaceAll(/^# ("?[\w*]+"? = )/gm, "$1")
      .replaceAll(/^(client_key|client_crt|root_cas|certificate_password) = .*\n/gm, "");
    const { config, printed } = await load(everything);
    expect(printed).toBe("");
    expect(config?.secrets.reader("msapi.app_secret")()).toBe("planted-secret");
  });

  test("names every setting", () => {
    const keys = [...renderSettingsTable(plugin).matchAll(/^\| `(?:\w+\.)*(\w+)`/gm)].map((match) => match[1] ?? "");
    // The platform has no reactions a bot may give.
    const dead = ["auth_server", "default_recipient", "status_reactions"];
    expect(keys.filter((key) => !dead.includes(key) && !example.includes(key))).toEqual([]);
  });
});

describe("a configuration for the official plugin", () => {
  test.each(["official-template", "official-chart"])("%s starts without a change", async (name) => {
    const { config, printed } = await load(await readFile(join(import.meta.dirname, `fixtures/${name}.toml`), "utf8"));
    expect(printed).toBe("");
    expect(config?.routes.roleToRecipients["*"]?.length).toBeGreaterThan(0);
    expect(config?.secrets.reader("msapi.app_secret")()).toBe("planted-secret");
  });
});

describe("a wrong configuration", () => {
  test.each(faulty)("%s", async (name) => {
    const { config, printed, faults } = await load(await readFile(join(fixtures, `${name}.toml`), "utf8"));
    expect(config).toBeUndefined();
    expect(printed).not.toContain("planted-secret");
    await expect(`${printed}\n${countFaults(faults)}\n`).toMatchFileSnapshot(join(fixtures, `${name}.txt`));
  });
});

test("the README's shortest configuration works", async () => {
  const toml = /```toml\n([\s\S]*?)```/.exec(await readFile(join(app, "README.md"), "utf8"))?.[1] ?? "";
  const { config, printed } = await load(toml);
  expect(printed).toBe("");
  expect(config?.routes.roleToRecipients["*"]).toEqual(["alice@example.com"]);
});

test("the README's table of settings is that of the schema", async () => {
  const readme = await readFile(join(app, "README.md"), "utf8");
  expect(readme).toContain(`<!-- settings -->\n\n${renderSettingsTable(plugin)}\n<!-- /settings -->`);
});
