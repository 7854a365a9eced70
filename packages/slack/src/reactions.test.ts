import { type Call, createRateLimiter, PluginError, silentLog, systemClock } from "@access-plugins/core";
import { sampleMessage } from "@access-plugins/testing";
import { expect, it, onTestFinished } from "vitest";
import { createSlackMessenger } from "./messenger.ts";
import { createFakeSlackServer } from "./testing/index.ts";
import { officialScopes } from "./testing/tokens.ts";

const call: Call = { signal: new AbortController().signal, lane: "alice", mayStart: () => true };

async function openWithMessage() {
  const slack = await createFakeSlackServer();
  onTestFinished(() => slack.close());
  slack.workspace.addChannel({ name: "access", id: "C0ACCESS01" });
  const deps = { log: silentLog, limiter: createRateLimiter({ clock: systemClock }), clock: systemClock };
  const messenger = createSlackMessenger({ apiurl: slack.apiUrl }, { ...deps, token: () => slack.token });
  const sent = await messenger.post({ id: "C0ACCESS01", kind: "channel" }, sampleMessage(), "key-1", call);
  const react = (...[status, before]: [status: "approved" | "denied", before?: "approved"]) =>
    messenger.react?.(sent, status, before, call);
  const reactions = () => slack.workspace.findMessage(sent["channel"] ?? "", sent["ts"] ?? "")?.reactions;
  return { slack, messenger, sent, react, reactions };
}

it("uses the icon that the message shows", async () => {
  const { react, reactions } = await openWithMessage();
  await react("approved");
  expect(reactions()).toEqual(["white_check_mark"]);
});

it("takes the sign of an overridden outcome away before it adds the new one", async () => {
  const { slack, react, reactions } = await openWithMessage();
  await react("approved");
  await react("denied", "approved");
  expect(reactions()).toEqual(["x"]);
  expect(slack.calls.slice(-2).map(({ method }) => method)).toEqual(["reactions.remove", "reactions.add"]);
});

it("does not mind that somebody else's call was first", async () => {
  const { react, reactions } = await openWithMessage();
  await react("approved");
  await react("approved");
  await react("denied", "approved");
  await react("denied", "approved");
  expect(reactions()).toEqual(["x"]);
});

it("names the scope that is missing and how to do without, and still posts and edits", async () => {
  const { slack, messenger, sent, react } = await openWithMessage();
  slack.tokens.grant(slack.token, officialScopes);
  const error = await react("approved")?.catch((thrown) => thrown);
  expect(error).toBeInstanceOf(PluginError);
  expect(error).toMatchObject({ code: "missing_scope", operation: "reactions.add", ambiguous: false });
  expect(error.fix).toMatch(/reactions:write.*status_reactions = false/su);
  await expect(messenger.edit(sent, sampleMessage({ status: "approved" }), call)).resolves.toEqual(sent);
});

it.each([
  ["too_many_reactions", "message_locked"],
  ["thread_locked", "message_locked"],
  ["is_archived", "recipient_gone"],
  ["a_word_of_tomorrow", "recipient_forbidden"],
])("takes %s for %s", async (refusal, code) => {
  const { slack, react } = await openWithMessage();
  slack.fail({ effect: { kind: "refuse", error: refusal }, times: 1 });
  await expect(react("approved")).rejects.toMatchObject({ code, fix: expect.stringMatching(/\w/u) });
});
