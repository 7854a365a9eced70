import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSync, Visitor } from "oxc-parser";

/** One source file as the rules see it. Paths are relative to the repository's root, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  /** Module specifiers of static and dynamic imports and of re-exports, types included. */
  readonly imports: readonly string[];
  /** Identifiers, property names and string values, template texts included; comments are not. */
  readonly words: readonly string[];
  /** Calls by their full callee, e.g. `vi.mock`. */
  readonly calls: readonly string[];
}

const root = fileURLToPath(new URL("..", import.meta.url));

/** Every TypeScript source of the packages and apps, generated code left out. */
export function readSources(): SourceFile[] {
  return globSync("{packages,apps}/*/src/**/*.ts", { cwd: root, exclude: ["**/gen/**", "**/dist/**"] })
    .map((path) => path.replaceAll("\\", "/"))
    .sort()
    .map((path) => parseSource(path, readFileSync(`${root}/${path}`, "utf8")));
}

export function parseSource(path: string, text: string): SourceFile {
  const { program, module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const words: string[] = [];
  const calls: string[] = [];
  new Visitor({
    Identifier: (node) => void words.push(node.name),
    Literal: (node) => void (typeof node.value === "string" && words.push(node.value)),
    TemplateElement: (node) => void words.push(node.value.raw),
    CallExpression(node) {
      const { callee } = node;
      if (
        callee.type === "MemberExpression" &&
        callee.object.type === "Identifier" &&
        callee.property.type === "Identifier"
      ) {
        calls.push(`${callee.object.name}.${callee.property.name}`);
      } else if (callee.type === "Identifier") calls.push(callee.name);
    },
  }).visit(program);
  const imports = [
    ...module.staticImports.map((entry) => entry.moduleRequest.value),
    ...module.staticExports.flatMap((entry) =>
      entry.entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
    ...module.dynamicImports.map(({ moduleRequest }) =>
      text.slice(moduleRequest.start, moduleRequest.end).replace(/^["'`]|["'`]$/gu, ""),
    ),
  ];
  return { path, imports: [...new Set(imports)], words, calls };
}
