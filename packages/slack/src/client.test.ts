import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Call, createRateLimiter, PluginError } from "@access-plugins/core";
import { createFakeClock } from "@access-plugins/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createSlackClient, type SlackClientOptions } from "./client.ts";
import { methodBuckets, postBuckets } from "./limits.ts";
import { createFakeSlackServer, type FakeSlackServer } from "./testing/index.ts";
import { authTestAnswer, messageAnswer } from "./wire.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const clock = createFakeClock();
const anyCall = (signal = new AbortController().signal): Call => ({ signal, lane: "alice", mayStart: () => true });
const whoAmI = { method: "auth.test", args: {}, buckets: methodBuckets("auth.test"), answer: authTestAnswer } as const;
const fields = { channel: "general", text: "a b&c=d/é" };
const post = {
  method: "chat.postMessage",
  args: fields,
  buckets: postBuckets("general"),
  answer: messageAnswer,
} as const;

async function open(options: Partial<SlackClientOptions> = {}) {
  const slack = await createFakeSlackServer();
  closing.push(() => slack.close());
  slack.workspace.addChannel({ name: "general" });
  return { slack, client: clientFor(slack.apiUrl, { token: () => slack.token, ...options }) };
}

function clientFor(apiUrl: string, options: Partial<SlackClientOptions> = {}) {
  return createSlackClient({
    apiUrl,
    limiter: createRateLimiter({ clock }),
    clock,
    token: () => "xoxb-test",
    ...options,
  });
}

async function failureOf(promise: Promise<unknown>): Promise<PluginError> {
  const thrown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (thrown instanceof PluginError) return thrown;
  throw new Error("It did not fail with a PluginError.", { cause: thrown });
}

describe("the token", () => {
  it("is asked for at every call, so that a renewed one is used at once", async () => {
    let token = "xoxb-first";
    const { slack, client } = await open({ token: async () => token });
    slack.tokens.grant("xoxb-first");
    await client.call(whoAmI, anyCall());
    slack.tokens.revoke("xoxb-first");
    expect(await failureOf(client.call(whoAmI, anyCall()))).toMatchObject({
      code: "unauthenticated",
      reason: "token_revoked",
    });
    token = " xoxb-second\n";
    slack.tokens.grant("xoxb-second");
    await expect(client.call(whoAmI, anyCall())).resolves.toMatchObject({ user: "access-bot" });
  });

  it("of one call is never that of another", async () => {
    const tokens = Array.from({ length: 40 }, (_, index) => `xoxb-${index + 1}`);
    const next = tokens.values();
    const { slack, client } = await open({ token: () => next.next().value ?? "" });
    for (const token of tokens) slack.tokens.grant(token, [`only:${token}`]);
    slack.setLatency(5);
    const answers = await Promise.all(tokens.map(() => client.call(whoAmI, anyCall())));
    expect(answers.map((answer) => answer.scopes)).toEqual(tokens.map((token) => [`only:${token}`]));
  });

  it.each([
    ["", "is empty"],
    ["  \n", "is empty"],
    ["xoxb-1\r\nX-Evil: 1", "holds characters"],
  ])("that is %j is refused before any call", async (token, what) => {
    const { slack, client } = await open({ token: () => token });
    const error = await failureOf(client.call(whoAmI, anyCall()));
    expect(error).toMatchObject({ code: "unauthenticated" });
    expect(error.message).toContain(what);
    expect(slack.calls).toEqual([]);
  });

  it("that cannot be read is refused with the cause", async () => {
    const cause = new Error("ENOENT");
    const { client } = await open({ token: () => Promise.reject(cause) });
    expect(await failureOf(client.call(whoAmI, anyCall()))).toMatchObject({ code: "unauthenticated", cause });
  });
});

describe("a call", () => {
  it("goes to the method's plain address", async () => {
    const { slack, client } = await open();
    await client.call(post, anyCall());
    expect(slack.calls).toMatchObject([{ url: "POST /api/chat.postMessage", content: fields }]);
  });

  it("leaves neither a timer nor a listener behind", async () => {
    const { client } = await open();
    const controller = new AbortController();
    await client.call(post, anyCall(controller.signal));
    expect(clock.pendingTimers()).toBe(0);
    controller.abort();
    await expect(client.call(post, anyCall())).resolves.toMatchObject({ channel: expect.stringMatching(/^C/u) });
  });

  it.each(["head", "body"] as const)("ends at its deadline while it waits for the %s", async (at) => {
    const { slack, client } = await open();
    slack.fail({ effect: { kind: "hang", at }, times: 1 });
    const failure = failureOf(client.call(post, anyCall()));
    await slack.waitUntil(() => slack.calls[0]?.outcome === "hanging");
    await clock.advance(10_000);
    expect(await failure).toMatchObject({ code: "timeout", ambiguous: true });
    await slack.waitForCall({ where: (call) => call.abandoned });
  });
});

describe("an answer", () => {
  const failing = async (prepare: (slack: FakeSlackServer) => void) => {
    const { slack, client } = await open();
    prepare(slack);
    return failureOf(client.call(post, anyCall()));
  };

  it("that redirects is not followed", async () => {
    let followed = false;
    const elsewhere = createServer((_, response) => {
      followed = true;
      response.end("{}");
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    closing.push(() => new Promise((resolve) => elsewhere.close(resolve)));
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    const error = await failing((slack) =>
      slack.fail({ effect: { kind: "status", status: 307, headers: { location } } }),
    );
    expect(error).toMatchObject({ code: "unavailable", reason: "http_307" });
    expect(followed).toBe(false);
  });

  it.each([{ kind: "html", accepted: true }, { kind: "truncate" }] as const)(
    "of the kind %j leaves the effect open",
    async (effect) => {
      const error = await failing((slack) => slack.fail({ effect }));
      expect(error).toMatchObject({ code: "unavailable", reason: "unreadable_answer", ambiguous: true });
      expect(error.message.length).toBeLessThan(300);
    },
  );

  it("that says ok without the address of the message leaves the effect open", async () => {
    const body = JSON.stringify({ ok: true, channel: "C1/2" });
    const headers = { "content-type": "application/json" };
    const error = await failing((slack) => slack.fail({ effect: { kind: "status", status: 200, body, headers } }));
    expect(error).toMatchObject({ code: "unavailable", reason: "unreadable_answer", ambiguous: true });
    expect(error.message).toContain("channel, ts");
  });

  it("of a size that none of Slack's has is not read to its end", async () => {
    const body = JSON.stringify({ ok: true, padding: "x".repeat(2_000_000) });
    const error = await failing((slack) => slack.fail({ effect: { kind: "status", status: 200, body } }));
    expect(error).toMatchObject({ code: "unavailable", ambiguous: true });
  });

  it("of HTTP 429 without a number is a rate limit all the same", async () => {
    const error = await failing((slack) =>
      slack.fail({ effect: { kind: "rate-limit", retryAfter: "Fri, 01 Jan 2027" } }),
    );
    expect(error).toMatchObject({ code: "rate_limited", retryAfterMs: undefined });
  });

  it("that never comes because nobody listens cannot have had an effect", async () => {
    const { slack } = await open();
    await slack.close();
    const error = await failureOf(clientFor(slack.apiUrl).call(post, anyCall()));
    expect(error).toMatchObject({ code: "unavailable", reason: "ECONNREFUSED", ambiguous: false });
  });
});
