import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeSlackServer, type FakeSlackServer } from "@access-plugins/slack/testing";
import { createFakeAuthService, type FakeAuthService } from "@access-plugins/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type PluginProcess, startPlugin } from "./testing/plugin-process.ts";

let dir: string;
let auth: FakeAuthService;
let slack: FakeSlackServer;
const running: PluginProcess[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "teleport-slack-"));
  auth = await createFakeAuthService();
  slack = await createFakeSlackServer({ token: "xoxb-planted-token-1" });
  slack.workspace.addChannel({ name: "access-requests" });
  await writeFile(join(dir, "identity"), await auth.identityFile(), { mode: 0o600 });
  await writeFile(join(dir, "token"), slack.token, { mode: 0o600 });
});

afterEach(async () => {
  for (const { child } of running.splice(0)) child.kill("SIGKILL");
  await slack.close();
  auth.close();
  await rm(dir, { recursive: true });
});

interface Settings {
  readonly token?: string;
  readonly more?: string;
  readonly env?: Record<string, string>;
  readonly flags?: readonly string[];
}

async function start({ token = join(dir, "token"), more = "", env = {}, flags = [] }: Settings = {}) {
  const config = join(dir, "teleport-slack.toml");
  const toml = `
[teleport]
addr = "${auth.address}"
identity = "${dir}/identity"
refresh_identity = true

[slack]
token = "${token}"
apiurl = "${slack.apiUrl}"

[role_to_recipients]
"*" = "access-requests"

${more}
`;
  await writeFile(config, toml, { mode: 0o600 });
  const plugin = startPlugin(["start", "-c", config, ...flags], env);
  running.push(plugin);
  return plugin;
}

/** The messages of the log, without time, level and fields. */
function messagesOf({ stderr }: PluginProcess): string {
  return stderr.join("\n");
}

describe("start", () => {
  test("says when it is ready, posts, and stops gracefully", { timeout: 30_000 }, async () => {
    const plugin = await start();
    await plugin.untilPrinted(/INFO {2}Plugin is ready/);
    auth.createRequest();
    await slack.waitForMessages(1);
    plugin.child.kill("SIGTERM");
    expect(await plugin.untilExit()).toBe(0);
    expect(messagesOf(plugin)).toMatch(
      /INFO {2}Starting Teleport Access Slack Plugin \d[\s\S]*Plugin is ready[\s\S]*Attempting graceful shutdown[\s\S]*INFO {2}Successfully shut down$/,
    );
    expect(plugin.stdout).toEqual([]);
  });

  test("logs JSON to standard output when asked", { timeout: 30_000 }, async () => {
    const plugin = await start({ more: '[log]\noutput = "stdout"\nformat = "json"\n' });
    await auth.untilWatched();
    plugin.child.kill("SIGINT");
    expect(await plugin.untilExit()).toBe(0);
    const messages = plugin.stdout.map((line): unknown => JSON.parse(line).message);
    expect(messages.at(0)).toMatch(/^Starting Teleport Access Slack Plugin/);
    expect(messages.at(-1)).toBe("Successfully shut down");
    expect(plugin.stderr).toEqual([]);
  });

  test("a second signal ends it at once while a call hangs", { timeout: 30_000 }, async () => {
    const plugin = await start();
    await plugin.untilPrinted(/Plugin is ready/);
    const barrier = slack.hold({ method: "chat.postMessage", when: "before" });
    auth.createRequest();
    await slack.waitUntil(() => barrier.held > 0);
    plugin.child.kill("SIGTERM");
    await plugin.untilPrinted(/Attempting graceful shutdown/);
    plugin.child.kill("SIGTERM");
    expect(await plugin.untilExit()).toBe(1);
    expect(messagesOf(plugin)).toMatch(/Stopping at once: a second signal arrived$/);
  });

  test("serves health and metrics where it is told to", { timeout: 30_000 }, async () => {
    const plugin = await start({ more: '[diagnostics]\nlisten_addr = "127.0.0.1:0"\n' });
    const line = await plugin.untilPrinted(/Serving health and metrics/);
    const origin = `http://${/address=(\S+)/.exec(line)?.[1]}`;
    await plugin.untilPrinted(/Plugin is ready/);
    expect(await (await fetch(`${origin}/readyz`)).json()).toEqual({ ready: true, problems: [], open_requests: 0 });
    expect((await fetch(`${origin}/livez`)).status).toBe(200);
    const metrics = await (await fetch(`${origin}/metrics`)).text();
    expect(metrics).toContain('teleport_chat_watcher_connected{platform="slack"} 1');
    expect(metrics).toMatch(/teleport_chat_identity_expiry_timestamp_seconds\{platform="slack"\} \d{10}/);
    expect(metrics).toMatch(/teleport_chat_build_info\{version="[\d.]+",commit="",platform="slack"\} 1/);
  });
});

describe("a token in a file", () => {
  test("is used anew when it changes, without a restart", { timeout: 30_000 }, async () => {
    const plugin = await start();
    await plugin.untilPrinted(/Plugin is ready/);
    slack.tokens.grant("xoxb-planted-token-2");
    slack.tokens.revoke(slack.token);
    await writeFile(join(dir, "token"), "xoxb-planted-token-2\n");
    auth.createRequest();
    await slack.waitForMessages(1, 15_000);
    expect(plugin.child.exitCode).toBeNull();
    expect(messagesOf(plugin)).toContain("A secret was read again from its file key=slack.token");
  });

  test("is read again at SIGHUP", { timeout: 30_000 }, async () => {
    const plugin = await start();
    await plugin.untilPrinted(/Plugin is ready/);
    await writeFile(join(dir, "token"), "xoxb-planted-token-3\n");
    plugin.child.kill("SIGHUP");
    await plugin.untilPrinted(/A secret was read again from its file/);
    expect(plugin.child.exitCode).toBeNull();
  });
});

describe("what cannot work ends with one line, its fix and exit code 1", () => {
  test("an expired identity", { timeout: 30_000 }, async () => {
    const validUntil = new Date("2020-01-02T00:00:00Z");
    const identity = await auth.identityFile(undefined, { validFrom: new Date("2020-01-01T00:00:00Z"), validUntil });
    await writeFile(join(dir, "identity"), identity);
    const plugin = await start();
    expect(await plugin.untilExit()).toBe(1);
    expect(plugin.stderr.at(-1)).toMatch(
      /ERROR Terminating with fatal error: .*identity.* code=unauthenticated fix="[^"]+"/,
    );
    expect(messagesOf(plugin)).not.toContain("    at ");
  });

  test("a token that Slack refuses", { timeout: 30_000 }, async () => {
    const plugin = await start({ token: "xoxb-planted-token-unknown" });
    expect(await plugin.untilExit()).toBe(1);
    expect(plugin.stderr.at(-1)).toMatch(/ERROR Terminating with fatal error: .* code=unauthenticated fix="[^"]+"/);
  });

  test("an address for health that is taken", { timeout: 30_000 }, async () => {
    const port = new URL(slack.apiUrl).port;
    const plugin = await start({ more: `[diagnostics]\nlisten_addr = "127.0.0.1:${port}"\n` });
    expect(await plugin.untilExit()).toBe(1);
    expect(plugin.stderr.at(-1)).toMatch(/ERROR Terminating with fatal error: cannot listen on .*EADDRINUSE/);
  });

  test("the end of the watch, with TELEPORT_PLUGIN_FAIL_FAST only", { timeout: 30_000 }, async () => {
    const plugin = await start({ env: { TELEPORT_PLUGIN_FAIL_FAST: "true" } });
    await plugin.untilPrinted(/Plugin is ready/);
    auth.stop();
    expect(await plugin.untilExit()).toBe(1);
    expect(plugin.stderr.at(-1)).toMatch(/ERROR Terminating with fatal error: /);
  });
});

test("a Teleport that is away is waited for, visibly, and a signal ends the wait", { timeout: 30_000 }, async () => {
  auth.stop();
  const plugin = await start();
  await plugin.untilPrinted(/WARN .*trying again/);
  await auth.start();
  await plugin.untilPrinted(/Plugin is ready/);
  auth.stop();
  plugin.child.kill("SIGTERM");
  expect(await plugin.untilExit()).toBe(0);
});

test("no secret is in anything that is printed, not even with --debug", { timeout: 30_000 }, async () => {
  const plugin = await start({ flags: ["--debug"], more: `[log]\nseverity = "debug"\n` });
  await plugin.untilPrinted(/Plugin is ready/);
  auth.createRequest({ reason: "my token is xoxb-planted-token-1" });
  await slack.waitForMessages(1);
  slack.tokens.revoke(slack.token);
  auth.createRequest();
  await plugin.untilPrinted(/token_revoked|unauthenticated/);
  plugin.child.kill("SIGTERM");
  await plugin.untilExit();
  const printed = [...plugin.stderr, ...plugin.stdout].join("\n");
  const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----\n([\s\S]*?)\n-----END/.exec(
    await readFile(join(dir, "identity"), "utf8"),
  );
  expect(key?.[1]).toBeDefined();
  for (const line of key?.[1]?.split("\n") ?? []) expect(printed).not.toContain(line);
  expect(printed).not.toContain("planted-token");
});
