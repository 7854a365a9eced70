import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { sampleMessage } from "./sample-messages.ts";
import { failureOf, findingsOf, type OpenStage, type Stage } from "./stage.ts";
import type { ContractFault, ContractSuite } from "./suite.ts";

/** Everything that goes wrong between us and the platform. */
export function failing(suite: ContractSuite, open: OpenStage): void {
  it("tells a rate limit with its bucket and the time to wait", async () => {
    const error = await failureOfPost(await open(), { kind: "rate-limited", retryAfterSeconds: 7 });
    expect(error).toMatchObject({ code: "rate_limited", retryAfterMs: 7_000, ambiguous: false });
    expect(error.bucket).toMatch(/\w/u);
  });

  it("tells a rate limit that does not say how long", async () => {
    const error = await failureOfPost(await open(), { kind: "rate-limited" });
    expect(error).toMatchObject({ code: "rate_limited", retryAfterMs: undefined });
    expect(error.bucket).toMatch(/\w/u);
  });

  it.each([
    { kind: "server-error" },
    { kind: "cut", carriedOut: false },
    { kind: "cut", carriedOut: true },
    { kind: "proxy-page" },
    { kind: "echo" },
  ] satisfies ContractFault[])("takes %j for an outage whose effect on a post is unknown", async (fault) => {
    const error = await failureOfPost(await open(), fault);
    expect(error).toMatchObject({ code: "unavailable", ambiguous: true });
    expect(error.fix).toMatch(/\w/u);
  });

  it.each([
    { kind: "rate-limited" },
    { kind: "rate-limited", retryAfterSeconds: 1 },
    { kind: "server-error" },
    { kind: "cut", carriedOut: false },
  ] satisfies ContractFault[])(
    "takes %j for no finding of its check: what passes by itself must not end a start",
    async (fault) => {
      const { rig, messenger, call } = await open();
      rig.fault(fault);
      const error = await failureOf(findingsOf(messenger, call()));
      expect(error.code).toBe(fault.kind === "rate-limited" ? "rate_limited" : "unavailable");
    },
  );

  it("takes a look-up that failed for one without effect", async () => {
    const { rig, messenger, call } = await open();
    const person = suite.recipients.find(({ kind }) => kind === "person");
    rig.fault({ kind: "server-error" });
    const error = await failureOf(messenger.findRecipient(person?.raw ?? "", "any", call()));
    expect(error).toMatchObject({ code: "unavailable", ambiguous: false });
  });

  it.each(["head", "body"] as const)("gives up at its deadline when the %s of an answer does not come", async (at) => {
    const stage = await open();
    const { rig, clock } = stage;
    const failure = failureOfPost(stage, { kind: "silence", at });
    await rig.untilSilent();
    await clock.advance(suite.deadlineMs);
    expect(await failure).toMatchObject({ code: "timeout", ambiguous: true });
    await rig.untilAbandoned();
  });

  describe("when it is stopped", () => {
    it("makes no call any more", async () => {
      const { rig, messenger, call, findAnyone } = await open();
      const to = await findAnyone();
      const before = rig.requests.length;
      const error = await failureOf(
        messenger.post(to, sampleMessage(), "key-1", call({ signal: AbortSignal.abort() })),
      );
      expect(error.code).toBe("aborted");
      expect(rig.requests).toHaveLength(before);
    });

    it.each(["head", "body"] as const)(
      "closes the connection of a call that waits for the %s of its answer",
      async (at) => {
        const stage = await open();
        const controller = new AbortController();
        const failure = failureOfPost(stage, { kind: "silence", at }, controller.signal);
        await stage.rig.untilSilent();
        controller.abort();
        expect(await failure).toMatchObject({ code: "aborted", ambiguous: true });
        await stage.rig.untilAbandoned();
      },
    );
  });

  it("makes no call once the lease does not allow it", async () => {
    const { rig, messenger, call, findAnyone } = await open();
    const to = await findAnyone();
    const before = rig.requests.length;
    const error = await failureOf(messenger.post(to, sampleMessage(), "key-1", call({ mayStart: () => false })));
    expect(error.code).toBe("conflict");
    expect(rig.requests).toHaveLength(before);
  });

  it("asks the limiter before every HTTP call", async () => {
    const stage = await open();
    const { rig, messenger, call, admissions } = stage;
    await findingsOf(messenger, call());
    for (const { raw } of suite.recipients) {
      const to = await messenger.findRecipient(raw, "any", call());
      const sent = await messenger.post(to, sampleMessage(), "key-1", call());
      await messenger.edit(sent, sampleMessage({ status: "approved" }), call());
      await messenger.reply?.(sent, { kind: "review", author: "bob7", state: "approved", reason: "" }, "key-2", call());
    }
    expect(rig.requests.length).toBeGreaterThan(suite.recipients.length);
    expect(admissions()).toBe(rig.requests.length);
  });

  it("prints no secret in an error, a log line or a URL", async () => {
    const stage = await open();
    const { rig, messenger, call, logged, postSample } = stage;
    await postSample();
    const printed: unknown[] = [];
    const faults: ContractFault[] = [
      { kind: "echo" },
      { kind: "proxy-page" },
      { kind: "server-error" },
      { kind: "cut", carriedOut: true },
      { kind: "rate-limited", retryAfterSeconds: 0 },
    ];
    for (const fault of faults) printed.push(await failureOfPost(stage, fault));
    rig.breakCredentials();
    printed.push(await findingsOf(messenger, call()), logged, rig.requests);
    const text = inspect(printed, { depth: 20, maxStringLength: null, maxArrayLength: null });
    expect(rig.secrets.length).toBeGreaterThan(0);
    for (const secret of rig.secrets) expect(text).not.toContain(secret);
  });
}

async function failureOfPost({ rig, messenger, call, findAnyone }: Stage, fault: ContractFault, signal?: AbortSignal) {
  const to = await findAnyone();
  rig.fault(fault);
  return failureOf(messenger.post(to, sampleMessage(), "key-1", call(signal === undefined ? {} : { signal })));
}
