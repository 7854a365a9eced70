import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRateLimiter } from "@access-plugins/core";
import { afterEach, describe, expect, it } from "vitest";
import { createBotCertificate } from "../testing/certificate.ts";
import { failureOf, openRig, type Rig, type RigOptions } from "../testing/rig.ts";

const rigs: Rig[] = [];
const folders: string[] = [];

async function open(options: RigOptions = {}): Promise<Rig> {
  const rig = await openRig(options);
  rigs.push(rig);
  return rig;
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "msteams-"));
  folders.push(path);
  return path;
}

afterEach(async () => {
  await Promise.all(rigs.splice(0).map((rig) => rig.close()));
  await Promise.all(folders.splice(0).map((path) => rm(path, { recursive: true })));
});

const tokenCalls = ({ teams }: Rig) => teams.login.calls.filter(({ method }) => method === "token").length;

describe("a token", () => {
  it("is fetched once for everybody who needs it at the same time", async () => {
    const rig = await open();
    const { tokens } = rig.parts;
    const all = await Promise.all(Array.from({ length: 50 }, () => tokens.get("graph", rig.call())));
    expect(new Set(all).size).toBe(1);
    expect(tokenCalls(rig)).toBe(1);
  });

  it("is another one for each service", async () => {
    const rig = await open();
    const { tokens } = rig.parts;
    const [graph, connector] = await Promise.all([
      tokens.get("graph", rig.call()),
      tokens.get("connector", rig.call()),
    ]);
    expect(graph).not.toBe(connector);
    expect(await tokens.get("graph", rig.call())).toBe(graph);
    expect(tokenCalls(rig)).toBe(2);
  });

  it("is renewed before it ends", async () => {
    const rig = await open({ tokenSeconds: 3_600 });
    const { tokens } = rig.parts;
    const first = await tokens.get("graph", rig.call());
    await rig.clock.advance(57 * 60_000);
    expect(await tokens.get("graph", rig.call())).toBe(first);
    await rig.clock.advance(2 * 60_000);
    expect(await tokens.get("graph", rig.call())).not.toBe(first);
  });

  it("that a service refuses is fetched anew, once, and the call made again", async () => {
    const rig = await open();
    rig.teams.tenant.addUser({ mail: "alice@example.com" });
    await rig.messenger.findRecipient("alice@example.com", "any", rig.call());
    rig.teams.tokens.revokeAll();
    const { kind } = await rig.messenger.findRecipient("alice@example.com", "any", rig.call());
    expect(kind).toBe("person");
    rig.teams.tenant.addUser({ mail: "bob@example.com" });
    await Promise.all(
      Array.from({ length: 20 }, () => rig.messenger.findRecipient("bob@example.com", "any", rig.call())),
    );
    expect(tokenCalls(rig)).toBe(2);
  });

  it("stays with the others when the one who asked first gives up", async () => {
    const rig = await open();
    const hold = rig.teams.login.hold({ when: "before" });
    const controller = new AbortController();
    const first = failureOf(rig.parts.tokens.get("graph", { signal: controller.signal }));
    const second = rig.parts.tokens.get("graph", rig.call());
    await rig.teams.login.waitUntil(() => hold.held > 0);
    controller.abort();
    expect((await first).code).toBe("aborted");
    hold.release();
    expect(await second).toMatch(/\w/u);
  });
});

describe("a client secret", () => {
  it("that was renewed is used without a restart", async () => {
    let secret = "old-secret";
    const rig = await open({ appSecret: "old-secret", deps: { secrets: { appSecret: () => secret } } });
    await rig.parts.tokens.get("graph", rig.call());
    rig.teams.bot.secrets.clear();
    rig.teams.bot.secrets.add("new-secret");
    secret = "new-secret";
    expect(await rig.parts.tokens.get("connector", rig.call())).toMatch(/\w/u);
  });

  it("that is wrong is refused with Microsoft's number and the fix", async () => {
    const rig = await open({ deps: { secrets: { appSecret: () => "wrong-secret" } } });
    const error = await failureOf(rig.parts.tokens.get("graph", rig.call()));
    expect(error).toMatchObject({ code: "unauthenticated", reason: "AADSTS7000215" });
    expect(error.fix).toContain("msapi.app_secret");
    expect(JSON.stringify(error)).not.toContain("wrong-secret");
  });

  it("that is empty asks nobody", async () => {
    const rig = await open({ deps: { secrets: { appSecret: () => " " } } });
    expect((await failureOf(rig.parts.tokens.get("graph", rig.call()))).code).toBe("unauthenticated");
    expect(rig.teams.login.calls).toEqual([]);
  });
});

describe("other ways to sign in", () => {
  it("take a certificate, with its password, and the renewed one after it", async () => {
    const pem = join(await folder(), "bot.pem");
    const seen = new Set<string>();
    await writeFile(pem, await createBotCertificate("first", "pw-4711"));
    const rig = await open({
      settings: { auth: "certificate", certificate_file: pem },
      deps: { secrets: { appSecret: () => "", certificatePassword: () => "pw-4711" } },
      assertions: (assertion) => Boolean(seen.add(assertion.split(".")[0] ?? "")),
    });
    await rig.parts.tokens.get("graph", rig.call());
    await writeFile(pem, await createBotCertificate("second", "pw-4711"));
    rig.parts.tokens.forget("graph", await rig.parts.tokens.get("graph", rig.call()));
    await rig.parts.tokens.get("graph", rig.call());
    // The header of an assertion names the certificate.
    expect(seen.size).toBe(2);
  }, 30_000);

  it.each([
    [
      "a certificate that is not there",
      { auth: "certificate", certificate_file: "/nowhere/bot.pem" },
      /certificate_file/u,
    ],
    ["a certificate that is none", { auth: "certificate", certificate_file: "/etc/hostname" }, /certificate_file/u],
    [
      "a workload's token that is not there",
      { auth: "workload_identity", federated_token_file: "/nowhere/token" },
      /federated_token_file/u,
    ],
  ])("refuse %s by name", async (_, settings, fix) => {
    const rig = await open({ settings });
    const error = await failureOf(rig.parts.tokens.get("graph", rig.call()));
    expect(error.code).toBe("unauthenticated");
    expect(error.fix).toMatch(fix);
  });

  it("take the token of a workload", async () => {
    const file = join(await folder(), "token");
    await writeFile(file, "header.claims.signature");
    const rig = await open({
      settings: { auth: "workload_identity", federated_token_file: file },
      assertions: (assertion) => assertion === "header.claims.signature",
    });
    expect(await rig.parts.tokens.get("graph", rig.call())).toMatch(/\w/u);
  });
});

describe("the login host", () => {
  it("is not believed without a certificate we trust", async () => {
    const rig = await open({ deps: { ca: [] } });
    const error = await failureOf(rig.parts.tokens.get("graph", rig.call()));
    expect(error.code).toBe("unavailable");
    expect(error.fix).toContain("SSL_CERT_FILE");
  });

  it.each([
    [429, "rate_limited", 4_000],
    [503, "unavailable", 4_000],
  ])("that answers %i is asked again after the time it says", async (status, code, retryAfterMs) => {
    const rig = await open();
    const effect = { kind: "status", status, headers: { "retry-after": "4" } } as const;
    rig.teams.login.fail({ effect, method: "token", times: 1 });
    expect(await failureOf(rig.parts.tokens.get("graph", rig.call()))).toMatchObject({ code, retryAfterMs });
    await rig.clock.advance(4_000);
    expect(await rig.parts.tokens.get("graph", rig.call())).toMatch(/\w/u);
  });

  it("that does not answer is given up after ten seconds", async () => {
    const rig = await open();
    const hold = rig.teams.login.hold({ when: "before" });
    const failure = failureOf(rig.parts.tokens.get("graph", rig.call()));
    await rig.teams.login.waitUntil(() => hold.held > 0);
    await rig.clock.advance(10_000);
    expect((await failure).code).toBe("timeout");
  });

  it("is asked through the limiter, like everybody else", async () => {
    const admitted: string[] = [];
    const rig = await open();
    const inner = createRateLimiter({ clock: rig.clock });
    const limiter = {
      ...inner,
      run: <T>(buckets: readonly string[], call: Parameters<typeof inner.run>[1], request: () => Promise<T>) => {
        admitted.push(...buckets);
        return inner.run(buckets, call, request);
      },
    };
    const other = await open({ deps: { limiter } });
    await other.parts.tokens.get("graph", other.call());
    expect(admitted).toEqual(other.teams.login.calls.map(() => "token"));
  });
});
