import { type Call, createRateLimiter, silentLog } from "@access-plugins/core";
import { createFakeClock, sampleMessage } from "@access-plugins/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createSlackMessenger } from "./messenger.ts";
import { createFakeSlackServer, type FakeSlackServer } from "./testing/index.ts";

const servers: FakeSlackServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((slack) => slack.close())));

const call: Call = { signal: new AbortController().signal, lane: "alice", mayStart: () => true };

async function open() {
  const slack = await createFakeSlackServer();
  servers.push(slack);
  const clock = createFakeClock();
  const deps = { log: silentLog, limiter: createRateLimiter({ clock }), clock, token: () => slack.token };
  return { slack, clock, messenger: createSlackMessenger({ apiurl: slack.apiUrl }, deps) };
}

const hour = 3_600_000;

describe("the name of a channel", () => {
  it("is the channel's id from the first post on, so that name and id are one recipient", async () => {
    const { slack, messenger } = await open();
    const { id } = slack.workspace.addChannel({ name: "ops" });
    const byName = await messenger.findRecipient("#Ops", "any", call);
    expect(byName).toEqual({ id: "ops", kind: "channel" });
    await messenger.post(byName, sampleMessage(), "key", call);
    expect(await messenger.findRecipient("ops", "any", call)).toEqual({ id, kind: "channel" });
    expect(await messenger.findRecipient(id, "any", call)).toEqual({ id, kind: "channel" });
  });

  it("is looked up anew after an hour, so that a renamed channel is not followed for ever", async () => {
    const { slack, clock, messenger } = await open();
    slack.workspace.addChannel({ name: "ops" });
    await messenger.post({ id: "ops", kind: "channel" }, sampleMessage(), "key", call);
    await clock.advance(hour - 1);
    expect((await messenger.findRecipient("ops", "any", call)).id).not.toBe("ops");
    await clock.advance(1);
    expect((await messenger.findRecipient("ops", "any", call)).id).toBe("ops");
  });

  it.each(["équipe-sécurité", "開発", "ops_2", "mpdm-a.b--c-1"])("may be %s", async (name) => {
    const { messenger } = await open();
    expect(await messenger.findRecipient(`#${name}`, "any", call)).toEqual({ id: name, kind: "channel" });
  });

  it.each(["two words", "##ops", "@ops", "ops,dev", "<#C0123ABCD>", "#", "x".repeat(81), "a/b", "slack:ops"])(
    "is not %j",
    async (name) => {
      const { slack, messenger } = await open();
      await expect(messenger.findRecipient(name, "any", call)).rejects.toMatchObject({
        code: "recipient_unknown",
        recipient: name,
      });
      expect(slack.calls).toEqual([]);
    },
  );
});

describe("a person", () => {
  it("is written to by user id, and the message's address is the direct channel", async () => {
    const { slack, messenger } = await open();
    const user = slack.workspace.addUser({ email: "bob+x@example.com" });
    const to = await messenger.findRecipient("Bob+x@example.com", "person", call);
    expect(to).toEqual({ id: user.id, kind: "person" });
    const sent = await messenger.post(to, sampleMessage(), "key", call);
    expect(sent["channel"]).toMatch(/^D/u);
    await messenger.edit(sent, sampleMessage({ status: "approved" }), call);
    expect(slack.calls.map((made) => made.method)).toEqual(["users.lookupByEmail", "chat.postMessage", "chat.update"]);
  });

  it("that is not known is named as configured", async () => {
    const { messenger } = await open();
    const failure = messenger.findRecipient("who@example.com", "any", call);
    await expect(failure).rejects.toMatchObject({ code: "recipient_unknown", recipient: "who@example.com" });
  });

  it("cannot be found without the scope, which concerns this recipient only", async () => {
    const { slack, messenger } = await open();
    slack.tokens.grant(slack.token, ["chat:write"]);
    const failure = messenger.findRecipient("bob@example.com", "any", call);
    await expect(failure).rejects.toMatchObject({ code: "recipient_forbidden", reason: "missing_scope" });
  });
});
