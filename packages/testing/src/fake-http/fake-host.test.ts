import { describe, expect, it, onTestFinished } from "vitest";
import { createFakeHost, type FakeHost } from "./fake-host.ts";
import type { Fault } from "./faults.ts";
import { summarizeCalls } from "./summary.ts";

/** Counts what it has carried out and answers with the number. */
async function open() {
  const done: string[] = [];
  const host = await createFakeHost(
    {},
    {
      identify: ({ httpMethod, path, body }) => ({ method: httpMethod, channel: path.slice(1), content: body }),
      carryOut({ path }) {
        done.push(path);
        return {
          answer: { status: 200, headers: { "x-list": ["1", "2"] }, body: `${done.length}`, outcome: "ok" },
          done: true,
        };
      },
      control(name) {
        if (name === "GET done") return done;
        throw new Error("Known: GET done");
      },
    },
  );
  onTestFinished(() => host.close());
  return { host, done };
}

const ask = (host: FakeHost, path = "/a", init: RequestInit = {}) => fetch(`${host.origin}${path}`, init);

describe("a fake host", () => {
  it("answers by its rules and keeps a journal", async () => {
    const { host } = await open();
    const answer = await ask(host, "/a?b=c", { method: "POST", body: "text" });
    expect([answer.status, answer.headers.get("x-list"), await answer.text()]).toEqual([200, "1, 2", "1"]);
    expect(host.calls).toMatchObject([
      { number: 1, method: "POST", channel: "a", url: "POST /a?b=c", content: "text", accepted: true, outcome: "ok" },
    ]);
    expect(summarizeCalls(host.calls)).toEqual({ POST: { ok: 1 } });
  });

  it.each<[Fault["effect"], boolean]>([
    [{ kind: "status", status: 503 }, false],
    [{ kind: "echo" }, false],
    [{ kind: "html" }, false],
    [{ kind: "html", accepted: true }, true],
    [{ kind: "drop" }, false],
    [{ kind: "drop", accepted: true }, true],
    [{ kind: "truncate" }, true],
  ])("meets the fault %j once, carried out: %s", async (effect, carriedOut) => {
    const { host, done } = await open();
    host.fail({ effect, times: 1 });
    const first = await ask(host).then(
      async (answer) => `${answer.status} ${await answer.text()}`,
      () => "cut",
    );
    expect(first).not.toBe("200 1");
    expect(done).toHaveLength(carriedOut ? 1 : 0);
    expect((await ask(host)).status).toBe(200);
  });

  it("fails only the calls that match", async () => {
    const { host } = await open();
    host.fail({ effect: { kind: "status", status: 503 }, channel: "a", method: "GET" });
    const statuses = await Promise.all([ask(host, "/a"), ask(host, "/b"), ask(host, "/a", { method: "POST" })]);
    expect(statuses.map(({ status }) => status)).toEqual([503, 200, 200]);
    host.heal();
    expect((await ask(host)).status).toBe(200);
  });

  it.each([
    ["before", 0],
    ["after", 1],
  ] as const)("holds a call %s it is carried out", async (when, count) => {
    const { host, done } = await open();
    const barrier = host.hold({ when });
    const asked = ask(host);
    await host.waitUntil(() => barrier.held === 1);
    expect(done).toHaveLength(count);
    barrier.release();
    expect((await asked).status).toBe(200);
    expect(barrier.held).toBe(0);
  });

  it.each(["head", "body"] as const)("sees the client go while the %s of an answer does not come", async (at) => {
    const { host } = await open();
    host.fail({ effect: { kind: "hang", at }, times: 1 });
    const controller = new AbortController();
    const asked = ask(host, "/a", { signal: controller.signal }).then((answer) => answer.text());
    await host.waitUntil(() => host.calls[0]?.outcome === "hanging");
    controller.abort();
    await expect(asked).rejects.toThrow();
    expect((await host.waitForCall({ where: ({ abandoned }) => abandoned })).number).toBe(1);
  });

  it("says what it waited for in vain", async () => {
    const { host } = await open();
    await expect(host.waitForCall({ method: "PUT" }, 1)).rejects.toThrow(/PUT.*0 calls so far/u);
  });

  it("is steered by other processes, and tells them what they got wrong", async () => {
    const { host, done } = await open();
    await ask(host);
    expect(await (await ask(host, "/__control/done")).json()).toEqual(done);
    const wrong = await ask(host, "/__control/nothing");
    expect([wrong.status, await wrong.json()]).toEqual([400, { error: "Known: GET done" }]);
    expect(host.calls).toHaveLength(1);
  });
});
