import { createSeededRandom } from "@access-plugins/testing/doubles";
import { createFakeClock } from "@access-plugins/testing/fake-clock";
import { describe, expect, it } from "vitest";
import { silentLog } from "../base/log.ts";
import { PluginError } from "../base/plugin-error.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import type { MessageStatus } from "../domain/request-message.ts";
import { createRecipientDirectory } from "../routing/recipient-directory.ts";
import type { PluginData } from "../teleport.ts";
import { slashAddress, toDelivery, toFacts, toOwnState, toRequest } from "../testing/samples.ts";
import type { RequestSource } from "../watch/request-index.ts";
import { createClientGate } from "./client-gate.ts";
import type { Delivery, OwnState } from "./delivery.ts";
import { openRecord } from "./open-record.ts";
import { encodeRecord } from "./record.ts";
import type { Carry, SessionContext } from "./session-context.ts";

interface World {
  readonly request?: AccessRequest;
  readonly gone?: MessageStatus;
  readonly recipients?: readonly string[];
  readonly carry?: Carry;
  /** How long the entry, and the lease in it, have been seen unchanged. */
  readonly seenMs?: number;
}

async function open(data: PluginData | undefined, world: World = {}) {
  const clock = createFakeClock();
  const counts: string[] = [];
  const messenger = {
    platform: "test",
    stored: slashAddress,
    async *check() {},
    findRecipient: async (raw: string) => ({ id: raw, kind: "channel" as const }),
    post: async () => ({}),
    edit: async (sent: Readonly<Record<string, string>>) => sent,
  };
  const routing = { tier: "static" as const, recipients: world.recipients ?? ["#ops"], cut: 0 };
  const context: SessionContext = {
    messenger,
    clock,
    directory: createRecipientDirectory({ messenger, clock }),
    gate: createClientGate(clock, silentLog, () => {}),
    store: { read: async () => undefined, write: () => Promise.reject(new PluginError("internal", "not here")) },
    random: createSeededRandom(1),
    log: silentLog,
    meter: {
      count: (name, labels) => counts.push([name, ...Object.values(labels ?? {})].join(" ")),
      gauge() {},
      observe() {},
    },
    holder: "us",
    cluster: () => ({ name: "example.com" }),
    abilities: {
      all: () => ({ reply: false, findPosted: false, react: false, notify: false }),
      turnOff: () => {},
    },
    enricher: { enrich: async () => Number.POSITIVE_INFINITY },
    router: { route: async () => routing, routeStatic: () => routing },
    storeRefused: () => {},
  };
  const since = clock.monotonic() - (world.seenMs ?? 0);
  const view = {
    ...(world.request === undefined ? {} : { request: world.request }),
    ...(world.gone === undefined ? {} : { gone: world.gone }),
  };
  const source: RequestSource = { id: "r1", view: () => view, stored: () => "unread", remember: () => {} };
  const entry = { data, since, leaseSince: since };
  const opened = await openRecord(entry, source, context, world.carry, new AbortController().signal);
  return { opened, counts, now: clock.monotonic() };
}

function encode(own: OwnState, holder = "", durationMs = 8_000): PluginData {
  const lease = { holder, write: "w1", durationMs: holder === "" ? 0 : durationMs };
  return encodeRecord({ facts: toFacts(), own, resolveReason: "", lease }, slashAddress);
}

const sent: Delivery = toDelivery({
  raw: "#ops",
  state: "sent",
  address: { channel: "C1", id: "1" },
  shows: { status: "pending", digest: "abcdefabcdef" },
});
const request = toRequest({ id: "r1" });
const approved = toRequest({ id: "r1", state: "approved" });

describe("without an entry", () => {
  it("a new request is claimed for whoever is to be told", async () => {
    const { opened } = await open(undefined, { request, recipients: ["#ops", "bob"] });
    expect(opened).toMatchObject({
      facts: toFacts(),
      own: {
        tier: "static",
        deliveries: [
          { raw: "#ops", state: "waiting" },
          { raw: "bob", state: "waiting" },
        ],
      },
      stored: undefined,
    });
  });

  it.each<[string, World, string[]]>([
    ["was decided before anybody was told", { request: approved }, ["closed_before_told_total approved"]],
    ["is gone before anybody was told", { request, gone: "expired" }, ["closed_before_told_total expired"]],
    ["has nobody to be told", { request, recipients: [] }, ["unroutable_requests_total"]],
    ["was never seen", { gone: "closed" }, []],
  ])("nothing is written for a request that %s", async (_what, world, counted) => {
    const { opened, counts } = await open(undefined, world);
    expect([opened, counts]).toEqual([{}, counted]);
  });

  it("recipients that do not fit are counted", async () => {
    const recipients = Array.from({ length: 5_000 }, (_, n) => `person-${n}@example.com`);
    const { counts } = await open(undefined, { request, recipients });
    expect(counts).toEqual(["recipients_omitted_total"]);
  });
});

describe("with an entry of the official plugin", () => {
  const bare = { user: "alice", roles: "editor" };

  it("without messages, its work is left alone for a minute", async () => {
    expect((await open(bare, { request, seenMs: 15_000 })).opened).toEqual({ againInMs: 45_000 });
  });

  it("without messages for a minute, it is finished, knowing that somebody may have been told", async () => {
    const { opened, counts } = await open(bare, { request, seenMs: 60_000 });
    expect(opened).toMatchObject({
      stored: bare,
      own: { deliveries: [{ raw: "#ops", state: "waiting", unsure: true }] },
    });
    expect(counts).toEqual(["possible_duplicates_total bare_claim"]);
  });

  it.each<[string, World]>([
    ["decided", { request: approved, seenMs: 60_000 }],
    ["gone", { gone: "closed", seenMs: 60_000 }],
  ])("without messages of a request that is %s, there is nothing to do", async (_what, world) => {
    expect((await open(bare, world)).opened).toEqual({});
  });

  it("with messages, they are adopted, under a nonce of our own", async () => {
    const { opened } = await open({ ...bare, messages: "C1/1", reviews_count: "2" }, { request });
    expect(opened).toMatchObject({
      own: {
        tier: "adopted",
        nonce: expect.stringMatching(/^[\w-]{16}$/u),
        deliveries: [{ state: "sent", address: { channel: "C1", id: "1" }, replies: 2 }],
      },
    });
    expect(opened).not.toHaveProperty("foreignLeaseUntil");
  });
});

describe("with a record of ours", () => {
  it("that nobody holds, work goes on at once", async () => {
    const own = toOwnState([sent, toDelivery({ raw: "bob" })]);
    const { opened } = await open(encode(own), { request });
    expect(opened).toEqual({ facts: toFacts(), own, stored: encode(own) });
  });

  it("that we hold ourselves, nothing is in doubt", async () => {
    const own = toOwnState([toDelivery({ raw: "bob" })]);
    const { opened } = await open(encode(own, "us"), { request });
    expect(opened).toEqual({ facts: toFacts(), own, stored: encode(own, "us") });
  });

  it("that somebody else holds, their lease has to run out, counted from when we first saw it", async () => {
    const own = toOwnState([sent, toDelivery({ raw: "bob" })]);
    const { opened, now } = await open(encode(own, "them", 20_000), { request, seenMs: 5_000 });
    expect(opened).toMatchObject({
      foreignLeaseUntil: now + 15_000,
      own: { deliveries: [sent, { raw: "bob", unsure: true }] },
    });
  });

  it("messages that an earlier session could not store are put on it", async () => {
    const own = toOwnState([toDelivery({ raw: "#ops" })]);
    const carry = { nonce: own.nonce, progress: new Map(), posted: [sent] };
    const { opened } = await open(encode(own), { request, carry });
    expect(opened).toMatchObject({ own: { deliveries: [sent] } });
  });

  it("of a request that is neither in sight nor proved to be gone nor decided, nothing is done", async () => {
    expect((await open(encode(toOwnState([sent])), {})).opened).toEqual({});
    expect((await open(encode(toOwnState([sent], { status: "approved" })), {})).opened).toHaveProperty("own");
    expect((await open(encode(toOwnState([sent])), { gone: "closed" })).opened).toHaveProperty("own");
  });

  it("in a version to come, nothing is touched", async () => {
    const data = { user: "alice", messages: "C1/1", access_plugins_state: '{"v":99}' };
    expect((await open(data, { request })).opened).toEqual({});
  });
});
