import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

it("finds in the executable all that it uses of undici", async () => {
  const source = readFileSync(join(import.meta.dirname, "http-client.ts"), "utf8");
  const [, names = ""] = /import \{([^}]+)\} from "undici"/u.exec(source) ?? [];
  const used = names.split(",").map((name) => name.trim());
  const bundled: unknown = await import(join(import.meta.dirname, "../build/undici.js"));
  expect(Object.keys(Object(bundled)).sort()).toEqual(used.filter((name) => !name.startsWith("type ")).sort());
});
