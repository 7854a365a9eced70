import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { createFakeSlackServer } from "./testing/index.ts";

it("shows an example that runs", async () => {
  const readme = await readFile(join(import.meta.dirname, "../README.md"), "utf8");
  const example = /```ts\n([\s\S]*?)```/u.exec(readme)?.[1] ?? "";
  expect(example).toContain('{ token: "xoxb-…" }');
  const slack = await createFakeSlackServer();
  const folder = await mkdtemp(join(import.meta.dirname, "../.readme-example-"));
  try {
    const script = join(folder, "example.ts");
    const settings = `{ token: "${slack.token}", apiurl: "${slack.apiUrl}" }`;
    await writeFile(script, `${example.replace('{ token: "xoxb-…" }', settings)}\nconsole.log(recipient.id);\n`);
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 20_000 });
    expect(stdout.split("\n")).toEqual([
      'ok Signed in as "access-bot" in the workspace "Fake workspace".',
      "ok The token has every scope needed.",
      "access-requests",
      "",
    ]);
  } finally {
    await rm(folder, { recursive: true });
    await slack.close();
  }
}, 30_000);
