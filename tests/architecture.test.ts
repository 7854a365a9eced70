import { describe, expect, it } from "vitest";
import { rules } from "./rules.ts";
import { parseSource, readSources, type SourceFile } from "./source-files.ts";

const sources = readSources();

/** For every rule one change that breaks it: a rule that cannot fail guards nothing. */
const breakages: Readonly<Record<string, SourceFile[]>> = {
  "packages import only what lies below them": [
    parseSource("packages/slack/src/extra.ts", `import { runCli } from "@access-plugins/runtime";`),
  ],
  "an app wires exactly one adapter": [
    parseSource("apps/teleport-slack/src/extra.ts", `export * from "@access-plugins/second";`),
    parseSource("packages/second/src/messenger.ts", ""),
  ],
  "no relative import leaves its package": [
    parseSource("packages/runtime/src/extra.ts", `import "../../core/src/index.ts";`),
  ],
  "core needs nothing but Node's own modules and RE2": [
    parseSource("packages/core/src/base/extra.ts", `const lazy = () => import("zod");`),
  ],
  "inside core imports only go down": [
    parseSource("packages/core/src/watch/extra.ts", `import type { Plan } from "../reconcile/plan.ts";`),
  ],
  "only the runtime reads the environment, in one file": [
    parseSource("packages/core/src/base/extra.ts", `const home = process.env["HOME"];`),
  ],
  "nothing below the apps names a platform": [
    parseSource("packages/core/src/base/extra.ts", "const isSlackLike = (text: string) => text === `on slack`;"),
  ],
  "every adapter has the same rooms and signs the contract": [parseSource("packages/second/src/messenger.ts", "")],
  "tests mock no module and skip nothing": [
    parseSource("packages/core/src/base/extra.test.ts", `it.skip("hides", () => {});`),
  ],
};

describe.each(rules)("$name", ({ name, check }) => {
  it("holds", () => {
    expect(check(sources)).toEqual([]);
  });

  it("can fail", () => {
    const broken = breakages[name];
    expect(broken, `a change that breaks the rule "${name}"`).toBeDefined();
    const before = new Set(check(sources));
    expect(check([...sources, ...(broken ?? [])]).filter((violation) => !before.has(violation))).not.toEqual([]);
  });
});
