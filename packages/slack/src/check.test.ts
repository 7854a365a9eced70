import { type Call, type Check, createRateLimiter, silentLog, systemClock } from "@access-plugins/core";
import { afterEach, expect, it } from "vitest";
import { createSlackMessenger } from "./messenger.ts";
import { createFakeSlackServer, type FakeSlackServer, type SlackFault } from "./testing/index.ts";
import { officialScopes } from "./testing/tokens.ts";

const servers: FakeSlackServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((slack) => slack.close())));

const call: Call = { signal: new AbortController().signal, lane: "start", mayStart: () => true };

async function check(prepare: (slack: FakeSlackServer) => void): Promise<readonly Check[]> {
  const slack = await createFakeSlackServer();
  servers.push(slack);
  prepare(slack);
  const deps = { log: silentLog, limiter: createRateLimiter({ clock: systemClock }), clock: systemClock };
  const messenger = createSlackMessenger({ apiurl: slack.apiUrl }, { ...deps, token: () => slack.token });
  const findings: Check[] = [];
  for await (const finding of messenger.check(call)) findings.push(finding);
  return findings;
}

it("names the workspace and the bot", async () => {
  const [first] = await check(() => {});
  expect(first).toMatchObject({ code: "token", level: "ok", message: expect.stringContaining('"access-bot"') });
});

it("says of each missing scope what does not work without it", async () => {
  const findings = await check((slack) => slack.tokens.grant(slack.token, ["users:read"]));
  expect(findings.filter(({ code }) => code === "scopes").map(({ level, message }) => [level, message])).toEqual([
    ["error", "The token lacks the scope chat:write: no message can be posted."],
    ["warning", "The token lacks the scope users:read.email: recipients given by e-mail address cannot be found."],
    [
      "warning",
      "The token lacks the scope reactions:write: messages get no reaction when a request is decided, everything else works.",
    ],
  ]);
});

it("only warns of what the official plugin's scopes do not hold, and says how to do without", async () => {
  const findings = await check((slack) => slack.tokens.grant(slack.token, officialScopes));
  const [scopes] = findings.filter(({ level }) => level !== "ok");
  expect(scopes).toMatchObject({ code: "scopes", level: "warning", fix: expect.stringContaining("status_reactions") });
});

it("says nothing about scopes where Slack does not tell them", async () => {
  const body = JSON.stringify({ ok: true, team: "T", user: "u", bot_id: "B1" });
  const effect: SlackFault["effect"] = {
    kind: "status",
    status: 200,
    body,
    headers: { "content-type": "application/json" },
  };
  const findings = await check((slack) => slack.fail({ effect }));
  expect(findings.map(({ code }) => code)).toEqual(["token"]);
});

it("warns of a token that is a person's", async () => {
  const body = JSON.stringify({ ok: true, team: "T", user: "alice" });
  const effect: SlackFault["effect"] = {
    kind: "status",
    status: 200,
    body,
    headers: { "content-type": "application/json" },
  };
  const [first] = await check((slack) => slack.fail({ effect }));
  expect(first).toMatchObject({ level: "warning", fix: expect.stringContaining("xoxb-") });
});

it("reports a token that Slack refuses", async () => {
  const findings = await check((slack) => slack.tokens.revoke(slack.token));
  expect(findings).toEqual([
    expect.objectContaining({ code: "token", level: "error", message: expect.stringContaining("token_revoked") }),
  ]);
});

it("throws while Slack is out of order", async () => {
  const outage = check((slack) => slack.fail({ effect: { kind: "refuse", error: "internal_error" } }));
  await expect(outage).rejects.toMatchObject({ code: "unavailable" });
});
