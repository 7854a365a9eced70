import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";

it("stands as a process of its own, takes commands, and ends on a signal", { timeout: 20_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), "fake-teams-"));
  const main = new URL("./main.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [main, "--listen", "127.0.0.1:0", "--ca-file", join(dir, "ca.pem")]);
  const closed = once(child, "close");
  const [line] = await once(createInterface(child.stdout), "line");
  const { connector, teamsAppId } = JSON.parse(String(line).replace(/^ready /u, ""));
  expect(teamsAppId).toMatch(/^[\da-f-]{36}$/u);
  expect(await readFile(join(dir, "ca.pem"), "utf8")).toContain("BEGIN CERTIFICATE");

  const command = async (name: string, body?: object) => {
    const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const answer = await fetch(`${connector}/__control/${name}`, sent);
    return { status: answer.status, body: await answer.json() };
  };
  const seeded = await command("seed", {
    users: [{ mail: "alice@example.com" }],
    channels: [{ team: "Operations", name: "Access" }],
  });
  const link = expect.stringMatching(/^https:\/\/teams\.microsoft\.com\/l\/channel\//u);
  expect(seeded.body).toMatchObject({ users: [{}], channels: [{ link }] });
  expect((await command("settings", { latencyMs: 5, rates: { perConversation: 7 } })).status).toBe(200);
  expect((await command("settings", { latency: 5 })).status).toBe(400);
  expect((await command("fail", { host: "graph", effect: { kind: "status", status: 503 } })).status).toBe(200);
  expect((await command("heal", {})).status).toBe(200);
  expect((await command("summary")).body).toMatchObject({ messages: 0, edits: 0 });
  expect((await command("state")).body).toMatchObject({ users: [{ mail: "alice@example.com" }] });

  child.kill("SIGTERM");
  expect((await closed)[0]).toBe(0);
  await rm(dir, { recursive: true });
});
