import { messageOfText, sampleMessage } from "@access-plugins/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { attachmentsOf } from "./testing/attachments.ts";
import { judgePost } from "./testing/judge-post.ts";
import { call, failureOf, findingsOf, openRig } from "./testing/open-rig.ts";
import { contentOf } from "./testing/site.ts";

/** Ten things a real 11.6 server does that a client written from the documentation alone would not survive. */

const approved = sampleMessage({ status: "approved" });

async function openWithPost(options: Parameters<typeof openRig>[0] = {}) {
  const rig = await openRig(options);
  const to = await rig.messenger.findRecipient("dev/security", "any", call);
  const sent = await rig.messenger.post(to, sampleMessage(), "key-1", call);
  const post = rig.fake.site.post(sent["post"] ?? "");
  if (post === undefined) throw new Error("The post is not there.");
  return { ...rig, to, sent, post };
}

describe("trap 1: answers lack the integration of buttons, and a patch replaces all properties", () => {
  it("renders all properties anew at each edit, and reads none", async () => {
    const { fake, messenger, sent, post } = await openWithPost();
    await messenger.edit(sent, approved, call);
    expect(contentOf(post).props).toMatchObject({ from_bot: "true", attachments: [{ color: "#3db887" }] });
    expect(fake.calls.filter(({ method }) => method === "GET posts/{id}")).toEqual([]);
  });

  it("takes the attachment away when the plain form follows the rich one, and stays a bot's message", async () => {
    const { messenger, sent, post } = await openWithPost();
    await messenger.edit(sent, sampleMessage({ form: "plain" }), call);
    expect(contentOf(post).props).toEqual({ from_bot: "true" });
  });
});

describe("trap 2: the edit of a post that is gone is 403, not 404", () => {
  it("tells a deleted post by reading it", async () => {
    const { fake, messenger, sent } = await openWithPost();
    fake.deletePost(sent["post"] ?? "");
    expect((await failureOf(messenger.edit(sent, approved, call))).code).toBe("message_not_found");
  });

  it.each(["dev/security", "dev/owners"])("tells a bot removed from %s by its membership", async (raw) => {
    const { fake, messenger } = await openRig();
    const to = await messenger.findRecipient(raw, "any", call);
    const sent = await messenger.post(to, sampleMessage(), "key-1", call);
    fake.site.channel(to.id)?.members.delete(fake.bot.id);
    const error = await failureOf(messenger.edit(sent, approved, call));
    expect(error).toMatchObject({ code: "recipient_forbidden", reason: "not_in_channel" });
    expect(error.fix).toContain("/invite");
  });

  it("tells a post of another account by its author", async () => {
    const { fake, messenger, to, alice } = await openWithPost();
    const foreign = fake.site.addPost({ channelId: to.id, userId: alice.id, rootId: "", message: "mine", props: {} });
    const error = await failureOf(messenger.edit({ channel: to.id, post: foreign.id }, approved, call));
    expect(error).toMatchObject({ code: "recipient_forbidden", reason: "foreign_author" });
    expect(contentOf(foreign).message).toBe("mine");
  });
});

describe("trap 3: a server without its database refuses valid calls", () => {
  const sessions = [true, false];
  const memberships = [true, false];

  it.each(sessions.flatMap((known) => memberships.map((member) => [known, member] as const)))(
    "believes nothing it says meanwhile (session known: %s, membership known: %s)",
    async (known, member) => {
      const { fake, messenger, to, sent, alice } = await openWithPost();
      fake.settings.database = "gone";
      Object.assign(fake.settings.cached, { sessions: known, memberships: member });
      const calls = {
        post: () => messenger.post(to, sampleMessage(), "key-2", call),
        edit: () => messenger.edit(sent, approved, call),
        reply: () => messenger.reply?.(sent, { kind: "outcome", status: "approved", resolveReason: "" }, "key-3", call),
        email: () => messenger.findRecipient("alice@example.com", "any", call),
        channel: () => messenger.findRecipient("dev/security", "any", call),
        id: () => messenger.findRecipient(alice.id, "any", call),
        search: () => messenger.findPosted?.(to, "key-1", call),
      };
      for (const [name, made] of Object.entries(calls)) {
        expect((await failureOf(Promise.resolve(made()))).code, name).toBe("unavailable");
      }
    },
  );

  it("throws at a check, so that the start waits instead of giving up", async () => {
    const { fake, messenger } = await openRig();
    fake.settings.database = "gone";
    fake.settings.cached.sessions = false;
    expect(await failureOf(findingsOf(messenger))).toMatchObject({
      code: "unavailable",
      reason: "database_unhealthy",
    });
  });

  it("goes on with the answer that comes when the database is back before the question is repeated", async () => {
    const { fake, messenger, sent, post } = await openWithPost();
    fake.settings.database = "gone";
    const ping = fake.hold({ when: "before", method: "GET system/ping", times: 1 });
    const editing = messenger.edit(sent, approved, call);
    await fake.waitUntil(() => ping.held === 1);
    fake.settings.database = "ok";
    ping.release();
    await editing;
    expect(contentOf(post).message).toContain("approved");
  });

  it("takes the id of an unknown account for an outage when its status is 500", async () => {
    const { fake, messenger } = await openRig();
    const body = JSON.stringify({ id: "app.user.missing_account.const", message: "", status_code: 500 });
    const headers = { "content-type": "application/json" };
    fake.fail({ method: "GET users/email/{email}", effect: { kind: "status", status: 500, body, headers }, times: 1 });
    expect((await failureOf(messenger.findRecipient("alice@example.com", "any", call))).code).toBe("unavailable");
  });

  it("believes a refusal that a healthy server repeats, asking no more than it must", async () => {
    const { messenger, lastCalls } = await openRig();
    const error = await failureOf(messenger.findRecipient("nobody@example.com", "any", call));
    expect(error.code).toBe("recipient_unknown");
    expect(lastCalls(3)).toEqual(["GET users/email/{email}", "GET system/ping", "GET users/email/{email}"]);
  });

  it("understands an old server that answers its ping with 500", async () => {
    const { fake, messenger } = await openRig();
    const body = JSON.stringify({ status: "UNHEALTHY", database_status: "UNHEALTHY" });
    const headers = { "content-type": "application/json" };
    fake.fail({ method: "GET system/ping", effect: { kind: "status", status: 500, body, headers }, times: 1 });
    expect((await failureOf(messenger.findRecipient("nobody@example.com", "any", call))).code).toBe("unavailable");
  });
});

describe("trap 4: a deactivated person is found, opened a channel for and posted to", () => {
  it.each(["e-mail", "id"])("refuses one given by %s and opens no channel", async (form) => {
    const { fake, messenger } = await openRig();
    const gone = fake.site.addUser({ email: "gone@example.com", deactivated: true });
    const raw = form === "id" ? gone.id : gone.email;
    const error = await failureOf(messenger.findRecipient(raw, "any", call));
    expect(error).toMatchObject({ code: "recipient_gone", recipient: raw });
    expect(fake.site.channels.filter(({ kind }) => kind === "D")).toEqual([]);
  });
});

describe("trap 5: U+0000 anywhere is refused for ever", () => {
  it.each(["rich", "plain"] as const)("never sends one, in the %s form", async (form) => {
    const { messenger, to } = await openWithPost();
    const message = { ...messageOfText((field) => `${field}\u0000\u0000!`), form };
    const sent = await messenger.post(to, message, "key-2", call);
    await messenger.edit(sent, { ...message, reason: "\u0000" }, call);
    const review = { kind: "review", author: "bob\u0000", state: "denied", reason: "\u0000" } as const;
    await expect(messenger.reply?.(sent, review, "key-3", call)).resolves.toBeUndefined();
  });
});

describe("trap 6: PostEditTimeLimit forbids every edit after it", () => {
  it("says that the message is locked, and replies all the same", async () => {
    let now = Date.now();
    const { fake, messenger, sent, post } = await openWithPost({ now: () => now });
    fake.settings.postEditTimeLimit = 300;
    await messenger.edit(sent, approved, call);
    now += 301_000;
    const error = await failureOf(messenger.edit(sent, approved, call));
    expect(error).toMatchObject({ code: "message_locked" });
    expect(error.fix).toContain("PostEditTimeLimit");
    await messenger.reply?.(sent, { kind: "outcome", status: "approved", resolveReason: "" }, "key-3", call);
    expect(post.replies).toHaveLength(1);
  });

  it("warns of it at start", async () => {
    const { fake, messenger } = await openRig();
    fake.settings.postEditTimeLimit = 300;
    const findings = await findingsOf(messenger);
    expect(findings.find(({ level }) => level === "warning")?.fix).toContain("PostEditTimeLimit");
  });
});

describe("trap 7: redirects turn a POST into a GET", () => {
  it.each(["/", "//", "/api/v4", "/api/v4/"])("posts with a configured URL that ends with %s", async (end) => {
    const { fake, messengerAt } = await openRig();
    const messenger = messengerAt(`${fake.url}${end}`);
    const to = await messenger.findRecipient("dev/security", "any", call);
    await messenger.post(to, sampleMessage(), "key-1", call);
    expect(fake.calls.every(({ url }) => !url.includes("//"))).toBe(true);
    expect(fake.site.posts).toHaveLength(1);
  });

  it.each(["/chat", "/chat/"])("posts below a subpath, configured as %s", async (path) => {
    const { fake, messengerAt } = await openRig({ subpath: "/chat" });
    const messenger = messengerAt(new URL(path, fake.url).href);
    const to = await messenger.findRecipient("dev/security", "any", call);
    await messenger.post(to, sampleMessage(), "key-1", call);
    expect(fake.site.posts).toHaveLength(1);
  });

  it("follows no redirect, not even for a look-up, and names the setting", async () => {
    const { fake, messengerAt } = await openRig({ subpath: "/chat" });
    const messenger = messengerAt(new URL(fake.url).origin);
    const error = await failureOf(messenger.findRecipient("dev/security", "any", call));
    expect(error).toMatchObject({ code: "unavailable", reason: "http_302" });
    expect(error.fix).toContain("mattermost.url");
    expect(fake.calls).toHaveLength(1);
    expect(await findingsOf(messenger)).toMatchObject([{ code: "server", level: "error" }]);
  });
});

describe("trap 8: the server fetches images, and the first link of a message", () => {
  const hostile = (field: string) => `${field} ![x](https://evil.example/p.png) https://evil.example/ www.evil.example`;

  it.each(["rich", "plain"] as const)("gives it nothing to fetch, in the %s form", async (form) => {
    const { messenger, to, fake } = await openWithPost();
    const sent = await messenger.post(to, { ...messageOfText(hostile), form }, "key-2", call);
    const post = fake.site.post(sent["post"] ?? "");
    expect(judgePost(contentOf(post ?? never()))).toEqual({ mentions: [], links: [], faults: [] });
  });

  it("puts people's text into the attachment, never into the message", async () => {
    const { messenger, to, fake } = await openWithPost();
    const sent = await messenger.post(
      to,
      messageOfText(() => "canary"),
      "key-2",
      call,
    );
    await messenger.reply?.(
      sent,
      { kind: "review", author: "canary", state: "denied", reason: "canary" },
      "key-3",
      call,
    );
    const post = fake.site.post(sent["post"] ?? "") ?? never();
    for (const one of [post, ...post.replies]) {
      expect(contentOf(one).message).not.toContain("canary");
      expect(JSON.stringify(contentOf(one).props)).toContain("canary");
    }
  });
});

describe("trap 9: one wrong type in an attachment drops all of them without a word", () => {
  const strictAttachment = z.strictObject({
    color: z.string().regex(/^#[0-9a-f]{6}$/u),
    fallback: z.string().min(1),
    title: z.string(),
    title_link: z.string(),
    text: z.string(),
    fields: z.array(z.strictObject({ title: z.string().min(1), value: z.string().min(1), short: z.boolean() })),
  });

  it("sends the right types for every kind of request, and the server keeps them", async () => {
    const { fake, messenger, to } = await openWithPost();
    const { action: _, ...bare } = sampleMessage({
      roles: [],
      resources: [],
      reason: "",
      times: {},
      user: "",
      cluster: "",
    });
    const messages = [sampleMessage(), approved, bare, messageOfText(() => ""), messageOfText(() => "5")];
    for (const [index, message] of messages.entries()) await messenger.post(to, message, `key ${index}`, call);
    const sentProps = z.object({ props: z.object({ attachments: z.array(strictAttachment) }) });
    for (const { method, content } of fake.calls) {
      if (method === "POST posts") expect(sentProps.parse(content).props.attachments).toHaveLength(1);
    }
    for (const post of fake.site.posts) expect(attachmentsOf(contentOf(post).props)).toHaveLength(1);
  });
});

describe("trap 10: with VaryByUser the limiter's headers come twice", () => {
  it("reads the first number of each", async () => {
    const { fake, messenger, to } = await openWithPost();
    const headers = { "content-type": "text/plain; charset=utf-8", "retry-after": "3, 3" };
    fake.fail({ effect: { kind: "status", status: 429, body: "limit exceeded\n", headers }, times: 1 });
    const error = await failureOf(messenger.post(to, sampleMessage(), "key-2", call));
    expect(error).toMatchObject({ code: "rate_limited", retryAfterMs: 3_000, bucket: "server" });
  });

  it("falls back to the time until all is free again", async () => {
    const { fake, messenger, to } = await openWithPost();
    fake.fail({ effect: { kind: "status", status: 429, headers: { "x-ratelimit-reset": "5, 5" } }, times: 1 });
    expect((await failureOf(messenger.post(to, sampleMessage(), "key-2", call))).retryAfterMs).toBe(5_000);
  });

  it("understands plain text without request id, from a limiter that counts twice", async () => {
    const { fake, messenger, to } = await openWithPost({ now: () => 1_795_000_000_000 });
    fake.setRates({ perSecond: 1, maxBurst: 2, varyByUser: true });
    for (const key of ["a", "b", "c"]) await messenger.post(to, sampleMessage(), key, call);
    const error = await failureOf(messenger.post(to, sampleMessage(), "d", call));
    expect(error).toMatchObject({ code: "rate_limited", retryAfterMs: 1_000, ambiguous: false });
  });
});

function never(): never {
  throw new Error("The post is not there.");
}
