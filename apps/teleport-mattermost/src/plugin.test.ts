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
  dir = await mkdtemp(join(tmpdir(), "teleport-mattermost-"));
  await writeFile(join(dir, "identity"), "identity", { mode: 0o600 });
  await writeFile(join(dir, "token"), "planted-token\n", { mode: 0o600 });
});

afterEach(() => rm(dir, { recursive: true }));

/** Loads a configuration whose files are below `/etc/mattermost` or where the official example has them. */
async function load(toml: string) {
  const path = join(dir, "teleport-mattermost.toml");
  const here = toml.replaceAll("/etc/mattermost", dir).replaceAll("/var/lib/teleport/plugins/mattermost", dir);
  await writeFile(path, here, { mode: 0o600 });
  const redactor = createRedactor();
  const { config, faults } = await loadConfig(plugin, path, redactor, {});
  const printed = redactor.redact(renderFaults(path, faults)).replaceAll(dir, "/etc/mattermost");
  return { config, printed, faults };
}

describe("the example that configure prints", () => {
  const example = plugin.exampleToml();

  test("lacks nothing but values", async () => {
    const { config, faults } = await load(example);
    expect(config).toBeUndefined();
    expect(faults.map(({ message }) => message)).toEqual([
      "missing required value mattermost.url.",
      "missing required value mattermost.token.",
    ]);
  });

  test("is right once the values are filled in", async () => {
    const filled = example.replaceAll(/^# (url|token|"\*") = /gm, "$1 = ");
    const { config, printed } = await load(filled);
    expect(printed).toBe("");
    expect(config?.routes.roleToRecipients).toEqual({ "*": ["dev/access-requests"] });
    expect(config?.secrets.reader("mattermost.token")()).toBe("planted-token");
  });

  test("is right with every comment of a setting taken away, what excludes each other apart", async () => {
    const everything = example
      .replaceAll(/^# ("?[\w*]+"? = )/gm, "$1")
      .replaceAll(/^(client_key|client_crt|root_cas|recipients) = .*\n/gm, "");
    const { config, printed } = await load(everything);
    expect(printed).toBe("");
    expect(config).toMatchObject({
      routes: { maxSuggestedReviewers: 50, roleToRecipients: { editor: ["dev/editors", "alice@example.com"] } },
      diagnostics: { host: "127.0.0.1", port: 8081 },
    });
  });

  test("names every setting", () => {
    const keys = [...renderSettingsTable(plugin).matchAll(/^\| `(?:\w+\.)?(\w+)`/gm)].map((match) => match[1] ?? "");
    expect(keys.filter((key) => key !== "auth_server" && !example.includes(key))).toEqual([]);
  });
});

describe("recipients", () => {
  const server = `[teleport]
identity = "/etc/mattermost/identity"

[mattermost]
url = "https://mattermost.example.com"
token = "/etc/mattermost/token"
`;

  test("of the [mattermost] table take the place of the whole role map, with a warning", async () => {
    const roles = `recipients = ["dev/all"]\n\n[role_to_recipients]\n"*" = "dev/some"\neditor = "dev/editors"\n`;
    const { config, printed } = await load(`${server}${roles}`);
    expect(config?.routes.roleToRecipients).toEqual({ "*": ["dev/all"] });
    expect(printed).toContain("`role_to_recipients` is not used");
  });

  test("of an empty list leave the role map as it is", async () => {
    const { config, printed } = await load(
      `${server}recipients = []\n\n[role_to_recipients]\neditor = "dev/editors"\n`,
    );
    expect(config?.routes.roleToRecipients).toEqual({ editor: ["dev/editors"] });
    expect(printed).toBe("");
  });

  test("need not be there at all: suggested reviewers are told", async () => {
    const { config, printed } = await load(server);
    expect(config?.routes.roleToRecipients).toEqual({});
    expect(printed).toBe("");
  });
});

describe("a configuration for the official plugin", () => {
  test.each(["official-example", "official-chart"])("%s starts without a change", async (name) => {
    const { config, faults } = await load(await readFile(join(import.meta.dirname, `fixtures/${name}.toml`), "utf8"));
    expect(config).toBeDefined();
    expect(faults.filter(({ level }) => level === "error")).toEqual([]);
  });
});

describe("a wrong configuration", () => {
  test.each(faulty)("%s", async (name) => {
    const { config, printed, faults } = await load(await readFile(join(fixtures, `${name}.toml`), "utf8"));
    expect(config).toBeUndefined();
    expect(printed).not.toContain("planted-token");
    await expect(`${printed}\n${countFaults(faults)}\n`).toMatchFileSnapshot(join(fixtures, `${name}.txt`));
  });
});

test("the README's shortest configuration works", async () => {
  const toml = /```toml\n([\s\S]*?)```/.exec(await readFile(join(app, "README.md"), "utf8"))?.[1] ?? "";
  const { config, printed } = await load(toml);
  expect(printed).toBe("");
  expect(config?.routes.roleToRecipients).toEqual({
    "*": ["dev/access-requests"],
    editor: ["dev/editors", "alice@example.com"],
  });
});

test("the README's table of settings is that of the schema", async () => {
  const readme = await readFile(join(app, "README.md"), "utf8");
  expect(readme).toContain(`<!-- settings -->\n\n${renderSettingsTable(plugin)}\n<!-- /settings -->`);
});
