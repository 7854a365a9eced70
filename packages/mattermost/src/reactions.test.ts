import { sampleMessage } from "@access-plugins/testing";
import { expect, it } from "vitest";
import { call, failureOf, openRig } from "./testing/open-rig.ts";

async function openWithPost() {
  const rig = await openRig();
  const to = await rig.messenger.findRecipient("dev/security", "any", call);
  const sent = await rig.messenger.post(to, sampleMessage(), "key-1", call);
  const post = rig.fake.site.post(sent["post"] ?? "");
  const react = async (status: "approved" | "denied", before?: "approved") =>
    rig.messenger.react?.(sent, status, before, call);
  return { ...rig, to, react, reactions: () => post?.reactions.map(({ emoji }) => emoji) };
}

it("uses the icon that the message shows, in one call", async () => {
  const { react, reactions, lastCalls } = await openWithPost();
  await react("approved");
  expect(reactions()).toEqual(["white_check_mark"]);
  expect(lastCalls(2)).toEqual(["POST posts", "POST reactions"]);
});

it("takes the sign of an overridden outcome away before it adds the new one", async () => {
  const { react, reactions, lastCalls } = await openWithPost();
  await react("approved");
  await react("denied", "approved");
  expect(reactions()).toEqual(["x"]);
  expect(lastCalls(2)).toEqual(["DELETE users/{id}/posts/{post}/reactions/{emoji}", "POST reactions"]);
});

it("touches nobody else's reaction", async () => {
  const { fake, alice, react, to } = await openWithPost();
  const [post] = fake.site.posts;
  post?.reactions.push({ userId: alice.id, emoji: "white_check_mark" });
  await react("approved");
  await react("denied", "approved");
  expect(post).toMatchObject({ channelId: to.id, reactions: [{ userId: alice.id }, { userId: fake.bot.id }] });
});

it("names the permission that is missing and how to do without", async () => {
  const { fake, react } = await openWithPost();
  fake.settings.mayReact = false;
  const error = await failureOf(react("approved"));
  expect(error).toMatchObject({ code: "recipient_forbidden", operation: "POST reactions" });
  expect(error.fix).toMatch(/add_reaction.*status_reactions = false/su);
});

it("tells a channel the bot was removed from, and an archived one", async () => {
  const { fake, to, react } = await openWithPost();
  const channel = fake.site.channel(to.id);
  channel?.members.delete(fake.bot.id);
  expect(await failureOf(react("approved"))).toMatchObject({ code: "recipient_forbidden", reason: "not_in_channel" });
  channel?.members.add(fake.bot.id);
  if (channel) channel.deletedAt = 1;
  expect((await failureOf(react("approved"))).code).toBe("recipient_gone");
});

it("believes a refusal only of a healthy server", async () => {
  const { fake, react } = await openWithPost();
  fake.settings.database = "gone";
  expect((await failureOf(react("approved"))).code).toBe("unavailable");
});
