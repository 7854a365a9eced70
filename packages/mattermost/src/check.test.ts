import { describe, expect, it } from "vitest";
import { call, failureOf, findingsOf, openRig } from "./testing/open-rig.ts";

describe("the check at start", () => {
  it("names the bot and finds nothing wrong", async () => {
    const { messenger } = await openRig();
    expect(await findingsOf(messenger)).toEqual([
      { code: "token", level: "ok", message: "Signed in as the bot @teleport." },
      { code: "settings", level: "ok", message: "The server's settings suit the plugin." },
    ]);
  });

  it.each([
    { change: { postEditTimeLimit: 0 }, fix: /PostEditTimeLimit/u },
    { change: { showEmailAddress: false }, fix: /ShowEmailAddress/u },
    { change: { restrictDirectMessage: "team" as const }, fix: /teams/u },
    { change: { maxPostSize: 3_999 }, fix: /4000/u },
    { change: { version: "6.7.2" }, fix: /Update/u },
  ])("warns of a server with $change", async ({ change, fix }) => {
    const { fake, messenger } = await openRig();
    Object.assign(fake.settings, change);
    const warnings = (await findingsOf(messenger)).filter(({ level }) => level === "warning");
    expect(warnings).toMatchObject([{ code: "settings", fix: expect.stringMatching(fix) }]);
  });

  it("is content with an old server that tells little of itself", async () => {
    const { fake, messenger } = await openRig();
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ Version: "7.0.1" });
    fake.fail({ method: "GET config/client", effect: { kind: "status", status: 200, body, headers }, times: 1 });
    expect((await findingsOf(messenger)).map(({ level }) => level)).toEqual(["ok", "ok"]);
  });

  it("works without the server's settings", async () => {
    const { fake, messenger } = await openRig();
    fake.fail({ method: "GET config/client", effect: { kind: "status", status: 403 }, times: 1 });
    expect((await findingsOf(messenger)).map(({ code }) => code)).toEqual(["token"]);
  });

  it("warns when the token is a person's", async () => {
    const { fake, messenger, alice } = await openRig();
    fake.site.tokens.set(fake.token, alice.id);
    expect(await findingsOf(messenger)).toContainEqual(
      expect.objectContaining({ code: "token", level: "warning", fix: expect.stringContaining("Bot Accounts") }),
    );
  });

  it("reports a refused token once a healthy server has repeated it", async () => {
    const { fake, messenger } = await openRig();
    fake.setTokenEnabled(false);
    const findings = await findingsOf(messenger);
    expect(findings).toMatchObject([{ code: "token", level: "error" }]);
    expect(findings[0]?.fix).toContain("mattermost.token");
  });

  it("lets a bot that was enabled again in at once", async () => {
    const { fake, messenger } = await openRig();
    fake.setTokenEnabled(false);
    await findingsOf(messenger);
    fake.setTokenEnabled(true);
    expect((await findingsOf(messenger)).map(({ level }) => level)).toEqual(["ok", "ok"]);
  });

  it.each([
    { kind: "html" },
    { kind: "status", status: 404, body: "<html>" },
    { kind: "status", status: 401, body: "<html>" },
    { kind: "status", status: 302, headers: { location: "https://sso.example.com" } },
  ] as const)("says that there is no Mattermost where %j comes", async (effect) => {
    const { fake, messenger } = await openRig();
    fake.fail({ effect });
    const findings = await findingsOf(messenger);
    expect(findings).toMatchObject([{ code: "server", level: "error" }]);
    expect(findings[0]?.fix).toContain("mattermost.url");
  });

  it("says the same where the path is another program's", async () => {
    const { fake, messengerAt } = await openRig();
    expect(await findingsOf(messengerAt(`${fake.url}/other`))).toMatchObject([{ code: "server", level: "error" }]);
  });

  it.each([408, 425, 500, 502, 503])("throws while the server answers %i", async (status) => {
    const { fake, messenger } = await openRig();
    fake.fail({ effect: { kind: "status", status } });
    expect((await failureOf(findingsOf(messenger))).code).toBe("unavailable");
  });

  it("throws where nobody listens", async () => {
    const { messengerAt } = await openRig();
    const error = await failureOf(findingsOf(messengerAt("http://127.0.0.1:1")));
    expect(error).toMatchObject({ code: "unavailable", reason: "ECONNREFUSED" });
  });

  it("stops when it is told to", async () => {
    const { messenger } = await openRig();
    const stopped = messenger.check({ ...call, signal: AbortSignal.abort() });
    expect((await failureOf(stopped[Symbol.asyncIterator]().next())).code).toBe("aborted");
  });
});
