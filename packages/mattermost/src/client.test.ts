import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { type Call, createRateLimiter } from "@access-plugins/core";
import { createFakeClock } from "@access-plugins/testing/fake-clock";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { createMattermostClient, type MattermostClientOptions } from "./client.ts";
import { createFakeMattermostServer } from "./testing/index.ts";
import { failureOf } from "./testing/open-rig.ts";
import { postAnswer, userAnswer } from "./wire.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const clock = createFakeClock();
const anyCall = (signal = new AbortController().signal): Call => ({ signal, lane: "alice", mayStart: () => true });
const whoAmI = {
  operation: "GET users/me",
  send: (api: { getMe(): Promise<unknown> }) => api.getMe(),
  answer: userAnswer,
} as const;

function postTo(channel: string) {
  return {
    operation: "POST posts",
    send: (api: { createPost(post: { channel_id: string; message: string }): Promise<unknown> }) =>
      api.createPost({ channel_id: channel, message: "hello" }),
    answer: postAnswer,
  } as const;
}

async function open(options: Partial<MattermostClientOptions> = {}) {
  const fake = await createFakeMattermostServer();
  closing.push(() => fake.close());
  const channel = fake.site.addChannel({ team: fake.site.addTeam("dev"), name: "security", members: [fake.bot] });
  const client = clientFor(fake.url, { token: () => fake.token, ...options });
  return { fake, client, channel };
}

function clientFor(url: string, options: Partial<MattermostClientOptions> = {}) {
  return createMattermostClient({
    url,
    limiter: createRateLimiter({ clock }),
    clock,
    token: () => "token",
    ...options,
  });
}

/** A server that answers everything with one answer and remembers the headers it was asked with. */
async function openEcho(headers: Record<string, string>, body: string, status = 200) {
  const asked: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    asked.push({ method: request.method, url: request.url, ...request.headers });
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return { asked, url: `http://127.0.0.1:${port}` };
}

const account = JSON.stringify({ id: "botteleport000000000000000", username: "teleport", is_bot: true });

describe("the token", () => {
  it("is asked for at every call, so that a renewed one is used at once", async () => {
    let token = "";
    const { fake, client } = await open({ token: async () => token });
    token = fake.token;
    await client.call(whoAmI, anyCall());
    fake.setTokenEnabled(false);
    expect(await failureOf(client.call(whoAmI, anyCall()))).toMatchObject({ code: "unauthenticated" });
    token = " renewed\n";
    fake.site.tokens.set("renewed", fake.bot.id);
    await expect(client.call(whoAmI, anyCall())).resolves.toMatchObject({ id: fake.bot.id });
  });

  it("of one call is never that of another", async () => {
    const { fake } = await open();
    const users = Array.from({ length: 40 }, (_, index) => fake.site.addUser({ email: `user${index}@example.com` }));
    for (const user of users) fake.site.tokens.set(`token-${user.id}`, user.id);
    const tokens = users.map(({ id }) => `token-${id}`).values();
    const client = clientFor(fake.url, { token: () => tokens.next().value ?? "" });
    fake.setLatency(5);
    const answers = await Promise.all(users.map(() => client.call(whoAmI, anyCall())));
    expect(answers.map(({ id }) => id)).toEqual(users.map(({ id }) => id));
  });

  it.each([
    ["", "is empty"],
    ["  \n", "is empty"],
    ["token\r\nX-Evil: 1", "holds characters"],
  ])("that is %j is refused before any call", async (token, what) => {
    const { fake, client } = await open({ token: () => token });
    const error = await failureOf(client.call(whoAmI, anyCall()));
    expect(error).toMatchObject({ code: "unauthenticated" });
    expect(error.message).toContain(what);
    expect(fake.calls).toEqual([]);
  });

  it("that cannot be read is refused with the cause", async () => {
    const cause = new Error("ENOENT");
    const { client } = await open({ token: () => Promise.reject(cause) });
    expect(await failureOf(client.call(whoAmI, anyCall()))).toMatchObject({ code: "unauthenticated", cause });
  });
});

describe("a call", () => {
  it("sends what Mattermost wants and no cookie", async () => {
    const { asked, url } = await openEcho(
      { "content-type": "application/json", "set-cookie": "MMAUTHTOKEN=x" },
      account,
    );
    const client = clientFor(url);
    await client.call(whoAmI, anyCall());
    await client.call(whoAmI, anyCall());
    expect(asked[1]).toMatchObject({ method: "GET", url: "/api/v4/users/me", authorization: "Bearer token" });
    expect(asked[1]).not.toHaveProperty("cookie");
    expect(asked[1]).not.toHaveProperty("x-csrf-token");
  });

  it("leaves neither a timer nor a listener behind", async () => {
    const { client, channel } = await open();
    const controller = new AbortController();
    await client.call(postTo(channel.id), anyCall(controller.signal));
    expect(clock.pendingTimers()).toBe(0);
    controller.abort();
    await expect(client.call(postTo(channel.id), anyCall())).resolves.toMatchObject({ channel_id: channel.id });
  });

  it.each(["head", "body"] as const)("ends at its deadline while it waits for the %s", async (at) => {
    const { fake, client, channel } = await open();
    fake.fail({ effect: { kind: "hang", at }, times: 1 });
    const failure = failureOf(client.call(postTo(channel.id), anyCall()));
    await fake.waitUntil(() => fake.calls[0]?.outcome === "hanging");
    await clock.advance(10_000);
    expect(await failure).toMatchObject({ code: "timeout", ambiguous: true });
    await fake.waitForCall({ where: (call) => call.abandoned });
  });
});

describe("an answer", () => {
  it("may carry a charset that a proxy has added", async () => {
    const { url } = await openEcho({ "content-type": "application/json; charset=utf-8" }, account);
    await expect(clientFor(url).call(whoAmI, anyCall())).resolves.toMatchObject({ username: "teleport" });
  });

  it.each([301, 302, 303, 307, 308])("that redirects with %i is not followed", async (status) => {
    const elsewhere = await openEcho({ "content-type": "application/json" }, account);
    const { url } = await openEcho({ location: `${elsewhere.url}/` }, "", status);
    expect((await failureOf(clientFor(url).call(whoAmI, anyCall()))).code).toBe("unavailable");
    expect(elsewhere.asked).toEqual([]);
  });

  const json = { "content-type": "application/json" };

  it.each([
    ["no JSON", { "content-type": "text/html" }, "<html>"],
    ["broken JSON", json, '{"id":'],
    ["no object", json, '"text"'],
    ["null", json, "null"],
    ["an account without id", json, '{"username":"teleport"}'],
    ["an account with a path for an id", json, '{"id":"../../users/me"}'],
    ["nothing at all", json, ""],
  ])("that is %s is an outage whose effect is unknown", async (_, headers, body) => {
    const { url } = await openEcho(headers, body);
    const error = await failureOf(clientFor(url).call(postTo("c"), anyCall()));
    expect(error).toMatchObject({ code: "unavailable", reason: "unreadable_answer", ambiguous: true });
  });

  it("that is cut in its middle is an outage", async () => {
    const { fake, client, channel } = await open();
    fake.fail({ effect: { kind: "truncate" }, times: 1 });
    expect(await failureOf(client.call(postTo(channel.id), anyCall()))).toMatchObject({ ambiguous: true });
  });

  it("larger than any of Mattermost's is not read to its end", async () => {
    const { url } = await openEcho({ "content-type": "application/json" }, `"${"x".repeat(17 * 1024 * 1024)}"`);
    expect((await failureOf(clientFor(url).call(whoAmI, anyCall()))).code).toBe("unavailable");
  });
});

describe("a server that goes away and comes back", () => {
  it("is served again without a restart of ours", async () => {
    const { fake, client } = await open();
    await client.call(whoAmI, anyCall());
    const port = Number(new URL(fake.url).port);
    await fake.close();
    expect(await failureOf(client.call(whoAmI, anyCall()))).toMatchObject({ code: "unavailable", ambiguous: false });
    const again = await createFakeMattermostServer({ port, token: fake.token });
    closing.push(() => again.close());
    await expect(client.call(whoAmI, anyCall())).resolves.toMatchObject({ id: again.bot.id });
  });
});

it("loads in plain Node, where the official package has no named exports to rely on", async () => {
  const source = `import { createMattermostMessenger } from ${JSON.stringify(import.meta.resolve("./index.ts"))};
    console.log(typeof createMattermostMessenger);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source]);
  expect(stdout).toBe("function\n");
});
