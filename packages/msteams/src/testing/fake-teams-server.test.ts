import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFakeTeamsServer, type FakeTeamsServer } from "./fake-teams-server.ts";

let teams: FakeTeamsServer;
let graphToken: string;
let connectorToken: string;

beforeEach(async () => {
  teams = await createFakeTeamsServer();
  graphToken = teams.tokens.issue("graph");
  connectorToken = teams.tokens.issue("connector");
  teams.tenant.addUser({ mail: "alice@example.com", id: aliceId });
});

afterEach(() => teams.close());

const aliceId = "1b1f4e7a-8c3d-4f0e-9a52-00000000a11c";
const json = { "content-type": "application/json" };

interface Sent {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly token?: string;
}

async function send(url: string, token: string, { method = "GET", body, headers = {}, token: other }: Sent) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const all = { authorization: `Bearer ${other ?? token}`, ...headers };
  const answer = await fetch(url, { method, headers: all, ...(body === undefined ? {} : { body: text }) });
  const answered = await answer.text();
  return { status: answer.status, body: answered === "" ? undefined : JSON.parse(answered) };
}

const graph = (path: string, sent: Sent = {}) => send(`${teams.endpoints.graph}/v1.0${path}`, graphToken, sent);
const connector = (path: string, sent: Sent = {}) =>
  send(`${teams.endpoints.connector}/emea/v3/conversations/${path}`, connectorToken, {
    method: "POST",
    headers: json,
    ...sent,
  });

const card = (body: readonly object[]) => ({
  type: "message",
  attachments: [
    {
      contentType: "application/vnd.microsoft.card.adaptive",
      content: { type: "AdaptiveCard", version: "1.5", body },
    },
  ],
});
const hello = card([{ type: "TextBlock", text: "Hello" }]);

describe("the fake Graph refuses", () => {
  const install = `/users/${aliceId}/teamwork/installedApps`;
  const bind = (host: string) => ({
    "teamsApp@odata.bind": `${host}/v1.0/appCatalogs/teamsApps/${teams.tenant.apps[0]?.id}`,
  });

  it.each<readonly [string, () => Promise<{ status: number; body: unknown }>, number, string]>([
    ["a token for the connector", () => graph("/users", { token: connectorToken }), 401, "InvalidAuthenticationToken"],
    ["a filter with a lone quote", () => graph("/users?$filter=mail eq 'o'brien@x.y'"), 400, "Request_BadRequest"],
    ["a path it does not have", () => graph("/me"), 400, "BadRequest"],
    ["an install without a content type", () => graph(install, { method: "POST", body: "{}" }), 400, "BadRequest"],
    [
      "an install that names another cloud's host",
      () => graph(install, { method: "POST", headers: json, body: bind("https://graph.microsoft.us") }),
      400,
      "BadRequest",
    ],
    [
      "more than twenty parts of a batch",
      () => {
        const requests = Array.from({ length: 21 }, (_, id) => ({ id: `${id}`, method: "GET", url: "/users" }));
        return graph("/$batch", { method: "POST", headers: json, body: { requests } });
      },
      400,
      "BadRequest",
    ],
  ])("%s", async (_, ask, status, code) => {
    const answer = await ask();
    expect(answer).toMatchObject({ status, body: { error: { code } } });
  });

  it("what the granted permissions do not allow, and names them", async () => {
    teams.tokens.grant(["User.Read.All"]);
    const { status, body } = await graph("/appCatalogs/teamsApps?$filter=externalId eq 'x'");
    expect(status).toBe(403);
    expect(JSON.stringify(body)).toContain("AppCatalog.Read.All");
  });

  it("a second installation, after a first one that is answered without a word", async () => {
    const post = () => graph(install, { method: "POST", headers: json, body: bind("https://graph.microsoft.com") });
    expect(await post()).toEqual({ status: 201, body: undefined });
    expect(await post()).toMatchObject({ status: 409, body: { error: { code: "Conflict" } } });
  });
});

describe("the fake connector", () => {
  const chat = async () => {
    const alice = teams.tenant.findUser(aliceId);
    if (alice === undefined) throw new Error("no alice");
    return encodeURIComponent(teams.tenant.install(alice, teams.settings.installDelay).conversation);
  };

  it("takes a card, with and without a slash at the end, and another in its place", async () => {
    const id = await chat();
    expect((await connector(`${id}/activities/`, { body: hello })).status).toBe(201);
    const { body } = await connector(`${id}/activities`, { body: hello });
    const put = await connector(`${id}/activities/${body.id}`, { method: "PUT", body: hello });
    expect(put).toEqual({ status: 200, body: { id: body.id } });
    expect(teams.tenant.messages.map(({ history }) => history.length)).toEqual([1, 2]);
  });

  it.each<readonly [string, Sent, number, string]>([
    ["a token for Graph", { token: "graph", body: hello }, 401, "Authorization has been denied"],
    ["another content type", { headers: { "content-type": "text/plain" }, body: hello }, 415, "UnsupportedMediaType"],
    ["what is no JSON", { body: "{" }, 400, "BadSyntax"],
    ["an activity without content", { body: { type: "message" } }, 400, "BadSyntax"],
    ["text beside a card", { body: { ...hello, text: "two" } }, 400, "BadArgument"],
    ["a card with an unknown element", { body: card([{ type: "Rating" }]) }, 400, "BadArgument"],
    ["a card that posts", { body: card([{ type: "ActionSet", actions: [] }]) }, 400, "BadArgument"],
    ["more than 100 KB in UTF-16", { body: { type: "message", text: "x".repeat(51_200) } }, 413, "MessageSizeTooBig"],
  ])("refuses %s", async (_, sent, status, code) => {
    const token = sent.token === "graph" ? { token: graphToken } : {};
    const answer = await connector(`${await chat()}/activities`, { ...sent, ...token });
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).toContain(code);
    expect(teams.tenant.messages).toEqual([]);
  });

  it("knows no conversation it was not told of, and nobody without the app", async () => {
    expect((await connector("19%3Ax%40thread.tacv2/activities", { body: hello })).body.error.code).toBe(
      "ConversationNotFound",
    );
    const channel = teams.tenant.addChannel(teams.tenant.addTeam({ name: "T", hasApp: false }), { name: "C" });
    const { status, body } = await connector(`${encodeURIComponent(channel.id)}/activities`, { body: hello });
    expect({ status, code: body.error.code }).toEqual({ status: 403, code: "BotNotInConversationRoster" });
  });

  it("counts messages a second in each conversation", async () => {
    const id = await chat();
    teams.settings.rates = { perConversation: 1, connector: 0, perOperation: 0, burst: 2, refuseConcurrent: false };
    const statuses: number[] = [];
    for (const _ of [1, 2, 3]) statuses.push((await connector(`${id}/activities`, { body: hello })).status);
    expect(statuses).toEqual([201, 201, 429]);
  });
});
