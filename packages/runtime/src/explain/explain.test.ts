import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeAuthService, type FakeAuthService, pluginRole, type RoleSpec } from "@access-plugins/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { examplePlugin } from "../testing/example-plugin.ts";
import { runCaptured } from "../testing/run-command-line.ts";

const fixtures = join(import.meta.dirname, "../fixtures/explain");
const requestFile = join(fixtures, "request.json");
const rulesFile = join(fixtures, "rules.json");

let dir: string;
let config: string;
let auth: FakeAuthService;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "explain-"));
  config = join(dir, "plugin.toml");
  auth = await createFakeAuthService();
  auth.resources.set({ kind: "node", name: "web-1", labels: { env: "prod" } });
  await writeFile(join(dir, "identity"), await auth.identityFile(), { mode: 0o600 });
  const toml = `
[teleport]
addr = "${auth.address}"
identity = "${dir}/identity"
[chat]
token = "planted-token-1234"
url = "https://chat.example.com"
[role_to_recipients]
"*" = "everybody"
"auditor" = ["auditors", "nobody"]
[log]
output = "${dir}/plugin.log"
`;
  await writeFile(config, toml, { mode: 0o600 });
});

beforeEach(() => {
  auth.directory.setRole(pluginRole);
  for (const name of ["one", "two"]) auth.monitoringRules.delete(name);
});

afterAll(async () => {
  auth.close();
  await rm(dir, { recursive: true });
});

const run = (...argv: readonly string[]) => runCaptured(examplePlugin, ["explain", ...argv]);

const explain = (...argv: readonly string[]) => run(...argv, "-c", config);

function setRule(name: string, condition: string, recipients: readonly string[] = [`${name}-room`]): void {
  auth.monitoringRules.set({ name, condition, notification: { name: "example", recipients } });
}

/** The plugin's role without its allow rule on this kind. */
function without(kind: string): RoleSpec {
  const rules = (pluginRole.allow?.rules ?? []).filter(({ resources }) => !resources.includes(kind));
  return { ...pluginRole, allow: { ...pluginRole.allow, rules } };
}

describe("a request that Teleport knows", { timeout: 20_000 }, () => {
  test("is explained by reading only, and nothing is logged beside the answer", async () => {
    await writeFile(join(dir, "plugin.log"), "as it was\n");
    const id = auth.createRequest({ roles: ["editor"], suggestedReviewers: ["bob@example.com"] });
    const { code, out, err } = await explain(id);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain(`Access Request ${id} of alice@example.com: PENDING\n`);
    expect(out).toContain('\nAccess Monitoring Rules for "example": none\n');
    expect(out).toContain('  everybody: would be told, person everybody (role editor by "*")\n');
    expect(out).toMatch(/\nSomebody would be told\.\n$/u);
    expect(auth.calls.count("UpdatePluginData")).toBe(0);
    expect(auth.pluginData(id)).toEqual({});
    expect(await readFile(join(dir, "plugin.log"), "utf8")).toBe("as it was\n");
  });

  test("exits with 2 when nobody is told, and names what mends it", async () => {
    setRule("one", "true", ["nobody"]);
    const roles: readonly string[] = [];
    const id = auth.createRequest({ resources: [{ kind: "node", name: "web-1" }], roles });
    auth.resolve(id, "denied");
    const { code, out } = await explain(id);
    expect(code).toBe(2);
    expect(out).toContain("  nobody: blocked until an operator mends it (rule one)\n");
    expect(out).toContain("      recipient_unknown: nobody is unknown\n      fix: Invite them.\n");
    expect(out).toMatch(/\nNobody is told: the request was closed before it was routed\.\n$/u);
  });

  test("asks the platform nothing with --offline", async () => {
    const id = auth.createRequest({ roles: ["auditor"] });
    const { code, out } = await explain(id, "--offline");
    expect(code).toBe(0);
    expect(out).toContain("  nobody: would be told (role auditor)\n");
  });

  test("is told as JSON with --json", async () => {
    const id = auth.createRequest({ roles: ["auditor"] });
    const { code, out } = await explain(id, "--json");
    expect(code).toBe(0);
    const explanation: unknown = JSON.parse(out);
    expect(explanation).toMatchObject({
      request: { id, state: "pending", created: expect.stringMatching(/^\d{4}-.*Z$/u) },
      plugin: "example",
      told: true,
      now: {
        tier: "static",
        recipients: [
          { raw: "auditors", outcome: "told", from: [{ role: "auditor", entry: "auditor" }] },
          { raw: "nobody", outcome: "blocked", lookUp: { error: { code: "recipient_unknown", fix: "Invite them." } } },
        ],
      },
    });
  });

  test("cannot forge a line of the answer, nor move the cursor", async () => {
    const hostile = "a\nSomebody would be told.\n\u001b[2J\u202e";
    const id = auth.createRequest({ roles: ["auditor"], suggestedReviewers: [hostile, "ok@example.com"] });
    for (const flags of [[], ["--json"]]) {
      const { out } = await explain(id, ...flags);
      expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
      expect(out.split("\n").filter((line) => line === "Somebody would be told.").length).toBeLessThan(2);
    }
  });

  test("that nobody knows exits with 3 and names the cluster", async () => {
    const id = "0195e3a1-6f3b-7c2d-9a10-3f1f6f1d2a77";
    expect(await explain(id)).toEqual({
      code: 3,
      out: "",
      err: `teleport-example: error: The Teleport cluster example.com has no Access Request ${id}.
    fix: Check the id with \`tctl requests ls\`, and that this is the right cluster. Requests that have expired are gone.
`,
    });
  });
});

describe("a permission that is missing", { timeout: 20_000 }, () => {
  test("on access_request is told apart from an unknown id", async () => {
    const id = auth.createRequest();
    auth.directory.setRole(without("access_request"));
    const { code, out, err } = await explain(id);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/the verb "?(list|read)"?.* on "?access_request"?/u);
  });

  test("on rules leaves them out, as the running plugin does", async () => {
    setRule("one", "true");
    const id = auth.createRequest({ roles: ["editor"] });
    auth.directory.setRole(without("access_monitoring_rule"));
    const { code, out } = await explain(id);
    expect(code).toBe(0);
    expect(out).toMatch(
      /note: Access Monitoring Rules are off, for the running plugin as well: .*the verb "list" on "access_monitoring_rule".*\n {4}fix: Add the rule access_monitoring_rule: \[list\] to the plugin's role\./u,
    );
    expect(out).toContain("  everybody: would be told");
  });

  test("on users concerns the rules about traits only", async () => {
    setRule("one", 'user.traits["level"].contains("L1")');
    setRule("two", "true");
    const id = auth.createRequest();
    expect((await explain(id)).out).toContain("  matched        one -> one-room\n");
    auth.directory.setRole(without("user"));
    const { code, out } = await explain(id);
    expect(code).toBe(0);
    expect(out).toMatch(
      / {2}lacks data {5}one: the requester's traits could not be read: .*the verb "read" on "user"/u,
    );
    expect(out).toContain("  matched        two -> two-room\n");
  });

  test("to see resources concerns the rules about labels only", async () => {
    setRule("one", 'access_request.spec.resource_labels_union["env"].contains("prod")');
    const id = auth.createRequest({ resources: [{ kind: "node", name: "web-1" }] });
    expect((await explain(id)).out).toContain("  matched        one -> one-room\n");
    auth.directory.setRole({ ...pluginRole, allow: { ...pluginRole.allow, reviewRequests: {} } });
    const { out } = await explain(id);
    expect(out).toMatch(
      / {2}lacks data {5}one: the labels of the requested resources could not be read: .*the verb "list" on "node"/u,
    );
  });
});

describe("a request in a file", () => {
  test("is judged by the rules beside it, with nobody asked and no secret needed", async () => {
    const path = join(dir, "routes-only.toml");
    const toml = `
[teleport]
identity = "/not/on/this/machine"
[chat]
token = "/not/here/either"
[routing]
max_suggested_reviewers = 2
[role_to_recipients]
"*" = "everybody"
dba = ["databases", "bob@example.com"]
`;
    await writeFile(path, toml);
    const { code, out, err } = await run("--file", requestFile, "--rules", rulesFile, "-c", path);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    await expect(out).toMatchFileSnapshot(join(fixtures, "offline.txt"));
    const json = await run("--file", requestFile, "--rules", rulesFile, "-c", path, "--json");
    await expect(json.out).toMatchFileSnapshot(join(fixtures, "offline.json"));
  });

  test("is chosen by its id from a list", async () => {
    const [request] = JSON.parse(await readFile(requestFile, "utf8"));
    const other = { ...request, metadata: { name: "other" }, spec: { ...request.spec, roles: null, state: "DENIED" } };
    const list = join(dir, "list.json");
    await writeFile(list, JSON.stringify([request, other]));
    expect((await explain("other", "--file", list)).out).toContain(
      "Access Request other of alice@example.com: DENIED\n",
    );
    expect(await explain("--file", list)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/list\.json holds 2 Access Requests\.\n {4}fix: Name the one that is meant/u),
    });
    expect(await explain("third", "--file", list)).toMatchObject({
      code: 3,
      err: expect.stringContaining("holds no Access Request third.\n"),
    });
    const single = join(dir, "single.json");
    await writeFile(single, JSON.stringify(request));
    expect((await explain("--file", single)).code).toBe(0);
  });

  test.each([
    ["not JSON", "kind: access_request", "it is not JSON"],
    ["another kind", '{"kind":"role"}', "it is no access_request but a role"],
    ["no resource", "[17]", "[0] is no access_request"],
    [
      "a list for a name",
      '[{"kind":"access_request","metadata":{"name":"x"},"spec":{"user":["x"]}}]',
      "[0].spec.user: Invalid input: expected string, received array",
    ],
  ])("that is %s is refused with the command that makes a right one", async (_what, text, problem) => {
    const path = join(dir, "wrong.json");
    await writeFile(path, text);
    expect(await explain("--file", path)).toEqual({
      code: 1,
      out: "",
      err: `teleport-example: error: ${path} cannot be used: ${problem}.
    fix: Make it with: tctl get access_request/<id> --format=json > request.json
`,
    });
  });

  test("that does not exist is named, as are rules that do not", async () => {
    expect((await explain("--file", "/no/request.json")).err).toContain(
      "/no/request.json cannot be used: the file does",
    );
    const { code, err } = await explain("--file", requestFile, "--rules", "/no/rules.json");
    expect(code).toBe(1);
    expect(err).toContain("tctl get access_monitoring_rules --format=json > rules.json");
  });
});

describe("wrong use", () => {
  test("names what is missing", async () => {
    expect(await explain()).toMatchObject({ code: 1, err: expect.stringContaining("No Access Request is named.") });
    expect((await explain("x", "--rules", rulesFile)).err).toContain("--rules goes with --file only.");
  });

  test("shows the faults of the configuration that matter", async () => {
    const path = join(dir, "wrong.toml");
    await writeFile(path, "[routing]\nmax_suggested_reviewers = -1\n");
    const { code, err } = await run("--file", requestFile, "-c", path);
    expect(code).toBe(1);
    expect(err).toContain(`${path}:2:1: error: `);
    expect(err).toContain("missing required value role_to_recipients.");
    expect(err).toContain("Terminating with fatal error: 2 errors in the configuration\n");
    expect((await run("--file", requestFile, "-c", "/no/file.toml")).err).toContain("the file does not exist");
  });
});
