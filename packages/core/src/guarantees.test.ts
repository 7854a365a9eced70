import { createSeededRandom } from "@access-plugins/testing/doubles";
import { describe, expect, it } from "vitest";
import { PluginError } from "./base/plugin-error.ts";
import type { MessageStatus } from "./domain/request-message.ts";
import { leaseMs, longestLeaseWaitMs } from "./reconcile/lease.ts";
import { type Harness, type HarnessOptions, startNotifier } from "./testing/notifier-harness.ts";

/** What `docs/delivery.md` promises under faults, each promise with its fault, on one fake clock. */

const three = { routes: { roleToRecipients: { "*": ["a", "b", "c"] } } };
const everywhere = (status: MessageStatus) => ({ a: [status], b: [status], c: [status] });
const entryOf = (h: Harness, id: string) => h.cluster.pluginData(id, "memory") ?? {};
const storedOf = (h: Harness, id: string) => (entryOf(h, id)["messages"] ?? "").split(",").filter(Boolean);
const idsOf = (name: string, count: number) => Array.from({ length: count }, (_, at) => `${name}${at}`);

async function ready(options: HarnessOptions = {}): Promise<Harness> {
  const h = startNotifier(options);
  await h.clock.advanceUntil(() => h.notifier.status().ready, 30_000);
  return h;
}

/** Advances until it holds; gives how long that took. */
async function timeUntil(h: Harness, holds: () => boolean, limitMs: number): Promise<number> {
  const start = h.clock.monotonic();
  await h.clock.advanceUntil(holds, limitMs);
  return h.clock.monotonic() - start;
}

describe("a process that was down", () => {
  const ids = ["reviewed", "approved", "denied", "promoted", "deleted"];

  function liveOn({ cluster }: Harness): void {
    cluster.review("reviewed", { author: "bob", state: "pending", reason: "looking" });
    cluster.update("approved", { state: "approved" });
    cluster.update("denied", { state: "denied" });
    cluster.update("promoted", { state: "promoted" });
    cluster.delete("deleted");
    cluster.create({ id: "created" });
  }

  const isCaughtUp = (h: Harness) =>
    ["approved", "denied", "promoted"].every((id) => h.messenger.statuses(id)["a"]?.[0] === id) &&
    h.messenger.messages.some(({ replies }) => replies.length === 1) &&
    h.messenger.statuses("created")["c"]?.[0] === "pending";

  it("has caught up two seconds after it is ready, what vanished unseen within fifteen", async () => {
    const before = await ready(three);
    for (const id of ids) before.cluster.create({ id });
    await before.clock.advance(2_000);
    await before.stop();
    liveOn(before);
    const h = await ready({ ...three, after: before });
    expect(await timeUntil(h, () => isCaughtUp(h), 60_000)).toBeLessThanOrEqual(2_000);
    expect(await timeUntil(h, () => h.messenger.statuses("deleted")["a"]?.[0] === "closed", 60_000)).toBeLessThan(
      13_000,
    );
    await h.stop();
  });

  it("waits no longer than the lease it left when it was killed at work", async () => {
    const before = await ready({ ...three, messenger: { latencyMs: 50 } });
    for (const id of ids) before.cluster.create({ id });
    await before.clock.advance(2_000);
    before.messenger.before = () => new Promise(() => {});
    liveOn(before);
    await before.clock.advance(500);
    before.kill();
    before.messenger.before = undefined;
    const h = await ready({ ...three, after: before });
    expect(await timeUntil(h, () => isCaughtUp(h), 60_000)).toBeLessThanOrEqual(leaseMs + 2_000);
    await h.stop();
  });
});

describe("a kill between a post and its record, and a decision before the lease has run out", () => {
  const killedAtPost = async (options: Parameters<typeof ready>[0]) => {
    const before = await ready(options);
    before.messenger.after = (method) => (method === "post" ? new Promise(() => {}) : undefined);
    before.cluster.create({ id: "r" });
    await before.clock.advance(500);
    before.kill();
    before.messenger.after = undefined;
    before.cluster.update("r", { state: "approved" });
    const h = await ready({ ...options, after: before });
    await h.clock.advance(leaseMs + 2_000);
    await h.stop();
    return h.messenger.statuses("r");
  };

  it("tells the outcome where the first message cannot be found again", async () => {
    for (const statuses of Object.values(await killedAtPost(three))) expect(statuses).toEqual(["pending", "approved"]);
  });

  it("edits the first message where it can", async () => {
    const searching = { ...three, messenger: { withSearch: true } };
    for (const statuses of Object.values(await killedAtPost(searching))) expect(statuses).toEqual(["approved"]);
  });
});

describe("50 kills at random points of 200 requests", () => {
  it("lose nobody; only what was under way is told twice; every known message becomes true", async () => {
    let h = await ready({ ...three, messenger: { latencyMs: 40 } });
    let underWay = 0;
    let mayRepeat = 0;
    h.messenger.before = (method) => {
      if (method === "post") underWay += 1;
    };
    h.messenger.after = (method) => {
      if (method === "post") underWay -= 1;
    };
    const dice = createSeededRandom(4711).next;
    for (const [at, id] of idsOf("r", 200).entries()) {
      h.cluster.create({ id, user: `user${at % 7}` });
      await h.clock.advance(Math.ceil(dice() * 120));
      if (at % 4 !== 3) continue;
      const unstored = h.messenger.messages.filter(
        ({ place, id: message, versions }) =>
          !storedOf(h, versions[0]?.requestId ?? "").includes(`${place}/${message}`),
      );
      mayRepeat += underWay + unstored.length;
      h.kill();
      underWay = 0;
      h = startNotifier({ ...three, after: h, seed: at });
      await h.clock.advance(Math.ceil(dice() * 3_000));
    }
    await h.clock.advance(60_000);
    for (const id of idsOf("r", 200)) {
      expect(Object.keys(h.messenger.statuses(id)).sort()).toEqual(["a", "b", "c"]);
      h.cluster.update(id, { state: "approved" });
    }
    await h.clock.advance(60_000);
    expect(h.messenger.messages.length - 600).toBeLessThanOrEqual(mayRepeat);
    for (const { place, id: message, versions } of h.messenger.messages) {
      const newest = versions.at(-1);
      if (storedOf(h, newest?.requestId ?? "").includes(`${place}/${message}`)) expect(newest?.status).toBe("approved");
    }
    await h.stop();
  }, 60_000);
});

describe("a chat platform that is down for ten minutes", () => {
  it("shows no stale message a minute after it is back, though 50 requests were decided meanwhile", async () => {
    const h = await ready({ ...three, messenger: { latencyMs: 20 } });
    const ids = idsOf("r", 50);
    for (const id of ids) h.cluster.create({ id });
    await h.clock.advance(5_000);
    h.messenger.before = () => {
      throw new PluginError("unavailable", "HTTP 503");
    };
    for (const id of ids) {
      h.cluster.update(id, { state: "denied" });
      await h.clock.advance(12_000);
    }
    h.messenger.before = undefined;
    await h.clock.advance(60_000);
    for (const id of ids) expect(h.messenger.statuses(id)).toEqual(everywhere("denied"));
    await h.stop();
  }, 60_000);

  it("is given no more than a tenth more time than its rate limit needs for what has piled up", async () => {
    const h = await ready({ ...three, messenger: { latencyMs: 20 } });
    const ids = idsOf("r", 50);
    for (const id of ids) h.cluster.create({ id });
    await h.clock.advance(5_000);
    h.messenger.before = () => {
      throw new PluginError("unavailable", "HTTP 503");
    };
    for (const id of ids) h.cluster.update(id, { state: "denied" });
    await h.clock.advance(10 * 60_000);
    h.messenger.before = enforce(h, 1_000, true);
    const stale = () => ids.some((id) => Object.values(h.messenger.statuses(id)).flat().includes("pending"));
    const took = await timeUntil(h, () => !stale(), 600_000);
    expect(took).toBeLessThanOrEqual(Math.max(60_000, 1.1 * 50_000));
    await h.stop();
  }, 60_000);
});

describe("429 on every method", () => {
  it.each([true, false])(
    "loses nobody and costs a tenth at the most; with a time to wait: %s",
    async (tellsWhen) => {
      const h = await ready({ routes: { roleToRecipients: { "*": ["a"] } }, messenger: { latencyMs: 20 } });
      h.messenger.before = enforce(h, 1_000, tellsWhen);
      const ids = idsOf("r", 60);
      for (const [at, id] of ids.entries()) h.cluster.create({ id, user: `user${at}` });
      const told = () => h.messenger.messages.length >= 60;
      expect(await timeUntil(h, told, 300_000)).toBeLessThanOrEqual(59_000 * 1.1 + 1_000);
      for (const id of ids) h.cluster.review(id, { author: "bob", state: "approved" });
      const approved = () => ids.every((id) => h.messenger.statuses(id)["a"]?.[0] === "approved");
      const answered = () => h.messenger.messages.every(({ replies }) => replies.length === 1);
      expect(await timeUntil(h, () => approved() && answered(), 600_000)).toBeLessThanOrEqual(60_000 * 1.1 + 1_000);
      expect(h.messenger.messages).toHaveLength(60);
      await h.stop();
    },
    30_000,
  );
});

describe("recipients in trouble", () => {
  it("of 100: one hangs, three fail twice, one is unknown, and 95 do not notice", async () => {
    const all = idsOf("c", 99);
    const routes = { roleToRecipients: { "*": [...all, "unknown-1"] } };
    const alone = await ready({ routes: { roleToRecipients: { "*": all.slice(4) } }, messenger: { latencyMs: 100 } });
    alone.cluster.create({ id: "r1" });
    const aloneMs = await timeUntil(alone, () => alone.messenger.messages.length === 95, 10_000);
    const h = await ready({ routes, messenger: { latencyMs: 100 } });
    const tries = new Map<string, number>();
    h.messenger.before = (method, place) => {
      if (method !== "post") return undefined;
      const nth = (tries.get(place) ?? 0) + 1;
      tries.set(place, nth);
      if (place === "c0" && nth === 1) return hang(h, 10_000);
      if (["c1", "c2", "c3"].includes(place) && nth <= 2) throw new PluginError("unavailable", "HTTP 502");
      return undefined;
    };
    h.cluster.create({ id: "r1" });
    const told = (count: number) => () => h.messenger.messages.length >= count;
    expect(await timeUntil(h, told(95), 10_000)).toBe(aloneMs);
    expect(new Set(h.messenger.messages.map(({ place }) => place))).toEqual(new Set(all.slice(4)));
    // Two back-offs: half a second and a second at the most.
    expect(await timeUntil(h, told(98), 10_000)).toBeLessThanOrEqual(1_500 + 3 * 100);
    expect(await timeUntil(h, told(99), 60_000)).toBeLessThanOrEqual(10_000 + 500 + 200);
    expect(h.lines).toContainEqual(
      expect.objectContaining({
        level: "warn",
        fields: expect.objectContaining({ recipient: "unknown-1", code: "recipient_unknown", consequence: "blocked" }),
      }),
    );
    await h.stop();
  });

  it.each([
    ["edit", "message_not_found"],
    ["edit", "recipient_gone"],
    ["post", "recipient_gone"],
    ["findRecipient", "recipient_gone"],
  ] as const)("whose %s answers %s are given up once and for all, and nobody else suffers", async (method, code) => {
    const h = await ready(three);
    h.messenger.before = (called, place) => {
      if (called === method && place === "b") throw new PluginError(code, "gone");
    };
    h.cluster.create({ id: "r1" });
    await h.clock.advance(1_000);
    h.cluster.review("r1", { author: "bob", state: "approved" });
    await h.clock.advance(3 * 60 * 60_000);
    expect(h.messenger.calls.filter((call) => call.method === method && call.place === "b")).toHaveLength(1);
    expect(h.messenger.statuses("r1")).toMatchObject({ a: ["approved"], c: ["approved"] });
    expect(h.lines.filter(({ fields }) => fields["consequence"] === "gone")).toHaveLength(1);
    await h.stop();
  });
});

describe("one requester's flood: 500 requests with 100 invented reviewers each", () => {
  const options = { ...three, messenger: { latencyMs: 100 } };
  const others = idsOf("other", 20);

  async function timeOthers(h: Harness): Promise<number> {
    for (const id of others) h.cluster.create({ id, user: id, suggestedReviewers: [`${id}@example.com`] });
    const told = () => others.every((id) => Object.keys(h.messenger.statuses(id)).length === 4);
    return timeUntil(h, told, 120_000);
  }

  it("delays other people's requests by less than two seconds, and says how many were left out", async () => {
    const calm = await ready(options);
    const calmMs = await timeOthers(calm);
    await calm.stop();
    const h = await ready(options);
    for (const id of idsOf("flood", 500)) {
      const suggestedReviewers = idsOf("", 100).map((at) => `unknown-${id}-${at}@example.com`);
      h.cluster.create({ id, user: "mallory", suggestedReviewers });
    }
    await h.clock.advance(50);
    expect((await timeOthers(h)) - calmMs).toBeLessThan(2_000);
    const flood = () => h.messenger.messages.find(({ versions }) => versions[0]?.user === "mallory");
    await h.clock.advanceUntil(() => flood() !== undefined, 60_000);
    expect(flood()?.versions[0]?.notes.join()).toMatch(/50 .*suggested/u);
    h.kill();
  }, 120_000);
});

describe("a role without the verb list", () => {
  const withVerbs = (...verbs: string[]) => [
    {
      name: "p",
      allow: { logins: [], rules: [{ resources: ["access_request"], verbs, where: "" }] },
      deny: { logins: [], rules: [] },
    },
  ];

  it("lost while running: not ready, the verb named, nothing closed; all caught up when it is back", async () => {
    const h = await ready(three);
    h.cluster.create({ id: "r1" });
    await h.clock.advance(1_000);
    h.cluster.setRoles(withVerbs("read"));
    h.cluster.endWatches();
    h.cluster.delete("r1");
    h.cluster.create({ id: "r2" });
    await h.clock.advance(20 * 60_000);
    expect(h.messenger.statuses("r1")).toEqual(everywhere("pending"));
    expect(h.messenger.statuses("r2")).toEqual(everywhere("pending"));
    expect(h.notifier.status()).toMatchObject({ ready: false });
    expect(h.notifier.status().problems.join()).toContain("the verb list on access_request");
    expect(h.ended.value).toBe("running");
    h.cluster.setRoles(withVerbs("list", "read"));
    await h.clock.advance(6 * 60_000);
    expect(h.notifier.status().ready).toBe(true);
    expect(h.messenger.statuses("r1")).toEqual(everywhere("closed"));
    await h.stop();
  });
});

describe("plugin data", () => {
  it("that somebody else always writes first is tried ten times, then later; it never spins", async () => {
    const h = await ready(three);
    h.cluster.before = (method) => {
      if (method === "updatePluginData") throw new PluginError("conflict", "expectations not met");
    };
    h.cluster.clearCalls();
    h.cluster.create({ id: "r1" });
    await h.clock.advance(3_000);
    expect(h.cluster.countCalls("updatePluginData")).toBeGreaterThanOrEqual(10);
    h.cluster.clearCalls();
    await h.clock.advance(60_000);
    // Ten tries take half a second and more, the pause after them one to two seconds.
    expect(h.cluster.countCalls("updatePluginData")).toBeLessThanOrEqual(10 * 60);
    expect(h.messenger.messages).toEqual([]);
    h.cluster.before = undefined;
    await h.clock.advance(5_000);
    expect(h.messenger.statuses("r1")).toEqual(everywhere("pending"));
    await h.stop();
  });

  it.each([200_000, 60_000, 3_000])(
    "with only %i bytes left by another plugin leaves recipients out, counts and shows them, and stores all it does",
    async (free) => {
      const h = await ready({ routes: { roleToRecipients: { "*": idsOf("channel", 500) } } });
      h.cluster.before = (method) => {
        if (method === "updatePluginData")
          h.cluster.setPluginData("r1", "other", { filled: "x".repeat(1_000_000 - free) });
        h.cluster.before = undefined;
      };
      h.cluster.create({ id: "r1" });
      await h.clock.advance(10_000);
      const told = Object.keys(h.messenger.statuses("r1")).length;
      expect(told).toBeGreaterThan(0);
      expect(told).toBeLessThan(500);
      expect(h.counts.get("recipients_omitted_total")).toBe(500 - told);
      expect(h.messenger.messages[0]?.versions.at(-1)?.notes.join()).toContain(`${500 - told} recipients`);
      expect(storedOf(h, "r1")).toHaveLength(told);
      const writes = h.cluster.countCalls("updatePluginData");
      expect(writes).toBeLessThanOrEqual(20);
      h.cluster.update("r1", { state: "denied", resolveReason: "no ".repeat(1_300) });
      await h.clock.advance(10_000);
      expect(new Set(Object.values(h.messenger.statuses("r1")).flat())).toEqual(new Set(["denied"]));
      expect(entryOf(h, "r1")).toMatchObject({ resolution: "DENIED" });
      expect(h.notifier.status().ready).toBe(true);
      await h.stop();
    },
  );

  it("with thousands of recipients stays within its budget; who does not fit is counted and shown", async () => {
    const h = await ready({ routes: { roleToRecipients: { "*": idsOf("channel", 5_000) } } });
    h.cluster.create({ id: "r1" });
    await h.clock.advance(5_000);
    const told = Object.keys(h.messenger.statuses("r1")).length;
    expect(told).toBeGreaterThan(300);
    expect(h.counts.get("recipients_omitted_total")).toBe(5_000 - told);
    expect(h.messenger.messages[0]?.versions[0]?.notes.join()).toContain(String(5_000 - told));
    h.cluster.update("r1", { state: "denied", resolveReason: "\u0001".repeat(4_000) });
    await h.clock.advance(10_000);
    expect(Buffer.byteLength(JSON.stringify(entryOf(h, "r1")))).toBeLessThanOrEqual(300_000);
    expect(new Set(Object.values(h.messenger.statuses("r1")).flat())).toEqual(new Set(["denied"]));
    await h.stop();
  }, 60_000);
});

describe("credentials that Teleport refuses for a while", () => {
  it("cost no message: what was posted is stored soon after they are renewed, and the next process knows it", async () => {
    const h = await ready(three);
    let writes = 0;
    h.cluster.before = (method) => {
      if (method !== "updatePluginData") return;
      writes += 1;
      if (writes > 1) throw new PluginError("unauthenticated", "the certificate is not trusted any more");
    };
    h.cluster.create({ id: "r1" });
    await h.clock.advance(30_000);
    expect(storedOf(h, "r1")).toEqual([]);
    expect(h.notifier.status()).toMatchObject({ ready: false });
    expect(writes).toBeLessThanOrEqual(6);
    h.cluster.before = undefined;
    await h.clock.advance(11_000);
    expect(storedOf(h, "r1")).toHaveLength(3);
    expect(h.notifier.status().ready).toBe(true);
    h.kill();
    const next = await ready({ ...three, after: h });
    await next.clock.advance(60_000);
    expect(next.messenger.statuses("r1")).toEqual(everywhere("pending"));
    await next.stop();
  });
});

describe("credentials that are renewed while a process starts", () => {
  it("do not end it: Teleport let it in a moment ago", async () => {
    const h = startNotifier(three);
    const listing = Promise.withResolvers<void>();
    h.cluster.before = (method) => (method === "listAccessMonitoringRules" ? listing.promise : undefined);
    await h.clock.advance(10);
    h.cluster.before = undefined;
    h.cluster.endWatches(new PluginError("unauthenticated", "the certificate is not trusted any more"));
    listing.resolve();
    await h.clock.advanceUntil(() => h.notifier.status().ready, 30_000);
    expect(h.ended.value).toBe("running");
    await h.stop();
  });
});

describe("replicas whose clocks are apart", () => {
  const seconds = 30_000;

  /** Everything both replicas asked of Teleport and the platform, with what ends in between. */
  async function play(off: (monotonic: number) => number, origin: number): Promise<unknown> {
    const first = await ready({ ...three, messenger: { latencyMs: 40 } });
    const second = startNotifier({ ...three, after: first, seed: 9, wallClockOff: off, monotonicOrigin: origin });
    await first.clock.advance(1_000);
    for (const [at, id] of idsOf("r", 30).entries()) {
      first.cluster.create({ id });
      await first.clock.advance(137);
      if (at % 3 === 0) first.cluster.review(id, { author: "bob", state: "approved" });
      if (at % 10 === 9) first.cluster.endWatches();
    }
    await first.clock.advance(longestLeaseWaitMs + leaseMs);
    const { calls } = first.cluster;
    const told = first.messenger.messages.map(({ place, versions }) => [
      place,
      versions.length,
      versions.at(-1)?.status,
    ]);
    await first.stop();
    await second.stop();
    return { calls, chat: first.messenger.calls, told };
  }

  it("do exactly what they would do if they agreed, also when one of them jumps", async () => {
    const agreed = await play(() => 0, 0);
    expect(await play(() => seconds, 0)).toEqual(agreed);
    expect(await play(() => -seconds, 1e9)).toEqual(agreed);
    expect(await play((now) => (Math.floor(now / 2_000) % 2 === 0 ? seconds : -seconds), 12_345)).toEqual(agreed);
  });
});

describe("who dies with the lease in hand", () => {
  it("is taken over within its duration, and its successor repeats only what was under way", async () => {
    const first = await ready({ ...three, messenger: { latencyMs: 40 } });
    const second = startNotifier({ ...three, after: first, seed: 5 });
    await first.clock.advance(1_000);
    let held = 0;
    first.messenger.before = (method, place) => {
      if (method !== "post" || place !== "b" || held > 0) return undefined;
      held += 1;
      first.kill();
      return new Promise(() => {});
    };
    first.cluster.create({ id: "r1" });
    const told = () => Object.keys(first.messenger.statuses("r1")).length === 3;
    const took = await timeUntil(first, told, 60_000);
    expect(took).toBeLessThanOrEqual(leaseMs + 2_000);
    expect(first.messenger.messages.filter(({ place }) => place === "b")).toHaveLength(1);
    await second.stop();
  });
});

/** One call per place and interval; whoever comes too early is refused. */
function enforce({ clock }: Harness, intervalMs: number, tellsWhen: boolean) {
  const freeAt = new Map<string, number>();
  return (method: string, place: string) => {
    const bucket = `${method} ${place}`;
    const now = clock.monotonic();
    const wait = (freeAt.get(bucket) ?? 0) - now;
    if (wait > 0) {
      const when = tellsWhen ? { retryAfterMs: Math.ceil(wait / 1_000) * 1_000 } : {};
      throw new PluginError("rate_limited", "too many requests", { ...when, bucket });
    }
    freeAt.set(bucket, now + intervalMs);
  };
}

/** No answer until the adapter's own deadline ends the call. */
function hang({ clock }: Harness, deadlineMs: number): Promise<void> {
  return new Promise((_, reject) => {
    clock.after(deadlineMs, () => reject(new PluginError("timeout", "no answer within 10 s", { ambiguous: true })));
  });
}
