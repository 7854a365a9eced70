import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative as relativePath } from "node:path";
import { rootCertificates } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { countFaults, renderFaults } from "./fault.ts";
import { loadConfig } from "./load-config.ts";
import { createRedactor } from "./redactor.ts";
import { examplePlugin } from "./testing/example-plugin.ts";

const fixtures = join(import.meta.dirname, "fixtures/config-faults");
const cases = (await readdir(fixtures)).filter((name) => name.endsWith(".toml")).map((name) => name.slice(0, -5));

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "load-config-"));
  const files = { identity: "identity", token: "secret-token-1234\n", empty: " \n", long: "x".repeat(2_001) };
  for (const [name, text] of Object.entries({ ...files, "two-lines": "first-line\nsecond-line\n" })) {
    await writeFile(join(dir, name), text, { mode: 0o600 });
  }
});

afterEach(() => rm(dir, { recursive: true }));

async function load(toml: string, environment: Record<string, string> = {}) {
  const path = join(dir, "example.toml");
  await writeFile(path, toml.replaceAll("@DIR@", dir), { mode: 0o600 });
  return loadConfig(examplePlugin, path, createRedactor(), environment);
}

/** What a user sees, with the folder of this run replaced by a fixed one. */
function render(faults: Parameters<typeof renderFaults>[1]): string {
  return renderFaults(join(dir, "example.toml"), faults).replaceAll(dir, "/etc");
}

const good = `
[teleport]
addr = "example.com:443"
identity = "@DIR@/identity"

[chat]
token = "secret-token-1234"
url = "https://chat.example.com"

[role_to_recipients]
"*" = "everybody"
`;

async function loadGood(toml: string, environment: Record<string, string> = {}) {
  const { config, faults } = await load(toml, environment);
  if (config === undefined) throw new Error(render(faults));
  return { config, faults, warnings: faults.map(({ message }) => message.replaceAll(dir, "/etc")) };
}

describe("a wrong configuration", () => {
  test("there are cases", () => {
    expect(cases.length).toBeGreaterThanOrEqual(25);
  });

  test.each(cases)("%s: every fault is told at once, with place and fix", async (name) => {
    const { config, faults } = await load(await readFile(join(fixtures, `${name}.toml`), "utf8"));
    expect(config).toBeUndefined();
    const printed = `${render(faults)}\n${countFaults(faults)}\n`;
    expect(printed).not.toContain("secret-token");
    await expect(printed).toMatchFileSnapshot(join(fixtures, `${name}.txt`));
  });
});

describe("a right configuration", () => {
  test("has the official defaults", async () => {
    const { config, faults } = await loadGood(good);
    expect(faults).toEqual([]);
    expect(config).toMatchObject({
      teleport: {
        addr: "example.com:443",
        credentials: { identity: join(dir, "identity") },
        refreshIntervalMs: 60_000,
      },
      log: { output: "stderr", severity: "info", format: "text" },
      routes: { roleToRecipients: { "*": ["everybody"] }, maxSuggestedReviewers: 50 },
      messages: { notifyRequester: true, statusReactions: true },
      diagnostics: undefined,
      environment: { failFast: false },
    });
    expect(config.secrets.reader("chat.token")()).toBe("secret-token-1234");
  });

  test("may leave the address out", async () => {
    const { config } = await loadGood(good.replace(/addr = .*/, ""));
    expect(config.teleport.addr).toBe("localhost:3025");
  });

  test("may log in with a TLS trio", async () => {
    const trio = 'client_key = "@DIR@/identity"\nclient_crt = "@DIR@/identity"\nroot_cas = "@DIR@/identity"';
    const { config } = await loadGood(good.replace(/identity = .*/, trio));
    const path = join(dir, "identity");
    expect(config.teleport.credentials).toEqual({ clientKey: path, clientCrt: path, rootCas: path });
  });

  test("reads intervals, lists of recipients and our own keys", async () => {
    const { config } = await loadGood(`
[teleport]
identity = "@DIR@/identity"
refresh_identity = true
refresh_identity_interval = "1m30s"
[chat]
token = "@DIR@/token"
url = "https://chat.example.com"
[role_to_recipients]
"*" = [" a ", "b"]
dev = "c"
ops = []
[log]
output = "1"
severity = "WARNING"
format = "JSON"
[routing]
max_suggested_reviewers = 0
[messages]
notify_requester = false
status_reactions = false
[diagnostics]
listen_addr = "[::1]:8081"
`);
    expect(config).toMatchObject({
      teleport: { refreshIntervalMs: 90_000 },
      routes: { roleToRecipients: { "*": ["a", "b"], dev: ["c"], ops: [] }, maxSuggestedReviewers: 0 },
      messages: { notifyRequester: false, statusReactions: false },
      log: { output: "1", severity: "warn", format: "json" },
      diagnostics: { host: "::1", port: 8081 },
    });
    expect(config.secrets.reader("chat.token")()).toBe("secret-token-1234");
  });

  test.each([
    ["stderr", "warn"],
    ["error", "err"],
    ["2", "Error"],
    ["stdout", "debug"],
    ["out", "INFO"],
  ])("takes the log output %s and the severity %s", async (output, severity) => {
    const { faults } = await loadGood(`${good}[log]\noutput = "${output}"\nseverity = "${severity}"\n`);
    expect(faults).toEqual([]);
  });

  test("takes an interval of zero for the default, as the official plugins do", async () => {
    const { config } = await loadGood(good.replace("[chat]", 'refresh_identity_interval = "0s"\n[chat]'));
    expect(config.teleport.refreshIntervalMs).toBe(60_000);
  });

  test("may begin with a byte-order mark and have Windows line ends", async () => {
    const { faults } = await loadGood(`\uFEFF${good.replaceAll("\n", "\r\n")}`);
    expect(faults).toEqual([]);
  });
});

describe("a file for the official plugin", () => {
  test("takes the deprecated auth_server when addr is not set, with the official warning", async () => {
    const { config, warnings } = await loadGood(good.replace("addr =", "auth_server ="));
    expect(config.teleport.addr).toBe("example.com:443");
    expect(warnings).toEqual(["Configuration setting `auth_server` is deprecated, consider to change it to `addr`"]);
  });

  test("prefers addr to auth_server", async () => {
    const { config } = await loadGood(good.replace("addr =", 'auth_server = "old.example.com"\naddr ='));
    expect(config.teleport.addr).toBe("example.com:443");
  });

  test("starts with unknown keys, each with a warning", async () => {
    const { warnings } = await loadGood(`${good}[review]\nenabled = true\n`);
    expect(warnings).toEqual(["unknown key `review` is ignored"]);
  });

  test("takes keys in capitals, as its parser does, with a note", async () => {
    const { config, warnings } = await loadGood(good.replace("[chat]", "[CHAT]").replace("token", "TOKEN"));
    expect(config.secrets.reader("chat.token")()).toBe("secret-token-1234");
    expect(warnings).toEqual(["`CHAT` is taken for `chat`", "`chat.TOKEN` is taken for `token`"]);
  });

  test("prefers the exact key to one in capitals", async () => {
    const { config, warnings } = await loadGood(good.replace("[chat]", 'ADDR = "b.example.com"\n[chat]'));
    expect(config.teleport.addr).toBe("example.com:443");
    expect(warnings).toEqual(["unknown key `teleport.ADDR` is ignored"]);
  });

  test("keeps role names as they are written", async () => {
    const { config } = await loadGood(`${good}Dev = "a"\n"role with space" = "b"\n`);
    expect(Object.keys(config.routes.roleToRecipients)).toEqual(["*", "Dev", "role with space"]);
  });
});

describe("unsafe settings are warned of", () => {
  test("a configuration with a secret that everybody can read", async () => {
    await load(good);
    const path = join(dir, "example.toml");
    await chmod(path, 0o644);
    const { faults } = await loadConfig(examplePlugin, path, createRedactor(), {});
    expect(render(faults)).toBe(
      "/etc/example.toml: warning: the file holds a secret and is readable by every user of this machine\n" +
        "    fix: chmod o-rwx /etc/example.toml",
    );
  });

  test("not when the secret is in a file of its own", async () => {
    await load(good.replace("secret-token-1234", "@DIR@/token"));
    const path = join(dir, "example.toml");
    await chmod(path, 0o644);
    const { faults } = await loadConfig(examplePlugin, path, createRedactor(), {});
    expect(faults).toEqual([]);
  });

  test("secret and identity files that everybody can read", async () => {
    await chmod(join(dir, "token"), 0o604);
    await chmod(join(dir, "identity"), 0o644);
    const { warnings } = await loadGood(good.replace("secret-token-1234", "@DIR@/token"));
    expect(warnings).toEqual([
      "`teleport.identity`: /etc/identity holds a private key and is readable by every user of this machine",
      "/etc/token holds a secret and is readable by every user of this machine",
    ]);
  });

  test("the relative path of a file, which is taken for the secret itself", async () => {
    const relative = relativePath(process.cwd(), join(dir, "token"));
    const { config, warnings } = await loadGood(good.replace("secret-token-1234", relative));
    expect(config.secrets.reader("chat.token")()).toBe(relative);
    expect(warnings).toEqual(["`chat.token` is the name of a file but is used as the secret itself"]);
  });
});

describe("the environment", () => {
  test.each([
    ["true", true],
    ["1", true],
    ["F", false],
    ["", false],
  ])("TELEPORT_PLUGIN_FAIL_FAST=%s", async (text, failFast) => {
    const { config } = await loadGood(good, { TELEPORT_PLUGIN_FAIL_FAST: text });
    expect(config.environment.failFast).toBe(failFast);
  });

  test("a value that is no boolean is an error with the official text", async () => {
    const { config, faults } = await load(good, { TELEPORT_PLUGIN_FAIL_FAST: "yes" });
    expect(config).toBeUndefined();
    expect(render(faults)).toBe(
      "/etc/example.toml: error: failed to parse content 'yes' of the TELEPORT_PLUGIN_FAIL_FAST environment variable\n" +
        '    fix: set TELEPORT_PLUGIN_FAIL_FAST to "true" or "false", or unset it',
    );
  });
});

describe("SSL_CERT_FILE", () => {
  test("names certificates to trust besides Node's own", async () => {
    const certificates = rootCertificates.slice(0, 2);
    await writeFile(join(dir, "ca.pem"), `# a bundle\n${certificates.join("\n")}\n`);
    const { config } = await loadGood(good, { SSL_CERT_FILE: join(dir, "ca.pem") });
    expect(config.environment.certificates).toEqual(certificates);
  });

  test.each([
    ["does not exist", "no.pem", "cannot be used: ENOENT"],
    ["holds something else", "token", "holds no certificate"],
    ["holds a broken certificate", "broken.pem", "cannot be used: "],
  ])("is an error when its file %s", async (_, name, problem) => {
    const broken = "-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n";
    await writeFile(join(dir, "broken.pem"), broken);
    const { config, faults } = await load(good, { SSL_CERT_FILE: join(dir, name) });
    expect(config).toBeUndefined();
    expect(render(faults)).toContain(`error: SSL_CERT_FILE: /etc/${name} ${problem}`);
  });
});

describe("a file that is no configuration", () => {
  test("is missing: the fix says how to make one", async () => {
    const { faults } = await loadConfig(examplePlugin, join(dir, "no.toml"), createRedactor(), {});
    expect(renderFaults("/etc/no.toml", faults).replaceAll(dir, "/etc")).toBe(
      "/etc/no.toml: error: the file does not exist\n" +
        "    fix: create it with `teleport-example configure > /etc/no.toml` and fill in your values, or name another file with --config",
    );
  });

  test.each([
    ["is a folder", "/", "this is a folder"],
    ["is a device", "/dev/zero", "this is not a regular file"],
  ])("%s", async (_, path, message) => {
    const { faults } = await loadConfig(examplePlugin, path, createRedactor(), {});
    expect(faults).toMatchObject([{ level: "error", message }]);
  });

  test("is not UTF-8", async () => {
    const path = join(dir, "latin1.toml");
    await writeFile(path, Buffer.from([0x61, 0x3d, 0x22, 0xff, 0x22]));
    const { faults } = await loadConfig(examplePlugin, path, createRedactor(), {});
    expect(faults).toMatchObject([{ message: "the file is not UTF-8 text" }]);
  });

  test("is too large", async () => {
    const path = join(dir, "large.toml");
    await writeFile(path, "#".repeat(2 ** 20 + 1));
    const { faults } = await loadConfig(examplePlugin, path, createRedactor(), {});
    expect(faults).toMatchObject([{ message: "the file is larger than 1 MiB" }]);
  });
});

describe("secrets", () => {
  test("are known to the redactor before anything is said about the configuration", async () => {
    const redactor = createRedactor();
    const path = join(dir, "example.toml");
    await writeFile(
      path,
      '[chat]\ntoken = "secret-token-1234"\nurl = "https://secret-token-1234@host"\nretries = -1\n',
    );
    const { config } = await loadConfig(examplePlugin, path, redactor, {});
    expect(config).toBeUndefined();
    expect(redactor.redact("the url https://secret-token-1234@host")).toBe("the url https://[redacted]@host");
  });
});
