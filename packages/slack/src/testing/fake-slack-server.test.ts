import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { createFakeSlackServer, type FakeSlackServer } from "./fake-slack-server.ts";
import { wantedScopes } from "./tokens.ts";
import { contentOf } from "./workspace.ts";

const servers: FakeSlackServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((slack) => slack.close())));

async function open() {
  const slack = await createFakeSlackServer();
  servers.push(slack);
  const channel = slack.workspace.addChannel({ name: "general" });
  const call = (method: string, init: RequestInit = {}) =>
    fetch(slack.apiUrl + method, {
      method: "POST",
      ...init,
      headers: { authorization: `Bearer ${slack.token}`, ...init.headers },
    });
  const form = async (method: string, args: Record<string, string> = {}) =>
    answerSchema.parse(await (await call(method, { body: new URLSearchParams(args) })).json());
  const json = async (method: string, args: object, headers: Record<string, string> = {}) =>
    (
      await call(method, {
        body: JSON.stringify(args),
        headers: { "content-type": "application/json; charset=utf-8", ...headers },
      })
    ).json();
  return { slack, channel, call, form, json };
}

const answerSchema = z.looseObject({ ok: z.boolean(), channel: z.string().default(""), ts: z.string().default("") });

const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });

describe("a request", () => {
  it("may be a form, JSON, or a query for methods that read", async () => {
    const { slack, channel, form, json } = await open();
    slack.workspace.addUser({ email: "a@example.com" });
    expect(await form("chat.postMessage", { channel: channel.id, text: "x" })).toMatchObject({ ok: true });
    expect(await json("chat.postMessage", { channel: "#general", blocks: [section("x")] })).toMatchObject({ ok: true });
    const headers = { authorization: `Bearer ${slack.token}` };
    const found = await fetch(`${slack.apiUrl}users.lookupByEmail?email=a%40example.com`, { headers });
    expect(await found.json()).toMatchObject({ ok: true, user: { deleted: false } });
  });

  it("as JSON tells a method that only reads nothing", async () => {
    const { json } = await open();
    expect(await json("users.lookupByEmail", { email: "a@example.com" })).toMatchObject({
      error: "invalid_arguments",
      response_metadata: { messages: ["[ERROR] missing required field: email"] },
    });
  });

  it.each([
    ["application/json", "{", "invalid_json"],
    ["application/json", "[]", "json_not_object"],
    ["application/x-www-form-urlencoded", "%zz=1", "invalid_form_data"],
    ["application/xml", "<a/>", "invalid_post_type"],
    ["application/json; charset=utf-7", "{}", "invalid_charset"],
    ["text/plain", "channel=C1", "channel_not_found"],
  ])("of type %s with the body %s is answered %s", async (contentType, body, error) => {
    const { call } = await open();
    const answer = await call("chat.postMessage", { body, headers: { "content-type": contentType } });
    expect(await answer.json()).toMatchObject({ ok: false, error });
  });

  it("needs a known token that is alive, in the header when it is JSON", async () => {
    const { slack, json, form } = await open();
    const auth = (authorization: string) => json("auth.test", {}, { authorization });
    expect(await auth("")).toMatchObject({ error: "not_authed" });
    expect(await auth("Bearer nonsense")).toMatchObject({ error: "invalid_auth" });
    expect(await json("auth.test", { token: slack.token }, { authorization: "" })).toMatchObject({
      error: "not_authed",
    });
    expect(await form("auth.test")).toMatchObject({ ok: true, bot_id: expect.any(String) });
    slack.tokens.revoke(slack.token);
    expect(await auth(`Bearer ${slack.token}`)).toMatchObject({ error: "token_revoked" });
  });

  it("is refused without the method's scope, and told which", async () => {
    const { call } = await open();
    const answer = await call("conversations.info", { body: new URLSearchParams({ channel: "C1" }) });
    expect(answer.headers.get("x-oauth-scopes")).toBe(wantedScopes.join(","));
    expect(answer.headers.get("x-accepted-oauth-scopes")).toBe("channels:read,groups:read,im:read,mpim:read");
    expect(await answer.json()).toMatchObject({
      error: "missing_scope",
      needed: "channels:read,groups:read,im:read,mpim:read",
      provided: wantedScopes.join(","),
    });
  });

  it("for a method nobody knows is unknown_method", async () => {
    const { form } = await open();
    expect(await form("chat.shout")).toMatchObject({ error: "unknown_method", req_method: "chat.shout" });
  });
});

describe("a channel", () => {
  it.each([
    ["nowhere", "channel_not_found"],
    ["", "channel_not_found"],
    ["secret", "channel_not_found"],
    ["uninvited", "not_in_channel"],
    ["archived", "is_archived"],
    ["policy", "restricted_action"],
  ])("%j answers %s", async (channel, error) => {
    const { slack, form } = await open();
    slack.workspace.addChannel({ name: "secret", kind: "private", member: false });
    slack.workspace.addChannel({ name: "uninvited", member: false });
    slack.workspace.addChannel({ name: "archived", archived: true });
    slack.workspace.addChannel({ name: "policy", refuses: "restricted_action" });
    expect(await form("chat.postMessage", { channel, text: "x" })).toMatchObject({ ok: false, error });
  });

  it("of a person is opened by the person's id, and only its own id edits", async () => {
    const { slack, form } = await open();
    const user = slack.workspace.addUser({ email: "a@example.com" });
    const { channel, ts } = await form("chat.postMessage", { channel: user.id, text: "x" });
    expect(channel).toMatch(/^D/u);
    expect(await form("chat.update", { channel: user.id, ts, text: "y" })).toMatchObject({
      error: "channel_not_found",
    });
    expect(await form("chat.update", { channel, ts, text: "y" })).toMatchObject({ ok: true, text: "y" });
  });
});

describe("a message", () => {
  it.each([
    [
      [section("x".repeat(3_001))],
      "invalid_blocks",
      "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ],
    [[section("")], "invalid_blocks", "must be more than 0 characters [json-pointer:/blocks/0/text/text]"],
    [
      Array.from({ length: 51 }, () => ({ type: "divider" })),
      "invalid_blocks",
      "no more than 50 items allowed [json-pointer:/blocks/]",
    ],
    [[{ type: "marquee" }], "invalid_blocks", "unsupported type"],
    [[{ type: "section" }], "invalid_blocks", "text or fields must be provided"],
    [Array.from({ length: 5 }, () => section("x".repeat(2_900))), "msg_blocks_too_long", ""],
    [{}, "invalid_blocks_format", ""],
  ])("with blocks that break a limit is refused with the place (%#)", async (blocks, error, message) => {
    const { channel, form } = await open();
    const answer = await form("chat.postMessage", { channel: channel.id, blocks: JSON.stringify(blocks) });
    expect(answer).toMatchObject({ ok: false, error });
    expect(JSON.stringify(answer)).toContain(message);
  });

  it("needs a text or blocks, well-formed metadata, and a parent that is there", async () => {
    const { channel, form } = await open();
    const post = (more: Record<string, string>) => form("chat.postMessage", { channel: channel.id, ...more });
    expect(await post({})).toMatchObject({ error: "no_text" });
    expect(await post({ text: "x", blocks: "[" })).toMatchObject({ error: "invalid_blocks_format" });
    expect(await post({ text: "x", metadata: "{}" })).toMatchObject({ error: "invalid_metadata_format" });
    expect(await post({ text: "x", thread_ts: "1.2" })).toMatchObject({ error: "thread_not_found" });
    const { ts } = await post({ text: "x" });
    const reply = await post({ text: "y", thread_ts: ts });
    expect(await post({ text: "z", thread_ts: reply.ts })).toMatchObject({ error: "cannot_reply_to_message" });
  });

  it("keeps every content it had, and loses its blocks to a text without blocks", async () => {
    const { slack, channel, form } = await open();
    const first = { channel: channel.id, text: "first", blocks: JSON.stringify([section("b")]) };
    const { ts } = await form("chat.postMessage", first);
    await form("chat.update", { channel: channel.id, ts, text: "second" });
    const message = slack.workspace.messages[0];
    expect(message?.history.map(({ text, blocks }) => [text, blocks.length])).toEqual([
      ["first", 1],
      ["second", 0],
    ]);
  });

  it("is edited with 4,000 characters at most, while it is there and its channel is in use", async () => {
    const { slack, channel, form } = await open();
    const { ts } = await form("chat.postMessage", { channel: channel.id, text: "x".repeat(5_000) });
    const edit = (text: string) => form("chat.update", { channel: channel.id, ts, text });
    expect(await edit("x".repeat(4_000))).toMatchObject({ ok: true });
    expect(await edit("x".repeat(4_001))).toMatchObject({ error: "msg_too_long" });
    channel.archived = true;
    expect(await edit("y")).toMatchObject({ error: "is_inactive" });
    channel.archived = false;
    slack.deleteMessage({ channel: channel.id, ts });
    expect(await edit("y")).toMatchObject({ error: "message_not_found" });
  });
});

describe("rates", () => {
  it("refuse a message too many in one channel, with whole seconds to wait, and nothing else", async () => {
    const { slack, channel, call, form } = await open();
    slack.workspace.addChannel({ name: "other" });
    slack.setRates({ perChannel: 0.01 });
    const post = (to: string) => call("chat.postMessage", { body: new URLSearchParams({ channel: to, text: "x" }) });
    expect((await post(channel.id)).status).toBe(200);
    const refused = await post(channel.id);
    expect([refused.status, refused.headers.get("retry-after"), await refused.json()]).toEqual([
      429,
      "100",
      { ok: false, error: "ratelimited" },
    ]);
    expect((await post("other")).status).toBe(200);
    expect(await form("auth.test")).toMatchObject({ ok: true });
  });

  it("of the tiers allow a burst and then their number a minute", async () => {
    const { slack, call } = await open();
    slack.setRates({ tiers: true, burst: 3 });
    const look = () => call("users.lookupByEmail", { body: new URLSearchParams({ email: "a@example.com" }) });
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await look()).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });
});

describe("a barrier", () => {
  it.each([
    ["before", 0],
    ["after", 1],
  ] as const)("%s acceptance holds calls until it is released", async (when, accepted) => {
    const { slack, channel, form } = await open();
    const barrier = slack.hold({ method: "chat.postMessage", when });
    const answer = form("chat.postMessage", { channel: channel.id, text: "x" });
    await slack.waitUntil(() => barrier.held === 1);
    expect(slack.workspace.messages).toHaveLength(accepted);
    expect(await form("auth.test")).toMatchObject({ ok: true });
    barrier.release();
    expect(await answer).toMatchObject({ ok: true });
    expect(await form("chat.postMessage", { channel: channel.id, text: "y" })).toMatchObject({ ok: true });
  });

  it("lets go of a call whose client has left, without carrying it out", async () => {
    const { slack, channel, call } = await open();
    const barrier = slack.hold({ when: "before", times: 1 });
    const controller = new AbortController();
    const body = new URLSearchParams({ channel: channel.id, text: "x" });
    const answer = call("chat.postMessage", { body, signal: controller.signal }).catch((thrown: unknown) => thrown);
    await slack.waitUntil(() => barrier.held === 1);
    controller.abort();
    expect(await answer).toMatchObject({ name: "AbortError" });
    await slack.waitForCall({ where: ({ abandoned }) => abandoned });
    await slack.waitUntil(() => barrier.held === 0);
    expect(slack.workspace.messages).toEqual([]);
  });
});

describe("a fault", () => {
  it("meets the calls it is for, as often as it says, and carries out what it says", async () => {
    const { slack, channel, form } = await open();
    slack.fail({ effect: { kind: "refuse", error: "fatal_error" }, method: "chat.postMessage", times: 2 });
    const post = () => form("chat.postMessage", { channel: channel.id, text: "x" });
    expect(await form("auth.test")).toMatchObject({ ok: true });
    expect([await post(), await post(), await post()].map(({ ok }) => ok)).toEqual([false, false, true]);
    slack.fail({ effect: { kind: "drop", accepted: true } });
    await expect(post()).rejects.toThrow();
    slack.heal();
    expect(slack.workspace.messages).toHaveLength(2);
    expect(slack.calls.map(({ outcome }) => outcome)).toEqual(["ok", "http 200", "http 200", "ok", "dropped"]);
  });
});

describe("waiting", () => {
  it("ends with what has come, or says what has not", async () => {
    const { slack, channel, form } = await open();
    const waiting = slack.waitForMessages(2);
    await form("chat.postMessage", { channel: channel.id, text: "1" });
    await form("chat.postMessage", { channel: channel.id, text: "2" });
    expect((await waiting).map((message) => contentOf(message).text)).toEqual(["1", "2"]);
    await expect(slack.waitForMessages(3, 1)).rejects.toThrow("Waited 1 ms in vain: 2 calls so far");
  });
});
