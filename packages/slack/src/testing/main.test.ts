import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("runs as a process of its own and is steered and read over HTTP", async () => {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, "--listen", "127.0.0.1:0", "--token", "xoxb-own", "--auto-create"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = await once(createInterface(child.stdout), "line");
    const apiUrl = /^ready (http:\/\/127\.0\.0\.1:\d+\/api\/)$/u.exec(line)?.[1] ?? "";
    const control = async (command: string, body?: object) => {
      const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
      const answer = await fetch(new URL(`../__control/${command}`, apiUrl), init);
      return [answer.status, await answer.json()];
    };
    const headers = { authorization: "Bearer xoxb-own" };
    const post = async (channel: string) =>
      (
        await fetch(`${apiUrl}chat.postMessage`, {
          method: "POST",
          headers,
          body: new URLSearchParams({ channel, text: "x" }),
        })
      ).json();

    expect(
      await control("seed", { users: [{ email: "a@example.com" }], channels: [{ name: "b", archived: true }] }),
    ).toEqual([
      200,
      {
        users: [expect.objectContaining({ email: "a@example.com" })],
        channels: [expect.objectContaining({ name: "b" })],
      },
    ]);
    expect(await control("settings", { latencyMs: 1, rates: { perChannel: 0.01 } })).toEqual([200, {}]);
    expect(await control("settings", { latency: 1 })).toEqual([400, { error: expect.stringContaining("latency") }]);
    expect(await control("nonsense")).toEqual([400, { error: expect.stringContaining("GET state") }]);
    expect(await control("fail", { effect: { kind: "refuse", error: "fatal_error" }, times: 1 })).toEqual([200, {}]);
    expect(await post("anything")).toMatchObject({ error: "fatal_error" });
    expect(await post("b")).toMatchObject({ error: "is_archived" });
    expect(await post("anything")).toMatchObject({ ok: true });
    expect(await post("anything")).toMatchObject({ error: "ratelimited" });
    expect(await control("summary")).toMatchObject([
      200,
      {
        messages: 1,
        edits: 0,
        replies: 0,
        calls: { "chat.postMessage": { "http 200": 1, is_archived: 1, ok: 1, ratelimited: 1 } },
      },
    ]);
    expect(await control("state")).toMatchObject([
      200,
      { messages: [{ history: [{ text: "x" }] }], calls: { length: 4 } },
    ]);
    expect(await control("heal", {})).toEqual([200, {}]);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  } finally {
    child.kill("SIGKILL");
  }
}, 20_000);
