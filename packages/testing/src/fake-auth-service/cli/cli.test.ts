import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { createCtlCommand } from "./ctl-command.ts";
import { parseDuration } from "./duration.ts";
import { type CommandIo, runCommand } from "./run-command.ts";
import { createSimCommand } from "./sim-command.ts";

const script = fileURLToPath(new URL("auth-sim.ts", import.meta.url));
/** Two starts of a Node process that strips types from everything it loads. */
const TIMEOUT_MS = 60_000;

async function makeDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "auth-sim-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** A running `auth-sim` on a free port, and its first line of output. */
async function startSim(dir: string): Promise<{ child: ChildProcess; ready: string }> {
  const args = [script, "--dir", dir, "--listen", "127.0.0.1:0"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [ready] = await once(createInterface(child.stdout), "line");
  return { child, ready: String(ready) };
}

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function capture(run: (io: CommandIo) => Promise<number>): Promise<Result> {
  let out = "";
  let err = "";
  const code = await run({
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { code, out: out.trim(), err: err.trim() };
}

const ctl = (...args: string[]) => capture((io) => runCommand(createCtlCommand(io), args, io));
const sim = (...args: string[]) =>
  capture((io) =>
    runCommand(
      createSimCommand(io, async () => "test"),
      args,
      io,
    ),
  );

test("a running service: credentials, a story told by commands, an end, a restart", {
  timeout: TIMEOUT_MS,
}, async () => {
  const dir = await makeDir();
  const { child, ready } = await startSim(dir);
  expect(ready).toMatch(/^ready 127\.0\.0\.1:[1-9]\d*$/);
  const authority = await checkCredentials(dir);
  const id = await tellStory(dir);
  await followReadme(dir);
  child.kill("SIGKILL");
  await once(child, "close");

  const old = await readFile(join(dir, "requester"), "utf8");
  const again = await startSim(dir);
  expect((await ctl("--dir", dir, "--as", "admin", "list")).out).toContain(`${id}\tDENIED`);
  expect(await readFile(join(dir, "plugin.cas"), "utf8")).toBe(authority);
  expect(await readFile(join(dir, "requester"), "utf8")).not.toBe(old);
  again.child.kill("SIGINT");
  expect(await once(again.child, "close")).toEqual([0, null]);
});

test("a fresh start forgets requests, another cluster's are never taken over, proxies can stand in front", async () => {
  const dir = await makeDir();
  const listen = ["--dir", dir, "--listen", "127.0.0.1:0"];
  const make = async () => {
    await ctl("--dir", dir, "--as", "requester", "create", "--roles", "editor");
    return "made";
  };
  let listed = "";
  const list = async () => {
    listed = (await ctl("--dir", dir, "--as", "admin", "list")).out;
    return "listed";
  };
  const during = (work: () => Promise<string>, ...flags: string[]) =>
    capture((io) => runCommand(createSimCommand(io, work), [...listen, ...flags], io));
  const between = ["--proxy-listen", "--balancer-listen", "--http-proxy-listen"].flatMap((flag) => [
    flag,
    "127.0.0.1:0",
  ]);
  const { code, err } = await during(make, ...between, "--proxy-tunnel-port", "0");
  expect(code).toBe(0);
  expect(err).toMatch(
    /^proxy 127\.0\.0\.1:\d+, web authority in .*\/proxy\.cas, SSH tunnels at 127\.0\.0\.1:\d+\nload balancer 127\.0\.0\.1:\d+, web authority in .*\/balancer\.cas\nHTTP proxy http:\/\/127\.0\.0\.1:\d+$/m,
  );
  await during(list);
  expect(listed).toContain("PENDING");
  await during(list, "--fresh");
  expect(listed).toBe("");
  await during(make);
  await during(list, "--cluster", "other");
  expect(listed).toBe("");
});

async function checkCredentials(dir: string): Promise<string> {
  const secret = ["admin", "identity", "plugin.key", "requester", "reviewer"];
  const names = await readdir(dir);
  expect(names).toEqual(expect.arrayContaining([...secret, "plugin.cas", "plugin.crt"]));
  expect(names.filter((name) => name.startsWith("."))).toEqual([]);
  for (const name of secret) expect((await stat(join(dir, name))).mode & 0o777).toBe(0o600);
  const authority = await readFile(join(dir, "plugin.cas"), "utf8");
  expect(await readFile(join(dir, "identity"), "utf8")).toContain(authority);
  return authority;
}

/** Runs the commands of the README as they stand there. */
async function followReadme(dir: string): Promise<void> {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const commands = [...readme.matchAll(/^ {4}(?:ID=\$\()?pnpm --silent auth-ctl (.*?)\)?$/gm)].map(
    ([, args]) => args ?? "",
  );
  expect(commands.length).toBeGreaterThan(5);
  let id = "";
  for (const command of commands) {
    const words =
      command
        .replaceAll("DIR", dir)
        .replaceAll("$ID", id)
        .match(/"[^"]*"|\S+/g) ?? [];
    const result = await ctl(...words.map((word) => word.replaceAll('"', "")));
    expect(result, command).toMatchObject({ code: 0, err: "" });
    if (command.includes(" create --roles")) id = result.out;
  }
}

/** Gives the id of a request that is denied in the end. */
async function tellStory(dir: string): Promise<string> {
  const as = (name: string, ...args: string[]) => ctl("--dir", dir, "--as", name, ...args);
  const wish = ["--roles", "editor", "--reason", "OPS-1", "--reviewers", "bob@example.com"];
  const created = await as("requester", "create", ...wish);
  expect(created).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  const id = created.out;
  expect((await as("reviewer", "list")).out).toBe(`${id}\tPENDING\talice@example.com\teditor\t"OPS-1"`);
  expect(await as("reviewer", "review", id, "--approve", "--reason", "ok")).toMatchObject({ code: 0, out: "APPROVED" });
  expect(await as("reviewer", "review", id, "--deny")).toEqual({
    code: 1,
    out: "",
    err: 'ALREADY_EXISTS: user "bob@example.com" has already reviewed this request',
  });
  expect((await as("admin", "resolve", id, "denied")).out).toBe("DENIED");
  const [listed] = JSON.parse((await as("identity", "list", "--json")).out);
  expect(listed).toMatchObject({ Metadata: { Name: id }, Spec: { State: "DENIED", Reviews: [{ Reason: "ok" }] } });
  const dry = await as("requester", "create", "--resources", "/example.com/app/grafana", "--dry-run");
  expect(JSON.parse(dry.out)[0].Spec.Roles).toEqual(["node-access"]);

  const second = (await as("requester", "create", "--roles", "editor")).out;
  expect((await as("reviewer", "promote", second, "Production on-call")).out).toBe("PROMOTED");
  expect((await as("requester", "delete", second)).code).toBe(1);
  expect(await as("admin", "delete", second)).toEqual({ code: 0, out: "", err: "" });
  expect((await as("identity", "plugin-data", id)).out).toBe("{}");

  const list = ["ops", "--title", "On call", "--owners", "bob@example.com", "--owner-lists", "leads"];
  expect(await as("admin", "lists", "set", ...list)).toEqual({ code: 0, out: "", err: "" });
  await as("admin", "lists", "set", "ops", "--audit", "2026-03-24", "--notice", "3d", "--type", "dynamic");
  expect((await as("identity", "lists", "list")).out).toMatch(
    /^ops\tOn call\tbob@example\.com,leads\t2026-03-24T00:00:00.000Z$/mu,
  );
  expect((await as("identity", "plugin-data", "ops", "--list")).out).toBe("{}");
  expect((await as("admin", "lists", "delete", "ops")).code).toBe(0);
  expect((await as("identity", "lists", "list")).out).not.toContain("ops");

  await as("admin", "rules", "create", "r", "--plugin", "slack", "--recipients", "#a,#b");
  expect((await as("identity", "rules", "list")).out).toBe("r\tslack\t#a,#b\ttrue");
  expect((await as("admin", "rules", "delete", "r")).code).toBe(0);
  const office = ["--schedule", "Europe/Berlin Monday 09:00-17:00"];
  expect(await as("admin", "rules", "create", "s", "--plugin", "slack", "--recipients", "#a", ...office)).toEqual({
    code: 0,
    out: "",
    err: "",
  });
  await labelResources(as);
  return id;
}

/** What is set with a command is what requests are told to be about at the next call. */
async function labelResources(as: (name: string, ...args: string[]) => Promise<Result>): Promise<void> {
  expect((await as("admin", "resources", "list")).out).toContain(
    "node\tf0c37a3e-1b2c-4d5e-8f90-a1b2c3d4e5f6\tweb-1\tenv=prod",
  );
  const set = ["resources", "set", "node", "uuid-3", "--hostname", "web-3", "--labels", "env=test,os=linux"];
  expect(await as("admin", ...set)).toEqual({ code: 0, out: "", err: "" });
  expect((await as("admin", "resources", "delete", "app", "grafana")).code).toBe(0);
  const { out } = await as("admin", "resources", "list");
  expect(out).toContain("node\tuuid-3\tweb-3\tenv=test,os=linux");
  expect(out).not.toContain("grafana");
}

describe("wrong use", () => {
  test.each([
    ["no directory", sim, ["--listen", "127.0.0.1:0"], 2, "--dir"],
    ["no port", sim, ["--dir", "x", "--listen", "localhost"], 2, "HOST:PORT"],
    ["an unknown version", sim, ["--dir", "x", "--listen", "h:1", "--profile", "16"], 2, "14, 15 or 18"],
    ["an unknown flag", sim, ["--dir", "x", "--listen", "h:1", "--bogus"], 2, "--bogus"],
    ["nonsense for a duration", sim, ["--dir", "x", "--listen", "h:1", "--expiry-interval", "2"], 2, "500ms, 2s"],
    ["nobody to be", ctl, ["--dir", "x", "list"], 2, "--as"],
    ["no verdict", ctl, ["--dir", "x", "--as", "y", "review", "id"], 2, "--approve or --deny"],
    ["a resource that is none", ctl, ["--dir", "/none", "--as", "y", "create", "--resources", "x"], 1, "Cannot read"],
    [
      "a label without a value",
      ctl,
      ["--dir", "x", "--as", "y", "resources", "set", "node", "n", "--labels", "x"],
      2,
      "key=value",
    ],
    ["an unknown command", ctl, ["--dir", "x", "--as", "y", "frobnicate"], 2, "frobnicate"],
    [
      "nonsense for an audit",
      ctl,
      ["--dir", "x", "--as", "y", "lists", "set", "z", "--audit", "soon"],
      2,
      "2026-03-24",
    ],
    ["no such identity", ctl, ["--dir", "/none", "--as", "y", "list"], 1, "Start auth-sim with the same --dir first"],
  ] as const)("%s", async (_what, command, args, code, message) => {
    expect(await command(...args)).toMatchObject({ code, out: "", err: expect.stringContaining(message) });
  });

  test("help is no fault", async () => {
    expect(await sim("--help")).toMatchObject({ code: 0, out: expect.stringContaining("--expiry-interval") });
  });

  test("a port that is taken is told", async () => {
    const dir = await makeDir();
    expect(await sim("--dir", dir, "--listen", "192.0.2.1:3025")).toMatchObject({ code: 1, out: "" });
  });
});

test.each([
  ["500ms", 500],
  ["2s", 2000],
  ["1h30m", 5_400_000],
  ["7d", 604_800_000],
  ["", undefined],
  ["0s", undefined],
  ["2", undefined],
  ["2 s", undefined],
  ["s", undefined],
  ["-2s", undefined],
])("%j is %s milliseconds", (duration, ms) => {
  expect(parseDuration(duration)).toBe(ms);
});
