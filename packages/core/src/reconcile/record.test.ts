import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MessageStatus } from "../domain/request-message.ts";
import type { PluginData } from "../teleport.ts";
import { someFacts, someLease, someOwnState, someStatus, someText } from "../testing/arbitrary-record.ts";
import { slashAddress, toDelivery, toFacts, toOwnState } from "../testing/samples.ts";
import type { OwnState } from "./delivery.ts";
import { officialKeys } from "./official-record.ts";
import {
  adopt,
  decodeRecord,
  encodeRecord,
  leaseKey,
  settleStatus,
  stateKey,
  toChanges,
  toExpectations,
} from "./record.ts";

const lease = { holder: "holder", write: "write", durationMs: 8_000 };

function encode(own: OwnState, resolveReason = ""): PluginData {
  return encodeRecord({ facts: toFacts(), own, resolveReason, lease }, slashAddress);
}

const sent = (channel: string, fields = {}) =>
  toDelivery({
    raw: channel,
    state: "sent",
    address: { channel, id: "1" },
    shows: { status: "pending", digest: "abcdefabcdef" },
    ...fields,
  });

/** An entry with the keys only the official plugins write. */
const official = { user: "alice", roles: "editor", messages: "C1/1,C2/2", reviews_count: "1" };

describe("encodeRecord", () => {
  it("writes what the official plugin reads, and two keys of ours", () => {
    const own = toOwnState([sent("C1", { replies: 2 }), sent("C2", { replies: 3 }), toDelivery({ raw: "C3" })], {
      status: "approved",
    });
    const record = encode(own, "LGTM");
    expect(record).toEqual({
      user: "alice",
      roles: "editor",
      reviews_count: "2",
      resolution: "APPROVED",
      resolve_reason: "LGTM",
      messages: "C1/1,C2/1",
      [stateKey]: expect.any(String),
      [leaseKey]: "holder.write.8000",
    });
  });

  it("leaves out every key without a value: a count of 0, no resolution, no reason before a decision", () => {
    expect(Object.keys(encode(toOwnState([sent("C1")]), "not yet")).sort()).toEqual(
      [leaseKey, stateKey, "messages", "roles", "user"].sort(),
    );
  });

  it("counts no replies that a live message lacks, and those of dead ones not at all", () => {
    const own = toOwnState([sent("C1", { replies: 3 }), sent("C2", { replies: 0, state: "gone" })]);
    expect(encode(own)["reviews_count"]).toBe("3");
    expect(encode(toOwnState([sent("C1", { replies: 3 }), sent("C2")]))["reviews_count"]).toBeUndefined();
    expect(encode(toOwnState([toDelivery()]))["reviews_count"]).toBeUndefined();
  });
});

describe("decodeRecord", () => {
  it("gives back what was encoded: state, facts and lease", () => {
    const content = fc.record({ facts: someFacts, own: someOwnState, resolveReason: someText, lease: someLease });
    fc.assert(
      fc.property(content, (wanted) => {
        // What live messages have in common is counted for all of them in the official key.
        const own = { ...wanted.own, deliveries: wanted.own.deliveries.map((one) => ({ ...one, replies: 2 })) };
        const record = decodeRecord(encodeRecord({ ...wanted, own }, slashAddress), slashAddress);
        // Nothing but a state of ours makes the tag; a status of "pending" is not one.
        expect(record).toEqual({ kind: "known", facts: wanted.facts, own, lease: wanted.lease });
      }),
    );
  });

  it("gives back what was encoded a second time, so that reading alone changes nothing", () => {
    fc.assert(
      fc.property(someOwnState, (own) => {
        const once = encode(own, "reason");
        const record = decodeRecord(once, slashAddress);
        expect(record.kind).toBe("known");
        if (record.kind === "known") expect(toChanges(once, encode(record.own, "reason"))).toEqual({});
      }),
    );
  });

  it.each([
    ["nothing", undefined, "none"],
    ["an entry without keys", {}, "none"],
    ["a claim without messages", { user: "alice", roles: "editor" }, "bare"],
    ["messages", official, "known"],
    ["the oldest form", { user: "alice", channel_id: "C1", timestamp: "1" }, "known"],
    ["a resolution without messages", { user: "alice", resolution: "DENIED" }, "known"],
    ["our state in a version to come", { ...official, [stateKey]: '{"v":2}' }, "foreign"],
    ["our state, damaged", { ...official, [stateKey]: "{" }, "foreign"],
  ])("takes %s for %s", (_what, data, kind) => {
    expect(decodeRecord(data, slashAddress).kind).toBe(kind);
  });

  it("reads the lease also where our state is missing", () => {
    const record = decodeRecord({ ...official, [leaseKey]: "h.w.8000" }, slashAddress);
    expect(record).toMatchObject({ kind: "known", lease: { holder: "h", write: "w", durationMs: 8_000 } });
  });

  it("never fails, whatever stands there", () => {
    const keys = fc.constantFrom(...officialKeys, stateKey, leaseKey, "channel_id", "timestamp", "else");
    fc.assert(
      fc.property(fc.dictionary(keys, fc.oneof(fc.string(), fc.json())), (data) => {
        expect(["none", "bare", "foreign", "known"]).toContain(decodeRecord(data, slashAddress).kind);
      }),
    );
  });
});

describe("adopt", () => {
  const empty = toOwnState([], { nonce: "", tier: "adopted" });

  it("takes every message of the official plugin for told, its replies for posted and its resolution for shown", () => {
    expect(adopt(empty, { ...official, resolution: "APPROVED" }, slashAddress)).toEqual({
      ...empty,
      status: "approved",
      deliveries: ["C1/1", "C2/2"].map((entry) => ({
        raw: "",
        state: "sent",
        address: slashAddress.decode(entry),
        shows: { status: "approved", reviews: 1 },
        replies: 1,
      })),
    });
  });

  it("drops entries that are no address, and takes one message once", () => {
    const data = { messages: "C1/1,garbage,a/b/c,,C1/1,C2/2" };
    const addresses = adopt(empty, data, slashAddress).deliveries.map(({ address }) => address);
    expect(addresses).toEqual([
      { channel: "C1", id: "1" },
      { channel: "C2", id: "2" },
    ]);
  });

  it("knows its own message again in other bytes", () => {
    const loose = {
      ...slashAddress,
      decode: (entry: string) => slashAddress.decode(entry.trim()),
    };
    const own = toOwnState([sent("C1")]);
    expect(adopt(own, { messages: " C1/1 " }, loose)).toEqual(own);
  });

  it("adds unknown messages to what we know, and keeps what we know of ours", () => {
    const own = toOwnState([sent("C1", { to: { id: "C1", kind: "channel" } }), toDelivery({ raw: "C9" })]);
    const adopted = adopt(own, { messages: "C1/1,C2/2" }, slashAddress);
    expect(adopted.deliveries.slice(0, 2)).toEqual(own.deliveries);
    expect(adopted.deliveries.slice(2)).toEqual([
      {
        raw: "",
        state: "sent",
        address: { channel: "C2", id: "2" },
        shows: { status: "pending", reviews: 0 },
        replies: 0,
      },
    ]);
  });

  it("takes a higher count for posted on live messages, a lower one for nothing", () => {
    const own = toOwnState([sent("C1", { replies: 1 }), sent("C2", { replies: 4 }), toDelivery({ raw: "C3" })]);
    const replies = (count: string) =>
      adopt(own, { messages: "C1/1,C2/1", reviews_count: count }, slashAddress).deliveries.map((one) => one.replies);
    expect(replies("3")).toEqual([3, 4, 0]);
    expect(replies("0")).toEqual([1, 4, 0]);
  });

  it("takes a resolution that is not ours for shown on every live message", () => {
    const own = toOwnState([sent("C1"), sent("C2", { state: "gone" })]);
    const data = { messages: "C1/1,C2/1", resolution: "DENIED", reviews_count: "1" };
    const adopted = adopt(own, data, slashAddress);
    expect(adopted.status).toBe("denied");
    expect(adopted.deliveries.map(({ shows }) => shows)).toEqual([
      { status: "denied", reviews: 1 },
      { status: "pending", digest: "abcdefabcdef" },
    ]);
  });

  it.each(["expired", "removed", "closed"] as const)("keeps our own word %s for the tag EXPIRED", (status) => {
    const own = toOwnState([sent("C1")], { status });
    expect(adopt(own, { messages: "C1/1", resolution: "EXPIRED" }, slashAddress)).toEqual(own);
  });

  it("never lets an older decision undo a later one: the messages are stale instead", () => {
    const own = toOwnState([sent("C1", { shows: { status: "denied", digest: "abcdefabcdef" } })], { status: "denied" });
    const adopted = adopt(own, { messages: "C1/1", resolution: "APPROVED" }, slashAddress);
    expect(adopted.status).toBe("denied");
    expect(adopted.deliveries[0]?.shows).toEqual({ status: "approved", reviews: 0 });
  });

  it.each(["expired", "removed", "closed"] as const)(
    "believes the official plugin that saw a decision where we saw the request %s",
    (status) => {
      const own = toOwnState([sent("C1")], { status });
      expect(adopt(own, { messages: "C1/1", resolution: "APPROVED" }, slashAddress).status).toBe("approved");
    },
  );

  it("follows the official plugin from approved to denied", () => {
    const own = toOwnState([sent("C1")], { status: "approved" });
    expect(adopt(own, { messages: "C1/1", resolution: "DENIED" }, slashAddress).status).toBe("denied");
  });

  it("changes nothing a second time", () => {
    const data = fc.record({
      messages: fc.array(fc.constantFrom("C1/1", "C2/2", "C3/3", "x", "")).map((entries) => entries.join(",")),
      reviews_count: fc.nat(5).map(String),
      resolution: fc.constantFrom("", "APPROVED", "DENIED", "EXPIRED", "PROMOTED", "?"),
    });
    fc.assert(
      fc.property(someOwnState, data, (own, stored) => {
        const once = adopt(own, stored, slashAddress);
        const twice = adopt(once, stored, slashAddress);
        expect({ ...twice, deliveries: twice.deliveries.length }).toEqual({
          ...once,
          deliveries: once.deliveries.length,
        });
        expect(twice.deliveries.map(({ address, replies }) => ({ address, replies }))).toEqual(
          once.deliveries.map(({ address, replies }) => ({ address, replies })),
        );
      }),
    );
  });
});

describe("toExpectations", () => {
  it("expects every key of the record to be absent on a first write", () => {
    const expected = toExpectations(undefined);
    expect(Object.keys(expected).sort()).toEqual([...officialKeys, stateKey, leaseKey].sort());
    expect(new Set(Object.values(expected))).toEqual(new Set([""]));
  });

  it("expects what the decision was read from on every other write, absent keys included", () => {
    expect(toExpectations({ user: "alice", messages: "C1/1", [leaseKey]: "l" })).toEqual({
      messages: "C1/1",
      resolution: "",
      reviews_count: "",
      [stateKey]: "",
      [leaseKey]: "l",
    });
  });

  it("is never empty, which would mean no condition, and holds only what was read", () => {
    fc.assert(
      fc.property(fc.option(fc.dictionary(fc.string(), fc.string()), { nil: undefined }), (before) => {
        const expected = toExpectations(before);
        expect(Object.keys(expected)).toEqual(expect.arrayContaining([stateKey, leaseKey]));
        for (const [key, value] of Object.entries(expected)) expect(value).toBe(before?.[key] ?? "");
      }),
    );
  });
});

describe("toChanges", () => {
  it("holds only what differs, and an empty value for what has to go", () => {
    const before = encode(toOwnState([sent("C1")]));
    const next = encode(toOwnState([toDelivery({ raw: "C1" })]));
    expect(toChanges(before, next)).toEqual({ messages: "", [stateKey]: next[stateKey] });
    expect(toChanges(before, before)).toEqual({});
    expect(toChanges(undefined, next)).toEqual(next);
  });

  it("leaves alone what another version wrote about the request, and its keys that we do not know", () => {
    const before = {
      user: "alice@example.com",
      roles: "editor,dba",
      resources: "a,b",
      suggested_reviewers: "bob,carol",
      channel_id: "C1",
      timestamp: "1",
      request_kind: "SHORT_TERM",
    };
    const changes = toChanges(before, encode(toOwnState([sent("C1")])));
    expect(Object.keys(changes).sort()).toEqual([leaseKey, stateKey, "messages"].sort());
  });

  it("adds what an older version did not know", () => {
    const facts = toFacts({ loginsByRole: { editor: ["alice"] } });
    const next = encodeRecord({ facts, own: toOwnState(), resolveReason: "", lease }, slashAddress);
    expect(toChanges({ user: "alice" }, next)).toMatchObject({
      roles: "editor",
      logins_by_role: '{"editor":["alice"]}',
    });
  });

  it("never takes a decision back, and replaces it only by another one together with its reason", () => {
    const approved = encode(toOwnState([], { status: "approved" }), "LGTM");
    const pending = toChanges(approved, encode(toOwnState()));
    expect([pending["resolution"], pending["resolve_reason"]]).toEqual([undefined, undefined]);
    expect(toChanges(approved, encode(toOwnState([], { status: "denied" })))).toMatchObject({
      resolution: "DENIED",
      resolve_reason: "",
    });
    expect(toChanges(approved, encode(toOwnState([], { status: "approved" })))["resolve_reason"]).toBeUndefined();
  });

  it("never lowers the count of reviews: the official plugin would post them again", () => {
    const two = encode(toOwnState([sent("C1", { replies: 2 })]));
    const one = encode(toOwnState([sent("C1", { replies: 2 }), sent("C2", { replies: 1 })]));
    expect(toChanges(two, one)["reviews_count"]).toBeUndefined();
    expect(toChanges(one, two)["reviews_count"]).toBe("2");
  });

  it("never writes over a claim key that has a value, whoever wrote it", () => {
    const claim = ["user", "roles", "resources", "request_reason", "system_annotations", "suggested_reviewers"];
    const before = fc.dictionary(fc.constantFrom(...claim), fc.string({ minLength: 1 }));
    fc.assert(
      fc.property(before, someFacts, someOwnState, (stored, facts, own) => {
        const next = encodeRecord({ facts, own, resolveReason: "", lease }, slashAddress);
        const changes = toChanges(stored, next);
        for (const key of Object.keys(stored)) expect(changes).not.toHaveProperty(key);
      }),
    );
  });
});

describe("settleStatus", () => {
  it.each([
    ["pending", undefined, "pending"],
    ["approved", undefined, "approved"],
    ["approved", "pending", "approved"],
    ["pending", "approved", "approved"],
    ["denied", "approved", "denied"],
    ["approved", "denied", "denied"],
    ["expired", "approved", "approved"],
    ["closed", "denied", "denied"],
    ["approved", "expired", "expired"],
    ["removed", "promoted", "promoted"],
  ] as const)("observed %s after %s is %s", (observed, decided, status) => {
    expect(settleStatus(observed, decided)).toBe(status);
  });

  it("never goes back to pending, and changes at the most once, from approved to denied", () => {
    fc.assert(
      fc.property(fc.array(someStatus), (observations) => {
        const history: string[] = [];
        let decided: MessageStatus | undefined;
        for (const observed of observations) {
          decided = settleStatus(observed, decided);
          if (history.at(-1) !== decided) history.push(decided);
        }
        expect(history.join(" ")).toMatch(/^(pending ?)?(approved denied|[a-z]*)$/u);
      }),
    );
  });
});
