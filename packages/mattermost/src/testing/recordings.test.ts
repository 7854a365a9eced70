import { createServer, type IncomingMessage } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { createFakeMattermostServer, type FakeMattermostServer } from "./fake-mattermost-server.ts";
import { differences, headerDifferences } from "./likeness.ts";
import {
  exchangesOf,
  type RecordedExchange,
  type RecordedRequest,
  readRecording,
  recordedExchange,
  recordedRequest,
  recordingNames,
} from "./recording.ts";

const botId = "botteleport000000000000000";
const botToken = "BOT_TOKEN";
const rootId = "postroot000000000000000000";
const running: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** The people, channels and posts the recordings speak of. Time stands still. */
async function openRecorded(): Promise<FakeMattermostServer> {
  const fake = await createFakeMattermostServer({ botId, token: botToken, now: () => 1_795_000_000_000 });
  running.push(fake);
  const { site, bot } = fake;
  const alice = site.addUser({ id: "useralice00000000000000000", email: "alice@example.com" });
  site.addUser({ id: "userdeactivated00000000000", email: "deactivated@example.com", deactivated: true });
  site.tokens.set("ALICE_SESSION", alice.id);
  const dev = site.addTeam("dev", "teamdev0000000000000000000");
  const security = { team: dev, name: "security", displayName: "Security", members: [bot, alice] };
  site.addChannel({ ...security, id: "channelsecurity00000000000" });
  site.addChannel({ team: dev, name: "no-bot", id: "channelnobot00000000000000", members: [alice] });
  const place = {
    channelId: "channelsecurity00000000000",
    userId: bot.id,
    message: "alice requests editor",
    props: {},
  };
  site.addPost({ ...place, id: rootId, rootId: "" });
  site.deletePost(site.addPost({ ...place, id: "postdeleted000000000000000", rootId: "" }));
  return fake;
}

/** What happened on the recorded server before. */
const before: Readonly<Record<string, (fake: FakeMattermostServer) => void>> = {
  "13-patch-post": ({ site, bot }) => {
    site.addPost({
      channelId: "channelsecurity00000000000",
      userId: bot.id,
      rootId,
      message: "bob approved",
      props: {},
    });
  },
  "16-rate-limited": (fake) => fake.setRates({ perSecond: 5, maxBurst: 10, varyByUser: false }),
  "20-pending-post-id-in-flight": ({ pending }) => pending.begin(`${botId}:key-3`),
};

describe.each(recordingNames.filter((name) => exchangesOf(name) !== undefined))("recording %s", (name) => {
  it("is answered alike", async () => {
    const fake = await openRecorded();
    before[name]?.(fake);
    const exchanges = exchangesOf(name) ?? [];
    expect(exchanges.length).toBeGreaterThan(0);
    for (const exchange of exchanges) {
      if (exchange.response.status === 429) await useUpBurst(fake, exchange.request);
      expect(await replay(fake, exchange)).toEqual([]);
    }
  });
});

/** Ten of the eleven: one was the accepted call before. */
async function useUpBurst(fake: FakeMattermostServer, request: RecordedRequest): Promise<void> {
  for (let count = 0; count < 10; count += 1) await send(fake, request);
}

async function replay(fake: FakeMattermostServer, { request, response }: RecordedExchange): Promise<readonly string[]> {
  const answer = await send(fake, request);
  const text = await answer.text();
  const body = typeof response.body === "string" ? text : JSON.parse(text);
  return [
    ...(answer.status === response.status ? [] : [`status ${answer.status} for ${response.status}`]),
    ...headerDifferences(answer.headers, response.headers),
    ...differences(body, response.body),
  ];
}

function send(fake: FakeMattermostServer, { method, path, headers, body }: RecordedRequest): Promise<Response> {
  const content =
    body === undefined ? {} : { body: JSON.stringify(body).replace(/a+…\(16384 [^)]*\)/u, "a".repeat(16_384)) };
  return fetch(`${fake.url}${path}`, { method, headers, ...content });
}

interface PluginCall {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
}

/** What Mattermost calls when somebody clicks: answers as it is told and remembers what it got. */
async function openPlugin(
  status = 200,
  answer = "{}",
): Promise<{ readonly url: string; readonly calls: PluginCall[] }> {
  const calls: PluginCall[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    calls.push({
      path: request.url ?? "",
      headers: request.headers,
      body: JSON.parse(Buffer.concat(chunks).toString("utf8")),
    });
    response.writeHead(status, { "content-type": "application/json" }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  running.push({ close: () => new Promise((resolve) => server.close(resolve)) });
  const address = z.object({ port: z.number() }).parse(server.address());
  return { url: `http://127.0.0.1:${address.port}/mattermost/actions`, calls };
}

async function postWithButton(fake: FakeMattermostServer, url: string, context: unknown): Promise<void> {
  const integration = { url, context };
  const actions = [{ id: "approve", type: "button", name: "Approve", integration }];
  fake.site.addPost({
    channelId: "channelsecurity00000000000",
    userId: botId,
    rootId: "",
    message: "",
    props: { attachments: [{ text: "x", actions }] },
    id: "postbutton0000000000000000",
  });
}

const toPlugin = z.object({ to_plugin: z.object({ request: recordedRequest }) });

function expectLikeRecorded(call: PluginCall | undefined, recorded: RecordedRequest): void {
  expect(call?.path).toBe(recorded.path);
  expect(differences(call?.body, recorded.body)).toEqual([]);
  for (const name of ["user-agent", "accept", "content-type"]) {
    expect(call?.headers[name]).toBe(recorded.headers[name]);
  }
}

describe("recording 18-button-click", () => {
  const { to_plugin, clicker } = toPlugin.extend({ clicker: recordedExchange }).parse(readRecording("18-button-click"));
  const path = "/api/v4/posts/postbutton0000000000000000/actions/approve";

  it("is answered alike, to the plugin and to the person who clicks", async () => {
    const fake = await openRecorded();
    const plugin = await openPlugin();
    await postWithButton(
      fake,
      plugin.url,
      z.looseObject({ context: z.unknown() }).parse(to_plugin.request.body).context,
    );
    expect(await replay(fake, { ...clicker, request: { ...clicker.request, path } })).toEqual([]);
    expectLikeRecorded(plugin.calls[0], to_plugin.request);
  });

  it.each([
    [201, "{}"],
    [500, "{}"],
    [200, "<html>"],
  ])("tells the person nothing but an error when the plugin answers %i %s", async (status, answer) => {
    const fake = await openRecorded();
    const plugin = await openPlugin(status, answer);
    await postWithButton(fake, plugin.url, {});
    const response = await send(fake, { ...clicker.request, path });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("api.post.do_action.action_integration.app_error");
  });

  it("is a missing action once an edit has sent the buttons back as they came", async () => {
    const fake = await openRecorded();
    const plugin = await openPlugin();
    await postWithButton(fake, plugin.url, {});
    const edited = "/api/v4/posts/postbutton0000000000000000";
    const shown = z
      .object({ props: z.unknown() })
      .parse(await (await send(fake, { ...bot, method: "GET", path: edited })).json());
    await send(fake, { ...bot, method: "PUT", path: `${edited}/patch`, body: { props: shown.props } });
    const response = await send(fake, { ...clicker.request, path });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("api.post.do_action.action_id.app_error");
  });
});

const bot: RecordedRequest = {
  method: "GET",
  path: "",
  headers: { authorization: `Bearer ${botToken}` },
  body: undefined,
};

describe("recording 19-dialog", () => {
  const { open, to_plugin, submitter } = toPlugin
    .extend({ open: recordedExchange, submitter: recordedExchange })
    .parse(readRecording("19-dialog"));

  it("is answered alike, to the plugin and to the person who submits", async () => {
    const fake = await openRecorded();
    const plugin = await openPlugin();
    const trigger = Buffer.from("trigger:useralice00000000000000000:1795000000000:signature").toString("base64");
    const opened = { ...z.looseObject({}).parse(open.request.body), trigger_id: trigger };
    expect(await replay(fake, { ...open, request: { ...open.request, body: opened } })).toEqual([]);
    const submitted = { ...z.looseObject({}).parse(submitter.request.body), url: plugin.url };
    expect(await replay(fake, { ...submitter, request: { ...submitter.request, body: submitted } })).toEqual([]);
    expectLikeRecorded(plugin.calls[0], to_plugin.request);
  });
});

it("replays every recording there is", () => {
  const replayed = recordingNames.filter((name) => exchangesOf(name) !== undefined);
  expect([...replayed, "18-button-click", "19-dialog"].sort()).toEqual([...recordingNames].sort());
  expect(recordingNames).toHaveLength(22);
});
