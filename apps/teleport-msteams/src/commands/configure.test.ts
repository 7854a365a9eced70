import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inflateSync } from "node:zlib";
import { createRedactor, loadConfig, renderFaults } from "@access-plugins/runtime";
import AjvDraft04 from "ajv-draft-04";
import addFormats from "ajv-formats";
import { strFromU8, unzipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { plugin } from "../plugin.ts";
import { runPlugin } from "../testing/run-plugin.ts";

const appId = "11111111-1111-4111-8111-111111111111";
const tenantId = "22222222-2222-4222-8222-222222222222";
const files = [
  "app.zip",
  "color.png",
  "manifest.json",
  "outline.png",
  "teleport-msteams-role.yaml",
  "teleport-msteams.toml",
];

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "configure-"));
});

afterEach(() => rm(dir, { recursive: true }));

function configure(target: string, ...flags: readonly string[]) {
  return runPlugin(["configure", target, "--appID", appId, "--tenantID", tenantId, ...flags]);
}

/** Loads what was written; the identity file it names is put in its place. */
async function load(path: string) {
  await writeFile(join(dir, "identity"), "identity", { mode: 0o600 });
  const toml = await readFile(path, "utf8");
  await writeFile(path, toml.replaceAll("/var/lib/teleport/plugins/msteams/identity", join(dir, "identity")));
  const { config, faults } = await loadConfig(plugin, path, createRedactor(), {});
  return { config, printed: renderFaults(path, faults) };
}

describe("configure", { timeout: 30_000 }, () => {
  test("writes everything, for this user only, and says what to do next", async () => {
    const target = join(dir, "new/folder");
    const { code, stdout } = await configure(target, "--appSecret", "secret-4711");
    expect(code).toBe(0);
    expect((await readdir(target)).toSorted()).toEqual(files);
    expect((await stat(join(target, "teleport-msteams.toml"))).mode & 0o077).toBe(0);
    expect(stdout).toContain(`[1] Created target directory: ${target}\n[2] Generated configuration files\n`);
    expect(stdout).toMatch(/\[4\] Created app\.zip\n\nTeamsAppID: [\da-f-]{36}\n\nWhat to do next:\n/u);
    expect(stdout).toContain("TeamsAppInstallation.ReadWriteSelfForUser.All");
    expect(stdout).not.toContain("secret-4711");
  });

  test.each(["a+b<c>&'\"\\", "tab\there", "ünï✓", "ends with \\", '"""', "\u007f", "$& $1 $$"])(
    "writes the secret %j so that it is read back the same",
    async (secret) => {
      const target = join(dir, "out");
      expect((await configure(target, "--appSecret", secret)).code).toBe(0);
      const { config, printed } = await load(join(target, "teleport-msteams.toml"));
      expect(printed).toBe("");
      expect(config?.secrets.reader("msapi.app_secret")()).toBe(secret);
    },
  );

  test("names the secret's file instead, and warns of the other way", async () => {
    const secret = join(dir, "secret");
    await writeFile(secret, "secret-4711\n", { mode: 0o600 });
    const target = join(dir, "out");
    const { stderr } = await configure(target, "--appSecretFile", secret);
    expect(stderr).toBe("");
    expect(await readFile(join(target, "teleport-msteams.toml"), "utf8")).not.toContain("secret-4711");
    const { config } = await load(join(target, "teleport-msteams.toml"));
    expect(config?.secrets.reader("msapi.app_secret")()).toBe("secret-4711");
    const other = await configure(join(dir, "other"), "--appSecret", "x");
    expect(other.stderr).toMatch(/^warning: --appSecret can be seen/u);
  });

  test("takes an empty folder, and overwrites nothing in another one", async () => {
    const target = join(dir, "there");
    await mkdir(target);
    expect((await configure(target, "--appSecret", "x")).code).toBe(0);
    const before = await readFile(join(target, "manifest.json"), "utf8");
    const { code, stderr } = await configure(target, "--appSecret", "x");
    expect(code).toBe(1);
    expect(stderr).toContain(`${target} exists! Please, specify an empty folder`);
    expect(await readFile(join(target, "manifest.json"), "utf8")).toBe(before);
  });

  test.each([
    [["configure", "DIR", "--tenantID", tenantId, "--appSecret", "x"], "required flag(s) '--appID' not provided"],
    [["configure", "DIR", "--appID", appId, "--appSecret", "x"], "required flag(s) '--tenantID' not provided"],
    [["configure", "DIR", "--appID", appId, "--tenantID", tenantId], "required flag(s) '--appSecret' not provided"],
    [["configure", "DIR", "--appID", "no-guid", "--tenantID", tenantId, "--appSecret", "x"], "is no GUID"],
    [["configure", "DIR", "--appID", appId, "--tenantID", tenantId, "--appSecret", "/x"], "taken for a path"],
    [
      ["configure", "DIR", "--appID", appId, "--tenantID", tenantId, "--appSecret", "x", "--appSecretFile", "y"],
      "exclude each other",
    ],
    [["configure", "--appID", appId, "--tenantID", tenantId], "required argument 'dir' not provided"],
  ])("refuses %j", async (args, problem) => {
    const { code, stderr } = await runPlugin(args.map((arg) => arg.replace("DIR", join(dir, "out"))));
    expect(code).toBe(1);
    expect(stderr).toContain(problem);
    expect(await readdir(dir)).toEqual([]);
  });
});

describe("the app package", { timeout: 30_000 }, () => {
  async function unpack() {
    await configure(join(dir, "out"), "--appSecret", "x");
    return unzipSync(await readFile(join(dir, "out/app.zip")));
  }

  test("holds a manifest that Teams' schema takes, for this bot, and nothing but what it names", async () => {
    const files = await unpack();
    const manifest = JSON.parse(strFromU8(files["manifest.json"] ?? new Uint8Array()));
    const version = /v(\d+\.\d+)/u.exec(manifest.$schema)?.[1];
    const validate = compile(await readSchema(version ?? ""));
    validate(manifest);
    expect(validate.errors).toBeNull();
    expect(Object.keys(files).toSorted()).toEqual(
      [manifest.icons.color, manifest.icons.outline, "manifest.json"].toSorted(),
    );
    expect(manifest).toMatchObject({
      manifestVersion: version,
      bots: [{ botId: appId, scopes: ["personal", "team"], isNotificationOnly: true }],
      webApplicationInfo: { id: appId },
    });
    const toml = await readFile(join(dir, "out/teleport-msteams.toml"), "utf8");
    expect(toml).toContain(`teams_app_id = "${manifest.id}"`);
  });

  test("is refused by that schema when it is wrong", async () => {
    const validate = compile(await readSchema("1.27"));
    const manifest = JSON.parse(strFromU8((await unpack())["manifest.json"] ?? new Uint8Array()));
    expect(validate({ ...manifest, accentColor: "blue" })).toBe(false);
    expect(validate({ ...manifest, surprise: 1 })).toBe(false);
  });

  test("holds a colour icon of 192 x 192 without holes and an outline of 32 x 32, white on nothing", async () => {
    const files = await unpack();
    const colour = decodePng(files["color.png"]);
    expect([colour.width, colour.height]).toEqual([192, 192]);
    expect(colour.pixels.every(([, , , opacity]) => opacity === 255)).toBe(true);
    expect(new Set(colour.pixels.map(String)).size).toBeGreaterThan(100);
    const outline = decodePng(files["outline.png"]);
    expect([outline.width, outline.height]).toEqual([32, 32]);
    const visible = outline.pixels.filter(([, , , opacity]) => opacity > 0);
    expect(visible.every(([red, green, blue]) => red === 255 && green === 255 && blue === 255)).toBe(true);
    expect(visible.length).toBeGreaterThan(100);
    expect(visible.length).toBeLessThan(512);
  });

  test("is a new app each time", async () => {
    await configure(join(dir, "a"), "--appSecret", "x");
    await configure(join(dir, "b"), "--appSecret", "x");
    const idOf = async (name: string) => JSON.parse(await readFile(join(dir, name, "manifest.json"), "utf8")).id;
    expect(await idOf("a")).not.toBe(await idOf("b"));
  });
});

const require = createRequire(import.meta.url);

async function readSchema(version: string): Promise<object> {
  const entry = require.resolve("@microsoft/app-manifest");
  const [root] = entry.split("/build/");
  const file = join(root ?? dirname(entry), "build/json-schemas/teams", `v${version}`, "MicrosoftTeams.schema.json");
  return JSON.parse(await readFile(file, "utf8"));
}

function compile(schema: object) {
  const ajv = new AjvDraft04.default({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv.compile(schema);
}

/** Reads what our encoder writes: 8 bits a channel, no filters, one or more chunks of data. */
function decodePng(bytes: Uint8Array | undefined) {
  const file = Buffer.from(bytes ?? []);
  const data: Buffer[] = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    const length = file.readUInt32BE(at);
    if (file.toString("latin1", at + 4, at + 8) === "IDAT") data.push(file.subarray(at + 8, at + 8 + length));
  }
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  const rows = inflateSync(Buffer.concat(data));
  const pixels = Array.from({ length: width * height }, (_, index) => {
    const start = Math.floor(index / width) * (width * 4 + 1) + 1 + (index % width) * 4;
    return [...rows.subarray(start, start + 4)] as [number, number, number, number];
  });
  return { width, height, pixels };
}
