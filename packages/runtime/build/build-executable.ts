#!/usr/bin/env node
/**
 * Builds the app in the current folder into one executable that needs no Node on the machine: `dist/<name>`.
 *
 * esbuild bundles `src/main.ts`, a rehearsal compiles what it needs, Node packs both with the app's assets, postject puts
 * that into a copy of the Node that runs this script.
 */
import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build, type Plugin } from "esbuild";
import { z } from "zod";
import { rehearse } from "./rehearsal.ts";

const run = promisify(execFile);

/** Node looks for this mark to learn that it carries an application (`node:sea`). */
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/**
 * A burst makes more garbage than V8 expects: room for it to die young, and old garbage looked for after growth of 80 % (V8
 * alone waits until the heap is several times what is in use). Measured: docs/performance.md.
 */
const execArgv: readonly string[] = ["--max-semi-space-size=16", "--heap-growing-percent=80"];

const manifestSchema = z.object({ name: z.string(), version: z.string() });

async function buildExecutable(app: string): Promise<void> {
  const { name } = manifestSchema.parse(JSON.parse(await readFile(join(app, "package.json"), "utf8")));
  const dist = join(app, "dist");
  await mkdir(dist, { recursive: true });
  const bundle = join(dist, "main.cjs");
  await bundleSources(join(app, "src/main.ts"), bundle);
  await rehearse(app, execArgv);
  const blob = await pack(app, dist);
  const executable = join(dist, name);
  await inject(blob, executable);
  const made = ["main.cjs", "main.cache", "build.json", "sea.json"].map((file) => join(dist, file));
  await Promise.all([blob, ...made].map((file) => rm(file)));
  const { stdout } = await run(executable, ["version"]);
  const { size } = await stat(executable);
  process.stdout.write(`${executable}: ${stdout.trim()}, ${Math.round(size / 1024 / 1024)} MiB\n`);
}

async function bundleSources(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: "node24",
    // A single executable runs CommonJS, where these two do not exist; assets are embedded instead of read from there.
    format: "cjs",
    plugins: [slimUndici],
    define: { "import.meta.dirname": "undefined", "import.meta.url": '"file:///"' },
    // The SSH library would load it on versions of Node that cannot make RSA keys.
    external: ["node-rsa"],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "warning",
  });
  const code = await readFile(outfile, "utf8");
  await writeFile(
    outfile,
    `(function (require, module) { const { exports } = module; ${code.replace(/^#!.*/u, "")}\n})`,
  );
}

/** Bundles what our HTTP client needs of undici instead of the whole package. */
const slimUndici: Plugin = {
  name: "slim-undici",
  setup({ onResolve }) {
    const path = fileURLToPath(new URL("../../http/build/undici.js", import.meta.url));
    onResolve({ filter: /^undici$/ }, () => ({ path }));
  },
};

/** Packs bundle, compiled code and assets into one file and returns its path. */
async function pack(app: string, dist: string): Promise<string> {
  const output = join(dist, "sea.blob");
  const build = join(dist, "build.json");
  await writeFile(build, JSON.stringify({ gitRef: await findGitRef(app) }));
  const assets = Object.fromEntries((await findAssets(app)).map((file) => [file, join(app, file)]));
  const made = Object.fromEntries(["main.cjs", "main.cache"].map((file) => [file, join(dist, file)]));
  const config = {
    main: join(import.meta.dirname, "launch.cjs"),
    output,
    disableExperimentalSEAWarning: true,
    execArgv,
    assets: { ...assets, ...made, "build.json": build },
  };
  await writeFile(join(dist, "sea.json"), JSON.stringify(config));
  await run(process.execPath, ["--experimental-sea-config", join(dist, "sea.json")]);
  return output;
}

/** What `readAsset` may ask for: the TOML files of the app and everything in its folder `assets`. */
async function findAssets(app: string): Promise<readonly string[]> {
  const texts = (await readdir(app)).filter((file) => file.endsWith(".toml"));
  const entries = await readdir(join(app, "assets"), { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(app, join(entry.parentPath, entry.name)));
  return [...texts, ...files];
}

async function inject(blob: string, executable: string): Promise<void> {
  const draft = `${executable}.draft`;
  await copyFile(process.execPath, draft);
  await chmod(draft, 0o755);
  // Debug symbols are a third of Node; without the tool the executable is just larger.
  await run("strip", [draft]).catch(() => undefined);
  const postject = fileURLToPath(import.meta.resolve("postject/dist/cli.js"));
  await run(process.execPath, [postject, draft, "NODE_SEA_BLOB", blob, "--sentinel-fuse", fuse]);
  await rename(draft, executable);
}

/** The commit, with the nearest tag where there is one; undefined outside a checkout. */
async function findGitRef(app: string): Promise<string | undefined> {
  try {
    const { stdout } = await run("git", ["describe", "--tags", "--always", "--dirty"], { cwd: app });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

await buildExecutable(process.cwd());
