import { afterEach, describe, expect, it } from "vitest";
import { failureOf, openRig, type Rig, type RigOptions } from "./testing/rig.ts";

const rigs: Rig[] = [];

async function open(options: RigOptions = {}): Promise<Rig> {
  const rig = await openRig(options);
  rigs.push(rig);
  rig.teams.tenant.addUser({ mail: "alice@example.com", id: aliceId });
  return rig;
}

afterEach(async () => {
  await Promise.all(rigs.splice(0).map((rig) => rig.close()));
});

const aliceId = "1b1f4e7a-8c3d-4f0e-9a52-00000000a11c";
const find = ({ messenger, call }: Rig, raw: string) => messenger.findRecipient(raw, "any", call());

describe("the calls a person costs", () => {
  it("are two and the catalogue's when the app is there: who it is and whether it is there go together", async () => {
    const rig = await open();
    await find(rig, "alice@example.com");
    rig.newCalls();
    await rig.restart().findRecipient("alice@example.com", "any", rig.call());
    expect(rig.newCalls()).toEqual(["apps", "batch", "chat"]);
  });

  it("are the installation's besides when it is not", async () => {
    const rig = await open();
    await find(rig, "alice@example.com");
    expect(rig.newCalls()).toEqual(["apps", "batch", "install", "installedApps", "chat"]);
  });

  it("are none for somebody who was just found", async () => {
    const rig = await open();
    await find(rig, "alice@example.com");
    rig.newCalls();
    await find(rig, "ALICE@example.com");
    expect(rig.newCalls()).toEqual([]);
  });

  it("are one question for the installation more when the address is no user principal name", async () => {
    const rig = await open();
    rig.teams.tenant.addUser({ mail: "bob@example.com", upn: "bob@corp.onmicrosoft.com" });
    await find(rig, "bob@example.com");
    expect(rig.newCalls()).toEqual(["apps", "batch", "installedApps", "install", "installedApps", "chat"]);
  });

  it("look the catalogue up once for a hundred at the same time", async () => {
    const rig = await open({ autoCreate: true });
    await Promise.all(Array.from({ length: 100 }, (_, index) => find(rig, `p${index}@example.com`)));
    const calls = rig.newCalls();
    expect(calls.filter((method) => method === "apps")).toHaveLength(1);
    expect(calls.filter((method) => method === "batch")).toHaveLength(100);
  });
});

describe("a preview", () => {
  it("installs no app for a person, and tells people apart as they are told", async () => {
    const rig = await open();
    const preview = (raw: string) => rig.messenger.previewRecipient?.(raw, "any", rig.call());
    expect(await preview("alice@example.com")).toEqual({ kind: "person", id: aliceId });
    expect(await preview(aliceId)).toEqual({ kind: "person", id: aliceId });
    expect(rig.newCalls().filter((method) => ["install", "installedApps", "chat"].includes(method))).toEqual([]);
    expect(rig.teams.tenant.installations).toEqual([]);
  });
});

describe("an address", () => {
  it("finds the one whose mail address it is before the one whose user name it is", async () => {
    const rig = await open();
    rig.teams.tenant.addUser({ mail: "other@example.com", upn: "carol@example.com" });
    const carol = rig.teams.tenant.addUser({ mail: "carol@example.com", upn: "c@corp.onmicrosoft.com" });
    expect((await find(rig, "carol@example.com")).id).toMatch(new RegExp(`/${carol.id}$`, "u"));
  });

  it.each(["o'brien@example.com", "a' or mail eq 'alice@example.com", "x') or (1 eq 1@example.com", "%27@example.com"])(
    "%s reaches Graph as a value, never as syntax",
    async (address) => {
      const rig = await open();
      rig.teams.tenant.addUser({ mail: "o'brien@example.com" });
      const found = await find(rig, address).then(
        () => "found",
        (error) => error.code,
      );
      expect(found).toBe(address === "o'brien@example.com" ? "found" : "recipient_unknown");
    },
  );
});

describe("the installation of the app", () => {
  it("is waited for when it takes a while, by trying again and not by sleeping", async () => {
    const rig = await open();
    rig.teams.settings.installDelay = { hiddenReads: 3, refusedPosts: 0 };
    for (const _ of [1, 2]) {
      const error = await failureOf(find(rig, "alice@example.com"));
      expect(error).toMatchObject({ code: "unavailable", retryAfterMs: 3_000, ambiguous: false });
      await rig.clock.advance(3_000);
    }
    expect((await find(rig, "alice@example.com")).kind).toBe("person");
    expect(rig.teams.tenant.installations).toHaveLength(1);
  });

  it("is not waited for without end", async () => {
    const rig = await open();
    rig.teams.settings.installDelay = { hiddenReads: 1_000, refusedPosts: 0 };
    expect((await failureOf(find(rig, "alice@example.com"))).code).toBe("unavailable");
    await rig.clock.advance(90_000);
    expect((await failureOf(find(rig, "alice@example.com"))).code).toBe("app_not_installed");
  });

  it("that somebody else was faster with is as good", async () => {
    const rig = await open();
    const alice = rig.teams.tenant.findUser(aliceId);
    if (alice === undefined) throw new Error("no alice");
    const hold = rig.teams.graph.hold({ method: "install", when: "before" });
    const finding = find(rig, "alice@example.com");
    await rig.teams.graph.waitUntil(() => hold.held > 0);
    rig.teams.tenant.install(alice, { hiddenReads: 0, refusedPosts: 0 });
    hold.release();
    expect((await finding).kind).toBe("person");
  });

  it("that an administrator forbids names the permission and the policy", async () => {
    const rig = await open();
    const body = JSON.stringify({ error: { code: "Forbidden", message: "App is blocked by app permission policy." } });
    rig.teams.graph.fail({ effect: { kind: "status", status: 403, body }, method: "install" });
    const error = await failureOf(find(rig, "alice@example.com"));
    expect(error.code).toBe("recipient_forbidden");
    expect(error.message).toContain("app permission policy");
    expect(error.fix).toContain("TeamsAppInstallation.ReadWriteSelfForUser.All");
  });
});

describe("limits of Graph", () => {
  it("inside a batch pause the calls concerned", async () => {
    const rig = await open({ autoCreate: true });
    await find(rig, "alice@example.com");
    rig.teams.settings.rates = { perConversation: 0, connector: 0, perOperation: 1, burst: 1, refuseConcurrent: false };
    await find(rig, "first@example.com").catch(() => undefined);
    const error = await failureOf(find(rig, "second@example.com"));
    expect(error).toMatchObject({ code: "rate_limited", retryAfterMs: 1_000 });
    const stop = new AbortController();
    const call = { signal: stop.signal, lane: "", mayStart: () => true };
    const next = rig.deps.limiter.run([error.bucket ?? ""], call, async () => "admitted");
    stop.abort();
    await expect(next).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("a person wanted, a channel given", () => {
  it("asks nobody", async () => {
    const rig = await open();
    const team = rig.teams.tenant.addTeam({ name: "T" });
    const link = rig.teams.tenant.linkOf(rig.teams.tenant.addChannel(team, { name: "C" }));
    const error = await failureOf(rig.messenger.findRecipient(link, "person", rig.call()));
    expect(error.code).toBe("recipient_unknown");
    expect(rig.teams.calls).toEqual([]);
  });
});
