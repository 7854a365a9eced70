import { createFakeClock } from "@access-plugins/testing/fake-clock";
import { describe, expect, it } from "vitest";
import type { Call } from "../base/call.ts";
import { type ErrorCode, PluginError } from "../base/plugin-error.ts";
import type { Messenger, Recipient } from "../messenger.ts";
import { slashAddress } from "../testing/samples.ts";
import { createRecipientDirectory, type DirectoryOptions } from "./recipient-directory.ts";

function callOf(signal: AbortSignal = new AbortController().signal, lane = "alice"): Call {
  return { signal, lane, mayStart: () => true };
}

function start(options: Partial<DirectoryOptions> = {}) {
  const clock = createFakeClock();
  const asked: string[] = [];
  const answers = new Map<string, () => Promise<Recipient>>();
  const messenger: Messenger = {
    platform: "test",
    stored: slashAddress,
    async *check() {},
    async findRecipient(raw, as) {
      asked.push(`${as} ${raw}`);
      return answers.get(raw)?.() ?? { id: raw.toUpperCase(), kind: "channel" };
    },
    post: async () => ({}),
    edit: async (sent) => sent,
  };
  const directory = createRecipientDirectory({ messenger, clock, ...options });
  const fail = (code: ErrorCode) => () => Promise.reject(new PluginError(code, code));
  return { clock, asked, answers, directory, fail };
}

describe("createRecipientDirectory", () => {
  it("asks once and believes the answer for an hour", async () => {
    const { clock, asked, directory } = start();
    expect(await directory.find("ops", "any", callOf())).toEqual({ id: "OPS", kind: "channel" });
    await clock.advance(3_599_999);
    await directory.find("ops", "any", callOf());
    expect(asked).toEqual(["any ops"]);
    await clock.advance(1);
    await directory.find("ops", "any", callOf());
    expect(asked).toEqual(["any ops", "any ops"]);
  });

  it("takes a person and anything of one name for two questions", async () => {
    const { asked, directory } = start();
    await directory.find("bob", "any", callOf());
    await directory.find("bob", "person", callOf());
    expect(asked).toEqual(["any bob", "person bob"]);
  });

  it("asks once for all who ask at the same time, however long it takes", async () => {
    const { clock, asked, answers, directory } = start();
    const answer = Promise.withResolvers<Recipient>();
    answers.set("ops", () => answer.promise);
    const finds = Array.from({ length: 20 }, () => directory.find("ops", "any", callOf()));
    await clock.advance(7_200_000);
    answer.resolve({ id: "C1", kind: "channel" });
    expect(new Set((await Promise.all(finds)).map(({ id }) => id))).toEqual(new Set(["C1"]));
    expect(asked).toEqual(["any ops"]);
  });

  it.each(["recipient_unknown", "recipient_forbidden", "recipient_gone", "app_not_installed"] as const)(
    "believes %s for a minute",
    async (code) => {
      const { clock, asked, answers, directory, fail } = start();
      answers.set("ghost", fail(code));
      await expect(directory.find("ghost", "any", callOf())).rejects.toMatchObject({ code });
      await clock.advance(59_999);
      await expect(directory.find("ghost", "any", callOf())).rejects.toMatchObject({ code });
      expect(asked).toHaveLength(1);
      await clock.advance(1);
      await expect(directory.find("ghost", "any", callOf())).rejects.toMatchObject({ code });
      expect(asked).toHaveLength(2);
    },
  );

  it.each(["rate_limited", "unavailable", "timeout", "missing_scope", "internal"] as const)(
    "does not keep %s, which is no answer, but gives it to all who waited for it",
    async (code) => {
      const { asked, answers, directory, fail } = start();
      answers.set("ops", fail(code));
      const results = await Promise.allSettled([1, 2, 3].map(() => directory.find("ops", "any", callOf())));
      expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
      expect(asked).toHaveLength(1);
      answers.delete("ops");
      await expect(directory.find("ops", "any", callOf())).resolves.toMatchObject({ id: "OPS" });
    },
  );

  it.each(["aborted", "conflict"] as const)(
    "asks again for those who shared a look-up that ended as %s",
    async (code) => {
      const { asked, answers, directory, fail } = start();
      const first = Promise.withResolvers<Recipient>();
      answers.set("ops", () => first.promise);
      const theirs = directory.find("ops", "any", callOf());
      const shared = [directory.find("ops", "any", callOf()), directory.find("ops", "any", callOf())];
      answers.delete("ops");
      fail(code)().catch(first.reject);
      await expect(theirs).rejects.toMatchObject({ code });
      expect((await Promise.all(shared)).map(({ id }) => id)).toEqual(["OPS", "OPS"]);
      expect(asked).toHaveLength(2);
    },
  );

  it("lets a caller go that is stopped while it shares somebody else's look-up", async () => {
    const { asked, answers, directory } = start();
    const answer = Promise.withResolvers<Recipient>();
    answers.set("ops", () => answer.promise);
    const theirs = directory.find("ops", "any", callOf());
    const abort = new AbortController();
    const ours = directory.find("ops", "any", callOf(abort.signal));
    abort.abort();
    await expect(ours).rejects.toMatchObject({ code: "aborted" });
    answer.resolve({ id: "C1", kind: "channel" });
    await expect(theirs).resolves.toMatchObject({ id: "C1" });
    expect(asked).toHaveLength(1);
  });

  it("forgets failures when it is told to, and nothing else", async () => {
    const { asked, answers, directory, fail } = start();
    answers.set("ghost", fail("recipient_unknown"));
    await directory.find("ops", "any", callOf());
    await expect(directory.find("ghost", "any", callOf())).rejects.toThrow();
    directory.forgetFailures();
    answers.delete("ghost");
    await expect(directory.find("ghost", "any", callOf())).resolves.toMatchObject({ id: "GHOST" });
    await directory.find("ops", "any", callOf());
    expect(asked).toEqual(["any ops", "any ghost", "any ghost"]);
  });

  it("keeps no more answers than it may: those nobody has asked for the longest go", async () => {
    const { asked, directory } = start({ capacity: 2 });
    for (const raw of ["a", "b", "a", "c", "a", "b"]) await directory.find(raw, "any", callOf());
    expect(asked).toEqual(["any a", "any b", "any c", "any b"]);
  });

  it("waits a second for somebody else's look-up, then asks in a turn of its own, once for all who wait", async () => {
    const { clock, asked, answers, directory } = start();
    const slow = Promise.withResolvers<Recipient>();
    answers.set("boss", () => slow.promise);
    const flood = directory.find("boss", "any", callOf(undefined, "mallory"));
    const others = ["alice", "bob", "carol"].map((lane) => directory.find("boss", "any", callOf(undefined, lane)));
    await clock.advance(999);
    expect(asked).toHaveLength(1);
    answers.delete("boss");
    await clock.advance(1);
    expect(await Promise.all(others)).toEqual(Array(3).fill({ id: "BOSS", kind: "channel" }));
    expect(asked).toHaveLength(2);
    slow.resolve({ id: "LATE", kind: "channel" });
    await expect(flood).resolves.toMatchObject({ id: "LATE" });
    await expect(directory.find("boss", "any", callOf())).resolves.toMatchObject({ id: "BOSS" });
  });

  it("waits for its own requester's look-up as long as it takes", async () => {
    const { clock, asked, answers, directory } = start();
    answers.set("boss", () => new Promise(() => {}));
    void directory.find("boss", "any", callOf());
    void directory.find("boss", "any", callOf());
    await clock.advance(60_000);
    expect(asked).toHaveLength(1);
    expect(clock.pendingTimers()).toBe(0);
  });
});
