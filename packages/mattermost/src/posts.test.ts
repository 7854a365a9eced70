import { sampleMessage } from "@access-plugins/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { call, failureOf, findingsOf, openRig } from "./testing/open-rig.ts";
import { contentOf } from "./testing/site.ts";

const approved = sampleMessage({ status: "approved" });

async function openChannel(options: Parameters<typeof openRig>[0] = {}) {
  const rig = await openRig(options);
  const to = await rig.messenger.findRecipient("dev/security", "any", call);
  await rig.messenger.findRecipient("alice@example.com", "any", call);
  return { ...rig, to };
}

const sentBody = z.looseObject({ pending_post_id: z.string(), props: z.looseObject({}) });

describe("posting with a key", () => {
  it("names a pending post of the bot, the same for every try and another for every place", async () => {
    const { fake, messenger, to } = await openChannel();
    const other = await messenger.findRecipient("dev/owners", "any", call);
    await messenger.post(to, sampleMessage(), "key-1", call);
    await messenger.post(to, sampleMessage(), "key-1", call);
    await messenger.post(other, sampleMessage(), "key-1", call);
    const ids = fake.calls
      .filter(({ method }) => method === "POST posts")
      .map(({ content }) => sentBody.parse(content).pending_post_id);
    expect(ids[0]).toMatch(new RegExp(`^${fake.bot.id}:[\\w-]{20,}$`, "u"));
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(fake.site.posts).toHaveLength(2);
  });

  it("posts once when the answer to the first try was lost", async () => {
    const { fake, messenger, to } = await openChannel();
    fake.fail({ method: "POST posts", effect: { kind: "drop", accepted: true }, times: 1 });
    expect(await failureOf(messenger.post(to, sampleMessage(), "key-1", call))).toMatchObject({ ambiguous: true });
    const sent = await messenger.post(to, sampleMessage(), "key-1", call);
    expect(fake.site.posts.map(({ id }) => id)).toEqual([sent["post"]]);
  });

  it("brings a post of an earlier try up to date", async () => {
    const { fake, messenger, to } = await openChannel();
    const first = await messenger.post(to, sampleMessage(), "key-1", call);
    const second = await messenger.post(to, approved, "key-1", call);
    expect(second).toEqual(first);
    const [post] = fake.site.posts;
    expect(post && contentOf(post).message).toContain("approved");
    expect(post && contentOf(post).props).toMatchObject({ from_bot: "true" });
    await expect(messenger.findPosted?.(to, "key-1", call)).resolves.toEqual(first);
  });

  it("says that a message may be there when it could not be brought up to date", async () => {
    const { fake, messenger, to } = await openChannel();
    await messenger.post(to, sampleMessage(), "key-1", call);
    fake.fail({ method: "PUT posts/{id}/patch", effect: { kind: "status", status: 503 }, times: 1 });
    const error = await failureOf(messenger.post(to, approved, "key-1", call));
    expect(error).toMatchObject({ code: "unavailable", ambiguous: true });
  });

  it("tells when the post of an earlier try has been deleted meanwhile", async () => {
    const { fake, messenger, to } = await openChannel();
    const { post = "" } = await messenger.post(to, sampleMessage(), "key-1", call);
    fake.deletePost(post);
    expect((await failureOf(messenger.post(to, approved, "key-1", call))).code).toBe("message_not_found");
  });

  it("leaves an earlier post as it is where edits are forbidden", async () => {
    let now = Date.now();
    const { fake, messenger, to } = await openChannel({ now: () => now });
    fake.settings.postEditTimeLimit = 0;
    const first = await messenger.post(to, sampleMessage(), "key-1", call);
    now += 1_000;
    await expect(messenger.post(to, approved, "key-1", call)).resolves.toEqual(first);
  });

  it("tries again later while the first try is still being stored", async () => {
    const { fake, messenger, to } = await openChannel();
    await messenger.post(to, sampleMessage(), "key-1", call);
    const sent = fake.calls.find(({ method }) => method === "POST posts");
    fake.pending.begin(sentBody.parse(sent?.content).pending_post_id);
    const error = await failureOf(messenger.post(to, sampleMessage(), "key-1", call));
    expect(error).toMatchObject({ code: "unavailable", ambiguous: true });
  });

  it.each(["author", "channel"])("refuses a post that has another %s", async (what) => {
    const { fake, messenger, to, alice } = await openChannel();
    await messenger.post(to, sampleMessage(), "key-1", call);
    const sent = fake.calls.find(({ method }) => method === "POST posts");
    const elsewhere = fake.site.channels.find(({ name }) => name === "owners");
    const squat = fake.site.addPost({
      channelId: what === "channel" ? (elsewhere?.id ?? "") : to.id,
      userId: what === "author" ? alice.id : fake.bot.id,
      rootId: "",
      message: "squat",
      props: {},
    });
    fake.pending.end(sentBody.parse(sent?.content).pending_post_id, squat.id);
    const error = await failureOf(messenger.post(to, approved, "key-1", call));
    expect(error).toMatchObject({ code: "unavailable", reason: "foreign_post", ambiguous: true });
    expect(contentOf(squat).message).toBe("squat");
  });
});

describe("searching for a posted message", () => {
  it("finds it by its key alone, long after, among the posts of others", async () => {
    const { fake, messenger, to, alice } = await openChannel();
    const sent = await messenger.post(to, sampleMessage(), "key-1", call);
    await messenger.post(to, sampleMessage(), "key-2", call);
    for (let count = 0; count < 450; count += 1) {
      fake.site.addPost({ channelId: to.id, userId: alice.id, rootId: "", message: "chat", props: {} });
    }
    await expect(messenger.findPosted?.(to, "key-1", call)).resolves.toEqual(sent);
    await expect(messenger.findPosted?.(to, "key-3", call)).resolves.toBeUndefined();
  });

  it("asks for one page of a quiet channel and for five of a busy one", async () => {
    const { fake, messenger, to, alice } = await openChannel();
    const pages = () => fake.calls.filter(({ method }) => method === "GET channels/{id}/posts").length;
    await messenger.findPosted?.(to, "key-1", call);
    expect(pages()).toBe(1);
    for (let count = 0; count < 1_500; count += 1) {
      fake.site.addPost({ channelId: to.id, userId: alice.id, rootId: "", message: "chat", props: {} });
    }
    await messenger.findPosted?.(to, "key-1", call);
    expect(pages()).toBe(6);
  });

  it.each(["deleted", "forged by somebody else"])("finds none that is %s", async (what) => {
    const { fake, messenger, to, alice } = await openChannel();
    const { post: id = "" } = await messenger.post(to, sampleMessage(), "key-1", call);
    const post = fake.site.post(id);
    fake.deletePost(id);
    if (what !== "deleted" && post !== undefined) {
      fake.site.addPost({ channelId: to.id, userId: alice.id, rootId: "", ...contentOf(post) });
    }
    await expect(messenger.findPosted?.(to, "key-1", call)).resolves.toBeUndefined();
  });

  it("is refused without membership", async () => {
    const { fake, messenger, to } = await openChannel();
    fake.site.channel(to.id)?.members.delete(fake.bot.id);
    expect((await failureOf(Promise.resolve(messenger.findPosted?.(to, "key-1", call)))).code).toBe(
      "recipient_forbidden",
    );
  });
});

describe("editing", () => {
  it("keeps a pinned post pinned and its reactions", async () => {
    const { fake, messenger, to } = await openChannel();
    const sent = await messenger.post(to, sampleMessage(), "key-1", call);
    const post = fake.site.post(sent["post"] ?? "");
    if (post === undefined) throw new Error("The post is not there.");
    post.pinned = true;
    post.reactions.push({ userId: fake.bot.id, emoji: "eyes" });
    await messenger.edit(sent, approved, call);
    expect(post).toMatchObject({ pinned: true, reactions: [{ emoji: "eyes" }] });
  });

  it("does not mark a message as edited when it shows the same again", async () => {
    const { fake, messenger, to } = await openChannel();
    const sent = await messenger.post(to, sampleMessage(), "key-1", call);
    await messenger.edit(sent, sampleMessage(), call);
    expect(fake.site.post(sent["post"] ?? "")?.editedAt).toBe(0);
  });

  it("takes over a message of the official plugin", async () => {
    const { fake, messenger, to } = await openChannel();
    const message = "**User**: alice\n**Roles**: editor\n**Status**: ⏳ PENDING";
    const official = fake.site.addPost({ channelId: to.id, userId: fake.bot.id, rootId: "", message, props: {} });
    const sent = messenger.stored.decode(`${to.id}/${official.id}`);
    if (sent === undefined) throw new Error("The entry is not read.");
    await messenger.edit(sent, approved, call);
    expect(contentOf(official).message).not.toContain("PENDING");
    expect(contentOf(official).props).toHaveProperty("attachments");
  });

  it("gives up a message in an archived channel", async () => {
    const { fake, messenger, to } = await openChannel();
    const sent = await messenger.post(to, sampleMessage(), "key-1", call);
    const channel = fake.site.channel(to.id);
    if (channel !== undefined) channel.deletedAt = 1;
    expect((await failureOf(messenger.edit(sent, approved, call))).code).toBe("recipient_gone");
    expect((await failureOf(messenger.post(to, approved, "key-2", call))).code).toBe("recipient_gone");
  });

  it.each([{}, { channel: "../users", post: "me" }, { channel: "a".repeat(26), post: "../../../etc" }])(
    "makes no path of an address that is none: %j",
    async (sent) => {
      const { fake, messenger } = await openRig();
      expect((await failureOf(messenger.edit(sent, approved, call))).code).toBe("invalid_argument");
      expect(fake.calls).toEqual([]);
    },
  );
});

describe("replying", () => {
  const review = { kind: "review", author: "bob", state: "denied", reason: "no" } as const;

  it("comments once below the message, however often it is tried", async () => {
    const { fake, messenger, to } = await openChannel();
    const sent = await messenger.post(to, sampleMessage(), "key-1", call);
    fake.fail({ method: "POST posts", effect: { kind: "drop", accepted: true }, times: 1 });
    await failureOf(Promise.resolve(messenger.reply?.(sent, review, "key-2", call)));
    await messenger.reply?.(sent, review, "key-2", call);
    expect(fake.site.post(sent["post"] ?? "")?.replies).toHaveLength(1);
    expect(fake.site.posts).toHaveLength(1);
  });

  it("tells when the message is gone", async () => {
    const { fake, messenger, to } = await openChannel();
    const sent = await messenger.post(to, sampleMessage(), "key-1", call);
    fake.deletePost(sent["post"] ?? "");
    const error = await failureOf(Promise.resolve(messenger.reply?.(sent, review, "key-2", call)));
    expect(error.code).toBe("message_not_found");
  });
});

describe("who the bot is", () => {
  const ownCalls = ({ calls }: { readonly calls: readonly { readonly method: string }[] }) =>
    calls.filter(({ method }) => method === "GET users/me").length;

  it("is asked once per token, however many want to know at once", async () => {
    const { fake, messenger } = await openRig();
    const raws = ["alice@example.com", "bob@example.com", "carol@example.com"];
    for (const email of raws.slice(1)) fake.site.addUser({ email });
    await Promise.all(raws.map((raw) => messenger.findRecipient(raw, "any", { ...call })));
    expect(ownCalls(fake)).toBe(1);
  });

  it("is known from the check at start on", async () => {
    const { fake, messenger } = await openRig();
    await findingsOf(messenger);
    await messenger.findRecipient("alice@example.com", "any", call);
    expect(ownCalls(fake)).toBe(1);
  });

  it("is asked again by the others when the one who asked is stopped", async () => {
    const { fake, messenger } = await openRig();
    const barrier = fake.hold({ when: "before", method: "GET users/me", times: 1 });
    const first = new AbortController();
    const stopped = failureOf(messenger.findRecipient("alice@example.com", "any", { ...call, signal: first.signal }));
    await fake.waitUntil(() => barrier.held === 1);
    const second = messenger.findRecipient("alice@example.com", "any", { ...call });
    await fake.waitUntil(() => fake.calls.filter(({ method }) => method.startsWith("GET users/email")).length === 2);
    first.abort();
    expect((await stopped).code).toBe("aborted");
    await expect(second).resolves.toMatchObject({ kind: "person" });
  });

  it("is asked again after a failure", async () => {
    const { fake, messenger } = await openRig();
    fake.fail({ method: "GET users/me", effect: { kind: "status", status: 503 }, times: 1 });
    expect((await failureOf(messenger.findRecipient("alice@example.com", "any", call))).code).toBe("unavailable");
    await expect(messenger.findRecipient("alice@example.com", "any", call)).resolves.toMatchObject({ kind: "person" });
  });
});
