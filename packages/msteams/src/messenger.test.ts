import type { RequestMessage, SentMessage } from "@access-plugins/core";
import { sampleMessage } from "@access-plugins/testing";
import { afterEach, describe, expect, it } from "vitest";
import { failureOf, openRig, type Rig } from "./testing/rig.ts";
import { contentOf } from "./testing/tenant.ts";

const rigs: Rig[] = [];

async function open(): Promise<Rig> {
  const rig = await openRig();
  rigs.push(rig);
  rig.teams.tenant.addUser({ mail: "alice@example.com" });
  return rig;
}

afterEach(async () => {
  await Promise.all(rigs.splice(0).map((rig) => rig.close()));
});

async function post(rig: Rig, message: RequestMessage = sampleMessage()): Promise<SentMessage> {
  const to = await rig.messenger.findRecipient("alice@example.com", "any", rig.call());
  return rig.messenger.post(to, message, "key", rig.call());
}

const installationOf = ({ teams }: Rig) => {
  const [installation] = teams.tenant.installations;
  if (installation === undefined) throw new Error("the app is installed for nobody");
  return installation;
};

describe("a message the official plugin posted", () => {
  it.each([
    ["an e-mail address", () => "alice@example.com"],
    ["an object id", ({ teams }: Rig) => teams.tenant.findUser("alice@example.com")?.id ?? ""],
  ])("is found again by %s and edited", async (_, toRid) => {
    const rig = await open();
    const { id } = await post(rig);
    const official = { id: id ?? "", ts: "21 Nov 26 11:24 UTC", rid: toRid(rig) };
    const edited = await rig.messenger.edit(official, sampleMessage({ status: "approved" }), rig.call());
    expect(edited).toMatchObject(official);
    expect(edited["conversation"]).toBe(rig.teams.tenant.messages[0]?.conversation);
    expect(JSON.stringify(rig.teams.tenant.messages[0]?.history.at(-1))).toContain("APPROVED");
  });

  it("in a channel is edited without a look-up", async () => {
    const rig = await open();
    const { tenant } = rig.teams;
    const channel = tenant.addChannel(tenant.addTeam({ name: "T" }), { name: "C" });
    const message = tenant.post(channel, {});
    const official = { id: message.id, ts: "21 Nov 26 11:24 UTC", rid: tenant.linkOf(channel) };
    await rig.messenger.edit(official, sampleMessage(), rig.call());
    expect(rig.newCalls()).toEqual(["put"]);
  });

  it("costs the look-up once for all messages of one recipient", async () => {
    const rig = await open();
    const ids = [await post(rig), await post(rig), await post(rig)].map(({ id = "" }) => id);
    const other = rig.restart();
    rig.newCalls();
    await Promise.all(
      ids.map((id) => other.edit({ id, ts: "t", rid: "alice@example.com" }, sampleMessage(), rig.call())),
    );
    expect(rig.newCalls().filter((method) => method === "batch")).toHaveLength(1);
  });
});

describe("a person who has just got the app", () => {
  it("is written to as soon as Teams takes it, each try by the caller", async () => {
    const rig = await open();
    rig.teams.settings.installDelay = { hiddenReads: 0, refusedPosts: 2 };
    const to = await rig.messenger.findRecipient("alice@example.com", "any", rig.call());
    for (const _ of [1, 2]) {
      const error = await failureOf(rig.messenger.post(to, sampleMessage(), "key", rig.call()));
      expect(error).toMatchObject({ code: "unavailable", retryAfterMs: 3_000, ambiguous: false });
    }
    await rig.messenger.post(to, sampleMessage(), "key", rig.call());
    expect(rig.teams.tenant.messages).toHaveLength(1);
  });
});

describe("a person who has removed the app", () => {
  it("gets it again and then the message", async () => {
    const rig = await open();
    const to = await rig.messenger.findRecipient("alice@example.com", "any", rig.call());
    rig.teams.tenant.uninstall(installationOf(rig));
    const error = await failureOf(rig.messenger.post(to, sampleMessage(), "key", rig.call()));
    expect(error.code).toBe("unavailable");
    await rig.messenger.post(to, sampleMessage(), "key", rig.call());
    expect(rig.teams.tenant.messages).toHaveLength(1);
  });

  it("is blocked when that does not help", async () => {
    const rig = await open();
    const to = await rig.messenger.findRecipient("alice@example.com", "any", rig.call());
    installationOf(rig).refusedPosts = 1_000;
    expect((await failureOf(rig.messenger.post(to, sampleMessage(), "key", rig.call()))).code).toBe("unavailable");
    await rig.clock.advance(90_000);
    const error = await failureOf(rig.messenger.post(to, sampleMessage(), "key", rig.call()));
    expect(error.code).toBe("app_not_installed");
    expect(error.fix).toMatch(/\w/u);
  });
});

describe("uninstalling", () => {
  it("takes the app from a person, and is harmless when it is gone", async () => {
    const rig = await open();
    const to = await rig.messenger.findRecipient("alice@example.com", "any", rig.call());
    await rig.messenger.uninstall?.(to, rig.call());
    await rig.messenger.uninstall?.(to, rig.call());
    expect(rig.teams.tenant.installations).toEqual([]);
  });
});

describe("two calls at once in one conversation", () => {
  it("that Teams refuses (412) go one after the other, and all arrive", async () => {
    const rig = await open();
    const to = await rig.messenger.findRecipient("alice@example.com", "any", rig.call());
    rig.teams.settings.rates = { perConversation: 0, connector: 0, perOperation: 0, burst: 1, refuseConcurrent: true };
    const insist = async (message: RequestMessage): Promise<void> => {
      const error = await rig.messenger.post(to, message, "key", rig.call()).then(
        () => undefined,
        (thrown) => thrown,
      );
      if (error === undefined) return;
      expect(error).toMatchObject({ code: "rate_limited", reason: "PreconditionFailed", ambiguous: false });
      return insist(message);
    };
    const all = Promise.all(Array.from({ length: 8 }, () => insist(sampleMessage())));
    const moving = rig.clock.advanceUntil(() => rig.teams.tenant.messages.length === 8, 600_000);
    await Promise.allSettled([all, moving]);
    await all;
    expect(rig.teams.tenant.messages).toHaveLength(8);
  });
});

describe("what is sent", () => {
  it("is a card and a line for the notification, and no text beside them", async () => {
    const rig = await open();
    await post(rig);
    const [message] = rig.teams.tenant.messages;
    if (message === undefined) throw new Error("nothing was posted");
    expect(contentOf(message)).toMatchObject({ type: "message", attachments: [{}] });
    expect(contentOf(message)).not.toHaveProperty("text");
    const [call] = rig.teams.connector.calls;
    expect(call?.url).toMatch(/^POST \/emea\/v3\/conversations\/19%3A[\w%.-]+\/activities$/u);
  });

  it("that is too large for Teams comes back as refused content", async () => {
    const rig = await open();
    rig.teams.settings.maxBytes = 100;
    const error = await failureOf(post(rig));
    expect(error).toMatchObject({ code: "content_rejected", reason: "MessageSizeTooBig", ambiguous: false });
  });
});

describe("a stored address that is none", () => {
  it.each([{}, { id: "" }, { id: "1 2" }, { id: "../x", rid: "" }, { id: "1", rid: "" }])(
    "%j reaches nobody",
    async (sent) => {
      const rig = await open();
      expect((await failureOf(rig.messenger.edit(sent as SentMessage, sampleMessage(), rig.call()))).code).toBe(
        "invalid_argument",
      );
      expect(rig.teams.connector.calls).toEqual([]);
    },
  );
});
