import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PluginError } from "../../base/plugin-error.ts";
import { toRequest } from "../../testing/samples.ts";
import { compileCondition } from "./condition.ts";
import { createEnvironment, type Labels, type Traits } from "./environment.ts";
import { functions, methods } from "./operations/table.ts";
import { variables } from "./variables.ts";

/** docs/routing.md tells operators what conditions say; here every row of its tables is tried. */
const page = readFileSync(join(import.meta.dirname, "../../../../../docs/routing.md"), "utf8");

interface World {
  readonly user: string;
  readonly roles: readonly string[];
  readonly reason: string;
  readonly suggestedReviewers: readonly string[];
  readonly annotations: Readonly<Record<string, readonly string[]>>;
  readonly created: string;
  readonly requestExpiry: string;
  readonly traits: Traits;
  readonly labels: readonly Labels[];
}

const world: World = JSON.parse(/<!-- request -->\s+```json\n([\s\S]*?)```/u.exec(page)?.[1] ?? "");

/** The rows of the table behind a mark, as cells without their quotes. */
function rowsAfter(mark: string): (readonly [string, string, string])[] {
  const [, rest = ""] = page.split(`<!-- ${mark} -->\n\n`);
  const [table = ""] = rest.split("\n\n");
  const [, , ...rows] = table.split("\n").filter((line) => line.startsWith("|"));
  return rows.map((row) => {
    const cells = row.split(/(?<!\\)\|/u).slice(1, -1);
    const [first = "", second = "", third = ""] = cells.map((cell) => cell.trim().replaceAll("\\|", "|"));
    return [unquoted(first), unquoted(second), unquoted(third)] as const;
  });
}

function unquoted(cell: string): string {
  return cell.replace(/^`|`$/gu, "");
}

function holds(condition: string, but: string): boolean {
  const { traits, labels, created, requestExpiry, ...fields }: World = { ...world, ...JSON.parse(but || "{}") };
  const request = toRequest({
    ...fields,
    created: new Date(created),
    requestExpiry: new Date(requestExpiry),
    resources: labels.map((_, at) => ({ cluster: "example.com", kind: "node", name: `n${at}` })),
  });
  return compileCondition(condition).holds(
    createEnvironment({ request, traits: { value: traits }, labels: { value: labels } }),
  );
}

describe("docs/routing.md", () => {
  const conditions = rowsAfter("conditions");

  test.each(conditions)("%s (but %s) is %s", (condition, but, result) => {
    expect(String(holds(condition, but))).toBe(result);
  });

  test.each(rowsAfter("faults"))("%s is told: %s", (condition, fault) => {
    const thrown = (() => {
      try {
        return holds(condition, "");
      } catch (error) {
        return PluginError.from(error).message;
      }
    })();
    expect(thrown).toEqual(expect.stringContaining(fault));
    expect(String(thrown).startsWith(fault)).toBe(true);
  });

  test("shows every name, function and method of the language at work", () => {
    const shown = conditions.map(([condition]) => condition).join("\n");
    const names = [...variables.keys()].filter((name) => !shown.includes(name));
    const calls = [...functions.keys(), "ifelse", "choose", "option"].filter(
      (name) => !new RegExp(`(?<![.\\w])${name.replace(".", "\\.")}\\(`, "u").test(shown),
    );
    const inherited = [...methods.values()].flatMap((known) => [...known.keys()]);
    expect([...names, ...calls, ...inherited.filter((name) => !shown.includes(`.${name}(`))]).toEqual([]);
  });
});
