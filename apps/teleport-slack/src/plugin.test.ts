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
  dir = await mkdtemp(join(tmpdir(), "teleport-slack-"));
  await writeFile(join(dir, "identity"), "identity", { mode: 0o600 });
  await writeFile(join(dir, "token"), "xoxb-planted-token\n", { mode: 0o600 });
});

afterEach(() => rm(dir, { recursive: true }));

/** Loads a configuration whose files are below `/etc/slack` or where the official example has them. */
async function load(toml: string) {
  const path = join(dir, "teleport-slack.toml");
  const here = toml.replaceAll("/etc/slack", dir).replaceAll("/var/lib/teleport/plugins/slack", dir);
  await writeFile(path, here, { mode: 0o600 });
  const redactor = createRedactor();
  const { config, faults } = await loadConfig(plugin, path, redactor, {});
  const printed = redactor.redact(renderFaults(path, faults)).replaceAll(dir, "/etc/slack");
  return { config, printed, faults };
}

describe("the example that configure prints", () => {
  const example = plugin.exampleToml();

  test("lacks nothing but values", async () => {
    const { config, faults } = await load(example);
    expect(config).toBeUndefined();
    expect(faults.map(({ message }) => message)).toEqual([
      "missing required value slack.token.",
      "missing required value role_to_recipients.",
    ]);
  });

  test("is right once the values are filled in", async () => {
    const filled = example.replace('# token = "', 'token = "').replace('# "*" =', '"*" =');
    const { config, printed } = await load(filled);
    expect(printed).toBe("");
    expect(config?.routes.roleToRecipients).toEqual({ "*": ["access-requests"] });
    expect(config?.secrets.reader("slack.token")()).toBe("xoxb-planted-token");
  });

  test("is right with every comment of a setting taken away, the two ways to log in apart", async () => {
    const everything = example
      .replaceAll(/^# ("?[\w*]+"? = )/gm, "$1")
      .replaceAll(/^(client_key|client_crt|root_cas) = .*\n/gm, "");
    const { config, printed } = await load(everything);
    expect(printed).toBe("");
    expect(config).toMatchObject({
      routes: { maxSuggestedReviewers: 50 },
      diagnostics: { host: "127.0.0.1", port: 8081 },
    });
  });

  test("names every setting", () => {
    const keys = [...renderSettingsTable(plugin).matchAll(/^\| `(?:\w+\.)?(\w+)`/gm)].map((match) => match[1] ?? "");
    const dead = ["auth_server", "recipients"];
    expect(keys.filter((key) => !dead.includes(key) && !example.includes(key))).toEqual([]);
  });
});

describe("a configuration for the official plugin", () => {
  test("its example parses and lacks values only", async () => {
    const { config, faults } = await load(
      await readFile(join(import.meta.dirname, "fixtures/official-example.toml"), "utf8"),
    );
    expect(config).toBeUndefined();
    expect(faults.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      "warning: unknown key `review` is ignored",
      "error: missing required value role_to_recipients.",
    ]);
  });

  test("what its chart renders starts without a change", async () => {
    const { config, printed } = await load(
      await readFile(join(import.meta.dirname, "fixtures/official-chart.toml"), "utf8"),
    );
    expect(printed).toBe("");
    expect(config).toMatchObject({
      teleport: { addr: "test.teleport.sh:443" },
      log: { output: "stdout", severity: "info" },
      routes: { roleToRecipients: { "*": ["admin"], dev: ["dev-access-requests", "alice@example.com"] } },
    });
  });
});

describe("a wrong configuration", () => {
  test.each(faulty)("%s", async (name) => {
    const { config, printed, faults } = await load(await readFile(join(fixtures, `${name}.toml`), "utf8"));
    expect(config).toBeUndefined();
    expect(printed).not.toContain("xoxb-planted");
    await expect(`${printed}\n${countFaults(faults)}\n`).toMatchFileSnapshot(join(fixtures, `${name}.txt`));
  });
});

test("the README's shortest configuration works", async () => {
  const toml = /```toml\n([\s\S]*?)```/.exec(await readFile(join(app, "README.md"), "utf8"))?.[1] ?? "";
  const { config, printed } = await load(toml);
  expect(printed).toBe("");
  expect(config?.routes.roleToRecipients).toEqual({
    "*": ["access-requests"],
    dev: ["dev-access-requests", "alice@example.com"],
  });
});

test("the README's table of settings is that of the schema", async () => {
  const readme = await readFile(join(app, "README.md"), "utf8");
  expect(readme).toContain(`<!-- settings -->\n\n${renderSettingsTable(plugin)}\n<!-- /settings -->`);
});
