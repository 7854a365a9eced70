import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { createFakeMattermostServer } from "./testing/index.ts";

it("shows an example that runs", async () => {
  const readme = await readFile(join(import.meta.dirname, "../README.md"), "utf8");
  const example = /```ts\n([\s\S]*?)```/u.exec(readme)?.[1] ?? "";
  const settings = '{ url: "https://mattermost.example.com", token: "…" }';
  expect(example).toContain(settings);
  const fake = await createFakeMattermostServer();
  const channel = fake.site.addChannel({
    team: fake.site.addTeam("dev"),
    name: "access-requests",
    members: [fake.bot],
  });
  const folder = await mkdtemp(join(import.meta.dirname, "../.readme-example-"));
  try {
    const script = join(folder, "example.ts");
    const real = `{ url: "${fake.url}", token: "${fake.token}" }`;
    await writeFile(script, `${example.replace(settings, real)}\nconsole.log(recipient.id);\n`);
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 20_000 });
    expect(stdout.split("\n")).toEqual([
      "ok Signed in as the bot @teleport.",
      "ok The server's settings suit the plugin.",
      channel.id,
      "",
    ]);
  } finally {
    await rm(folder, { recursive: true });
    await fake.close();
  }
}, 30_000);
