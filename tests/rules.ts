import { posix } from "node:path";
import type { SourceFile } from "./source-files.ts";

/** What a rule found: the file and what is wrong with it. */
type Violation = string;

/** One rule of the house, checked against all sources. */
export interface Rule {
  readonly name: string;
  check(sources: readonly SourceFile[]): Violation[];
}

const scope = "@access-plugins/";

/** `packages/core/src/base/text.ts` lives in room `packages/core`. */
function roomOf(path: string): string {
  return path.split("/").slice(0, 2).join("/");
}

function isTest(path: string): boolean {
  return path.endsWith(".test.ts");
}

/** Tests and what exists for them: they may use the testing package. */
function isForTests(path: string): boolean {
  return isTest(path) || path.includes("/src/testing/");
}

/** Adapters are found by what makes them one: they implement the Messenger contract. */
function adaptersIn(sources: readonly SourceFile[]): string[] {
  return sources
    .filter(({ path }) => /^packages\/[^/]+\/src\/messenger\.ts$/u.test(path) && roomOf(path) !== "packages/core")
    .map(({ path }) => roomOf(path).slice("packages/".length));
}

/** Packages of this workspace a file imports, by their folder names. */
function workspaceImports(file: SourceFile): string[] {
  return file.imports
    .filter((specifier) => specifier.startsWith(scope))
    .map((specifier) => specifier.slice(scope.length).split("/")[0] ?? "");
}

/** Which packages the production code of a room may import. `undefined`: any. */
function allowedFor(room: string, adapters: readonly string[]): readonly string[] {
  if (room === "packages/core") return [];
  if (room === "packages/teleport-client") return ["core"];
  if (room === "packages/runtime") return ["core", "teleport-client"];
  if (room === "packages/testing") return ["core", "teleport-client"];
  if (room === "apps/bench") return ["testing"];
  if (room === "apps/playground") return ["core", "runtime", "teleport-client", "testing"];
  if (room.startsWith("apps/")) return ["core", "runtime", ...adapters];
  if (adapters.some((name) => room === `packages/${name}`)) return ["core", "http"];
  return ["core"];
}

const directions: Rule = {
  name: "packages import only what lies below them",
  check(sources) {
    const adapters = adaptersIn(sources);
    return sources.flatMap((file) => {
      const room = roomOf(file.path);
      const own = room.split("/")[1] ?? "";
      const extra = isForTests(file.path) || file.path.endsWith("/src/simulate.ts") ? ["testing", own] : [own];
      const allowed = new Set([...allowedFor(room, adapters), ...extra]);
      return workspaceImports(file)
        .filter((name) => !allowed.has(name))
        .map((name) => `${file.path} imports ${scope}${name}`);
    });
  },
};

const oneAdapterPerApp: Rule = {
  name: "an app wires exactly one adapter",
  check(sources) {
    const adapters = new Set(adaptersIn(sources));
    const apps = [...new Set(sources.map(({ path }) => roomOf(path)).filter((room) => /^apps\/teleport-/u.test(room)))];
    return apps.flatMap((app) => {
      const used = new Set(
        sources
          .filter(({ path }) => roomOf(path) === app)
          .flatMap(workspaceImports)
          .filter((name) => adapters.has(name)),
      );
      return used.size === 1 ? [] : [`${app} wires ${used.size === 0 ? "none" : [...used].join(" and ")}`];
    });
  },
};

const noShortcuts: Rule = {
  name: "no relative import leaves its package",
  check: (sources) =>
    sources.flatMap((file) =>
      file.imports
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => posix.join(posix.dirname(file.path), specifier))
        .filter((target) => roomOf(target) !== roomOf(file.path) || !target.startsWith(`${roomOf(file.path)}/`))
        .map((target) => `${file.path} reaches into ${target}`),
    ),
};

/** What core may have besides Node: RE2 for the regular expressions of rules (docs/decisions/0010). */
const coreDependencies: readonly string[] = ["re2js"];

const coreIsBare: Rule = {
  name: "core needs nothing but Node's own modules and RE2",
  check: (sources) =>
    sources
      .filter(({ path }) => path.startsWith("packages/core/") && !isForTests(path))
      .flatMap((file) =>
        file.imports
          .filter((specifier) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
          .filter((specifier) => !coreDependencies.includes(specifier))
          .map((specifier) => `${file.path} imports ${specifier}`),
      ),
};

/** Floors of core, lowest first; a file may import its own floor and those below. */
const coreFloors: readonly (readonly string[])[] = [
  ["base"],
  ["domain"],
  ["messenger.ts", "teleport.ts", "notifier.ts"],
  ["watch", "routing", "enrich"],
  ["reconcile"],
  ["reminders", "explain"],
  ["create-notifier.ts", "index.ts"],
];

function floorOf(path: string): number {
  const name = path.split("/")[3] ?? "";
  return coreFloors.findIndex((floor) => floor.includes(name));
}

const coreFloorsHold: Rule = {
  name: "inside core imports only go down",
  check: (sources) =>
    sources
      .filter(({ path }) => path.startsWith("packages/core/src/") && !isForTests(path))
      .flatMap((file) => {
        if (floorOf(file.path) < 0) return [`${file.path} stands on no floor of core`];
        return file.imports
          .filter((specifier) => specifier.startsWith("."))
          .map((specifier) => posix.join(posix.dirname(file.path), specifier))
          .filter((target) => floorOf(target) > floorOf(file.path))
          .map((target) => `${file.path} imports ${target}`);
      }),
};

const environmentInOnePlace: Rule = {
  name: "only the runtime reads the environment, in one file",
  check(sources) {
    const readers = sources
      .filter(({ path }) => !isForTests(path) && !path.startsWith("packages/testing/") && !path.includes("/build/"))
      .filter(({ words }) => words.includes("process") && words.includes("env"))
      .map(({ path }) => path);
    const strangers = readers.filter((path) => !path.startsWith("packages/runtime/"));
    return [...strangers, ...(readers.length > 1 ? readers : [])].map((path) => `${path} reads process.env`);
  },
};

const coreKnowsNoPlatform: Rule = {
  name: "nothing below the apps names a platform",
  check(sources) {
    const names = adaptersIn(sources);
    return sources
      .filter(({ path }) => /^packages\/(core|runtime|teleport-client|testing)\//u.test(path) && !isTest(path))
      .flatMap((file) =>
        names
          .filter((name) => file.words.some((word) => word.toLowerCase().includes(name)))
          .map((name) => `${file.path} names ${name}`),
      );
  },
};

const adapterFiles = [
  "index.ts",
  "messenger.ts",
  "config.ts",
  "recipients.ts",
  "render.ts",
  "errors.ts",
  "wire.ts",
  "limits.ts",
];

/** What every adapter is held to, by one call in a file of that name. */
const sharedSuites = {
  "contract.test.ts": "messengerContract",
  "golden.test.ts": "goldenMessages",
  "hostile.test.ts": "hostileMessages",
} as const;

const adaptersLookAlike: Rule = {
  name: "every adapter has the same rooms and signs the contract",
  check(sources) {
    const paths = new Set(sources.map(({ path }) => path));
    return adaptersIn(sources).flatMap((name) => {
      const source = `packages/${name}/src`;
      const missing = adapterFiles
        .filter((file) => !paths.has(`${source}/${file}`))
        .map((file) => `${source} lacks ${file}`);
      const unsigned = Object.entries(sharedSuites).flatMap(([file, suite]) => {
        const signing = sources.find(({ path }) => path === `${source}/${file}`);
        const signed = signing?.calls.filter((call) => call === suite).length ?? 0;
        return signed === 1 ? [] : [`${source}/${file} calls ${suite} ${signed} times`];
      });
      return [...missing, ...unsigned];
    });
  },
};

const honestTests: Rule = {
  name: "tests mock no module and skip nothing",
  check: (sources) =>
    sources
      .filter(({ path }) => isTest(path))
      .flatMap((file) =>
        file.calls
          .filter((call) => /^(vi\.(mock|doMock|hoisted)|(it|test|describe)\.(skip|only|todo))$/u.test(call))
          .map((call) => `${file.path} calls ${call}`),
      ),
};

export const rules: readonly Rule[] = [
  directions,
  oneAdapterPerApp,
  noShortcuts,
  coreIsBare,
  coreFloorsHold,
  environmentInOnePlace,
  coreKnowsNoPlatform,
  adaptersLookAlike,
  honestTests,
];
