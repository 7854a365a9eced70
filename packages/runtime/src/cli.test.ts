import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { definePlugin, type Plugin } from "./define-plugin.ts";
import { examplePlugin } from "./testing/example-plugin.ts";
import { runCaptured } from "./testing/run-command-line.ts";
import { runProcess } from "./testing/run-process.ts";

const main = fileURLToPath(import.meta.resolve("./testing/example-main.ts"));

let dir: string;
let config: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "cli-"));
  config = join(dir, "good.toml");
  await writeFile(join(dir, "identity"), "identity", { mode: 0o600 });
  const toml = `
[teleport]
identity = "${dir}/identity"
[chat]
token = "planted-token-1234"
url = "https://chat.example.com"
[role_to_recipients]
"*" = "everybody"
[log]
output = "${dir}/plugin.log"
`;
  await writeFile(config, toml, { mode: 0o600 });
});

afterAll(() => rm(dir, { recursive: true }));

const run = (argv: readonly string[], plugin: Plugin = examplePlugin) => runCaptured(plugin, argv);

/** A plugin without commands of its own. */
const plainPlugin = definePlugin({
  name: "teleport-plain",
  version: "0.1.0",
  pluginName: "plain",
  title: "Teleport Access Plain Plugin",
  description: "Teleport plugin for tests.",
  minServerVersion: "8.0.0",
  exampleToml: () => "# An example.\n",
  settings: {},
  secrets: [],
  roleToRecipients: "optional",
  createMessenger: () => {
    throw new Error("never built");
  },
});

describe("as a process", { timeout: 30_000 }, () => {
  test("version prints one line", async () => {
    const { code, stdout, stderr } = await runProcess(main, ["version"]);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `teleport-example v1.2.3 node${process.versions.node}\n`,
      stderr: "",
    });
  });

  test("no command at all prints the usage on standard error", async () => {
    const { code, stdout, stderr } = await runProcess(main, []);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^Usage: teleport-example \[<flags>\] <command>/);
  });

  test("help is no failure", async () => {
    const { code, stdout, stderr } = await runProcess(main, ["help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const name of ["configure", "version", "start", "explain", "validate", "help"])
      expect(stdout).toContain(`  ${name}`);
  });

  test("a wrong configuration prints its faults and nothing else", async () => {
    const path = join(dir, "wrong.toml");
    await writeFile(path, '[chat]\ntoken = "planted-token-1234"\nurl = "planted-token-1234"\n');
    const { code, stdout, stderr } = await runProcess(main, ["start", "--config", path]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.replaceAll(dir, "/etc")).toBe(
      [
        '/etc/wrong.toml:3:1: error: `chat.url` cannot be the string "[redacted]"',
        "    fix: use a URL such as https://chat.example.com",
        "/etc/wrong.toml: error: missing required value role_to_recipients.",
        '    fix: add `"*" = ["recipient"]` below [role_to_recipients]: who is told about roles that have no entry of their own',
        "/etc/wrong.toml: error: missing connection credentials: no credentials configured in [teleport]",
        "    fix: set `identity` to the path of the identity file",
        "/etc/wrong.toml: warning: the file holds a secret and is readable by every user of this machine",
        "    fix: chmod o-rwx /etc/wrong.toml",
        "Terminating with fatal error: 3 errors and 1 warning in the configuration",
        "",
      ].join("\n"),
    );
  });

  test("what the environment says is checked with the rest", async () => {
    const { code, stderr } = await runProcess(main, ["start", "-c", config], { TELEPORT_PLUGIN_FAIL_FAST: "maybe" });
    expect(code).toBe(1);
    expect(stderr).toContain("failed to parse content 'maybe' of the TELEPORT_PLUGIN_FAIL_FAST environment variable");
  });
});

describe("flags", () => {
  test.each([
    [["--nope"], "unknown long flag '--nope'"],
    [["start", "--nope"], "unknown long flag '--nope'"],
    [["start", "--nope=secret"], "unknown long flag '--nope', or one that takes no value"],
    [["start", "--debug=true"], "unknown long flag '--debug', or one that takes no value"],
    [["start", "-x"], "unknown short flag '-x'"],
    [["-d", "start"], "unknown short flag '-d'"],
    [["start", "--config"], "expected argument for flag '--config'"],
    [["start", "extra"], "unexpected argument after 'start'"],
    [["nope"], 'expected command but got "nope"'],
    [["strat"], 'expected command but got "strat" (Did you mean start?)'],
    [["start", "--confg", "x"], "unknown long flag '--confg' (Did you mean --config?)"],
    [["configure"], "required flag(s) '--appID' not provided"],
    [["configure", "--appID", "1"], "required argument 'dir' not provided"],
  ])("%j is refused", async (argv, problem) => {
    expect(await run(argv)).toEqual({ code: 1, out: "", err: `teleport-example: error: ${problem}, try --help\n` });
  });

  test.each([
    [["start", "--config", "/no/file.toml"]],
    [["start", "--config=/no/file.toml"]],
    [["start", "-c", "/no/file.toml"]],
    [["start", "-c/no/file.toml"]],
    [["start", "-dc", "/no/file.toml"]],
    [["start", "--debug", "--config=/no/file.toml"]],
    [["start", "--no-debug", "-c", "/no/file.toml", "-d"]],
  ])("%j is understood", async (argv) => {
    const { code, err } = await run(argv);
    expect(code).toBe(1);
    expect(err).toMatch(/^\/no\/file\.toml: error: the file does not exist\n/);
  });

  test("an empty --config is told as such", async () => {
    const { code, err } = await run(["start", "--config="]);
    expect(code).toBe(1);
    expect(err).toContain("--config: error: no configuration file is named\n");
  });

  test("without --config the file is below /etc", async () => {
    const { err } = await run(["start"], plainPlugin);
    expect(err).toMatch(/^\/etc\/teleport-plain\.toml: error: the file does not exist\n/);
  });
});

describe("configure", () => {
  test("prints the example", async () => {
    expect(await run(["configure"], plainPlugin)).toEqual({ code: 0, out: "# An example.\n", err: "" });
  });

  test("may be replaced by a platform's own, with arguments and flags", async () => {
    const argv = ["configure", "target", "--appID=5", "--app-secret-file", "/s", "-f"];
    const { code, out } = await run(argv);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      args: { dir: "target" },
      flags: { appID: "5", "app-secret-file": "/s", force: "true" },
    });
  });
});

describe("a platform's own command", () => {
  test("works with the checked configuration", async () => {
    const { code, out, err } = await run(["validate", "alice", "--config", config]);
    expect({ code, out, err }).toEqual({ code: 0, out: "found alice on https://chat.example.com\n", err: "" });
  });

  test("fails with one line and its fix", async () => {
    expect(await run(["validate", "nobody", "-c", config])).toEqual({
      code: 1,
      out: "",
      err: "teleport-example: error: nobody is unknown\n    fix: Invite them.\n",
    });
  });

  test("prints no secret, whatever it does", async () => {
    expect(await run(["leak", "-c", config])).toEqual({
      code: 1,
      out: "token [redacted]\n",
      err: "token [redacted]\nteleport-example: error: token [redacted]\n    fix: [redacted]\n",
    });
  });

  test("tells the faults of the configuration like start", async () => {
    const { code, err } = await run(["validate", "alice", "-c", "/no/file.toml"]);
    expect(code).toBe(1);
    expect(err).toContain("Terminating with fatal error: 1 error in the configuration\n");
  });

  test("leaves the log file of the plugin that runs beside it alone", async () => {
    await writeFile(join(dir, "plugin.log"), "INFO  Plugin is ready\n");
    await run(["validate", "alice", "-c", config, "--debug"]);
    expect(await readFile(join(dir, "plugin.log"), "utf8")).toBe("INFO  Plugin is ready\n");
  });
});
