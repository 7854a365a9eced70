import { describe, expect, it } from "vitest";
import { call, failureOf, openRig } from "./testing/open-rig.ts";

describe("a person", () => {
  it("is the direct channel with the bot, however they are named", async () => {
    const { fake, messenger, alice } = await openRig();
    const byEmail = await messenger.findRecipient("ALICE@example.com", "any", call);
    const byId = await messenger.findRecipient(alice.id, "person", call);
    expect(byId).toEqual(byEmail);
    expect(byEmail.kind).toBe("person");
    expect(fake.site.channel(byEmail.id)?.members).toEqual(new Set([fake.bot.id, alice.id]));
  });

  it.each(["a+b@example.com", "a/b@example.com", "a?x=1#@example.com", "ä%2F@example.com", "..@example.com"])(
    "with the address %s is asked for by exactly this address",
    async (email) => {
      const { fake, messenger } = await openRig();
      const odd = fake.site.addUser({ email });
      const to = await messenger.findRecipient(email, "any", call);
      expect(fake.site.channel(to.id)?.members).toContain(odd.id);
    },
  );

  it("cannot be found by address where the server hides them, which has a fix of its own", async () => {
    const { fake, messenger } = await openRig();
    fake.settings.showEmailAddress = false;
    const error = await failureOf(messenger.findRecipient("alice@example.com", "any", call));
    expect(error).toMatchObject({ code: "recipient_forbidden", recipient: "alice@example.com" });
    expect(error.fix).toContain("ShowEmailAddress");
  });

  it("outside the bot's teams cannot be written to where the server restricts direct messages", async () => {
    const { fake, messenger } = await openRig();
    fake.settings.restrictDirectMessage = "team";
    fake.site.addUser({ email: "stranger@example.com" });
    const error = await failureOf(messenger.findRecipient("stranger@example.com", "any", call));
    expect(error).toMatchObject({ code: "recipient_forbidden", recipient: "stranger@example.com" });
    expect(error.fix).toContain("RestrictDirectMessage");
    await expect(messenger.findRecipient("alice@example.com", "any", call)).resolves.toMatchObject({ kind: "person" });
  });

  it("is never a channel", async () => {
    const { fake, messenger } = await openRig();
    const channel = fake.site.channels.find(({ name }) => name === "security");
    for (const raw of ["dev/security", channel?.id ?? ""]) {
      expect(await failureOf(messenger.findRecipient(raw, "person", call))).toMatchObject({
        code: "recipient_unknown",
        recipient: raw,
      });
    }
  });
});

describe("a channel that cannot be used", () => {
  it.each([
    { raw: "dev/nope", code: "recipient_unknown", fix: /private.*\/invite/u },
    { raw: "nope/security", code: "recipient_unknown", fix: /no team "nope"/u },
    { raw: "dev/secret", code: "recipient_unknown", fix: /private.*\/invite/u },
    { raw: "dev/uninvited", code: "recipient_forbidden", fix: /\/invite/u },
    { raw: "ops/alerts", code: "recipient_forbidden", fix: /team "ops"/u },
    { raw: "dev/archived", code: "recipient_gone", fix: /unarchive/u },
    { raw: "dev/Town Square", code: "recipient_unknown", fix: /"dev\/town-square"/u },
    { raw: "My Team/security", code: "recipient_unknown", fix: /"my-team\/security"/u },
    { raw: "dev/Zürich", code: "recipient_unknown", fix: /channel's URL/u },
    { raw: "security", code: "recipient_unknown", fix: /team\/channel/u },
    { raw: "~security", code: "recipient_unknown", fix: /team\/channel/u },
    { raw: "https://mm.example.com/dev/channels/security", code: "recipient_unknown", fix: /team\/channel/u },
    { raw: "dev/security/", code: "recipient_unknown", fix: /team\/channel/u },
    { raw: "/security", code: "recipient_unknown", fix: /team\/channel/u },
  ])("is told as $code with its fix: $raw", async ({ raw, code, fix }) => {
    const { fake, messenger, alice, dev } = await openRig();
    fake.site.addChannel({ team: dev, name: "secret", kind: "P", members: [alice] });
    fake.site.addChannel({ team: dev, name: "archived", members: [fake.bot], archived: true });
    fake.site.addChannel({ team: fake.site.addTeam("ops"), name: "alerts", members: [alice] });
    const error = await failureOf(messenger.findRecipient(raw, "any", call));
    expect(error).toMatchObject({ code, recipient: raw });
    expect(error.fix).toMatch(fix);
  });

  it("is asked for by nothing but its names", async () => {
    const { fake, messenger } = await openRig();
    for (const raw of [
      "../users",
      "dev/..",
      "a/../../me@example.com",
      "/a@example.com",
      "a//b@example.com",
      "dev/security?include_deleted=true",
      "dev/%2e%2e",
      "a b/c d",
    ]) {
      expect((await failureOf(messenger.findRecipient(raw, "any", call))).code).toBe("recipient_unknown");
    }
    expect(fake.calls).toEqual([]);
  });

  it("is told with its fix when it is given by id", async () => {
    const { fake, messenger, alice, dev } = await openRig();
    const secret = fake.site.addChannel({ team: dev, name: "secret", kind: "P", members: [alice] });
    const archived = fake.site.addChannel({ team: dev, name: "archived", members: [fake.bot], archived: true });
    const uninvited = fake.site.channels.find(({ name }) => name === "uninvited");
    const codes = await Promise.all(
      [secret.id, archived.id, uninvited?.id ?? ""].map(
        async (id) => (await failureOf(messenger.findRecipient(id, "any", call))).code,
      ),
    );
    expect(codes).toEqual(["recipient_unknown", "recipient_gone", "recipient_forbidden"]);
  });
});

it("quotes a recipient bounded and on one line", async () => {
  const { messenger } = await openRig();
  const raw = `x\n\u202E${"y".repeat(5_000)}`;
  const { message } = await failureOf(messenger.findRecipient(raw, "any", call));
  expect(message.length).toBeLessThan(200);
  expect(message).not.toMatch(/[\n\u202E]/u);
});

it("needs two calls for a channel, and three for the first person", async () => {
  const { messenger, lastCalls } = await openRig();
  await messenger.findRecipient("dev/security", "any", call);
  expect(lastCalls(9)).toEqual(["GET teams/name/{team}/channels/name/{channel}", "GET channels/{id}/members/me"]);
  await messenger.findRecipient("alice@example.com", "any", call);
  await messenger.findRecipient("alice@example.com", "any", call);
  expect(lastCalls(5)).toEqual([
    "GET users/email/{email}",
    "GET users/me",
    "POST channels/direct",
    "GET users/email/{email}",
    "POST channels/direct",
  ]);
});
