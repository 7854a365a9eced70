import { createSeededRandom } from "@access-plugins/testing/doubles";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorCodes } from "../base/plugin-error.ts";
import type { Routing } from "../routing/recipient-router.ts";
import { someAddress, someFacts, someName, someRecipient } from "../testing/arbitrary-record.ts";
import { slashAddress, toDelivery, toFacts, toOwnState } from "../testing/samples.ts";
import { canShrink, createClaim, isTight, reserveSpace, shrinkClaim } from "./claim.ts";
import { countOmitted, type Delivery } from "./delivery.ts";
import type { ClaimFacts } from "./official-record.ts";
import { decodeRecord, encodeRecord, entryBudgetBytes, toEntryBytes } from "./record.ts";

const random = createSeededRandom(1);

function routingOf(recipients: readonly string[], fields: Partial<Routing> = {}): Routing {
  return { tier: "static", recipients, cut: 0, ...fields };
}

function claim(recipients: readonly string[], facts: ClaimFacts = toFacts(), budget?: number) {
  return createClaim(routingOf(recipients), facts, slashAddress, random, budget);
}

describe("createClaim", () => {
  it("freezes who is told, and nobody is told yet", () => {
    const own = createClaim(
      routingOf(["#ops", "bob@example.com"], { tier: "rules", cut: 2 }),
      toFacts(),
      slashAddress,
      random,
    );
    expect(own).toEqual({
      nonce: expect.stringMatching(/^[\w-]{16}$/u),
      tier: "rules",
      cut: 2,
      omitted: 0,
      deliveries: [
        { raw: "#ops", state: "waiting", replies: 0 },
        { raw: "bob@example.com", state: "waiting", replies: 0 },
      ],
    });
  });

  it("has room for hundreds of recipients in its budget", () => {
    const own = claim(Array.from({ length: 400 }, (_, n) => `person-${n}@example.com`));
    expect(own.omitted).toBe(0);
  });

  it("leaves out and counts those that do not fit, from the first one on", () => {
    const recipients = Array.from({ length: 5_000 }, (_, n) => `person-${n}@example.com`);
    const own = claim(recipients);
    expect(own.deliveries.map(({ raw }) => raw)).toEqual(recipients.slice(0, own.deliveries.length));
    expect(own.deliveries.length).toBeGreaterThan(400);
    expect(own.omitted).toBe(5_000 - own.deliveries.length);
  });

  it("leaves out everybody when the request alone fills the budget", () => {
    const facts = toFacts({ resources: Array.from({ length: 300 }, () => "x".repeat(1_000)) });
    expect(claim(["#ops"], facts)).toMatchObject({ omitted: 1, deliveries: [] });
  });

  it("reserves what every end can take: whatever arrives, the record stays within the budget", () => {
    const results = fc.record({
      to: someRecipient,
      address: someAddress,
      state: fc.constantFrom("waiting", "sent", "blocked", "gone", "orphan"),
      code: fc.constantFrom(...errorCodes),
      replies: fc.nat(9_999),
    });
    const recipients = fc.uniqueArray(someName, { minLength: 1, maxLength: 60 });
    const reasons = fc.constantFrom("\u0001".repeat(4_096), '"'.repeat(4_096), "ü".repeat(2_048), "x");
    const inputs = fc.tuple(recipients, someFacts, fc.integer({ min: 30_000, max: 60_000 }), results, reasons);
    fc.assert(
      fc.property(inputs, ([raws, facts, budget, result, resolveReason]) => {
        const own = claim(raws, facts, budget);
        if (own.deliveries.length === 0) return;
        const deliveries = own.deliveries.map(
          ({ raw }): Delivery => ({
            ...result,
            raw,
            shows: { status: "promoted", digest: "abcdefabcdef" },
            unsure: true,
            locked: true,
            plain: true,
          }),
        );
        const lease = { holder: "x".repeat(12), write: "x".repeat(8), durationMs: 38_000 };
        const final = { facts, own: { ...own, status: "promoted" as const, deliveries }, resolveReason, lease };
        expect(toEntryBytes(encodeRecord(final, slashAddress))).toBeLessThanOrEqual(budget);
      }),
    );
  });

  it("stays within Teleport's own budget to the last recipient with addresses as long as they may be", () => {
    const own = claim(Array.from({ length: 5_000 }, (_, n) => `"${n}"@example.com`));
    const deliveries = own.deliveries.map(({ raw }, n): Delivery => {
      const id = String(n).padStart(40, "0");
      return {
        raw,
        state: "gone",
        code: "recipient_forbidden",
        to: { id: "x".repeat(64), kind: "person" },
        address: { channel: "C".repeat(39), id },
        shows: { status: "denied", digest: "abcdefabcdef" },
        replies: 9_999,
        unsure: true,
        locked: true,
        plain: true,
      };
    });
    const lease = { holder: "x".repeat(12), write: "x".repeat(8), durationMs: 38_000 };
    const record = encodeRecord(
      { facts: toFacts(), own: { ...own, deliveries }, resolveReason: "x".repeat(4_096), lease },
      slashAddress,
    );
    expect(toEntryBytes(record)).toBeLessThanOrEqual(entryBudgetBytes);
    expect(decodeRecord(record, slashAddress)).toMatchObject({ kind: "known" });
  });
});

describe("shrinkClaim", () => {
  it("lets half of those go that nobody has begun with, the last first", () => {
    const own = toOwnState([
      toDelivery({ raw: "a" }),
      toDelivery({ raw: "b", state: "sent", address: { channel: "b", id: "1" } }),
      toDelivery({ raw: "c" }),
      toDelivery({ raw: "d", unsure: true }),
      toDelivery({ raw: "e", state: "blocked", code: "recipient_unknown" }),
      toDelivery({ raw: "f" }),
    ]);
    const shrunk = shrinkClaim(own);
    const states = shrunk.deliveries.map(({ raw, state }) => `${raw} ${state}`);
    expect(states).toEqual(["a waiting", "b sent", "c omitted", "d waiting", "e blocked", "f omitted"]);
    expect(countOmitted(shrunk)).toBe(2);
  });

  it("lets the last one go, and then has nothing left to give", () => {
    const one = shrinkClaim(toOwnState([toDelivery()]));
    expect(one.deliveries.map(({ state }) => state)).toEqual(["omitted"]);
    expect(shrinkClaim(one)).toEqual(one);
    expect(canShrink(one)).toBe(false);
  });
});

describe("reserveSpace", () => {
  const encode = (own: ReturnType<typeof toOwnState>) =>
    encodeRecord(
      { facts: toFacts(), own, resolveReason: "", lease: { holder: "h", write: "w", durationMs: 1 } },
      slashAddress,
    );
  const waiting = toOwnState([toDelivery({ raw: "a" }), toDelivery({ raw: "b" })]);
  const told = toOwnState(
    ["a", "b"].map((raw) => toDelivery({ raw, state: "sent", address: { channel: "c".repeat(20), id: raw } })),
  );

  it("takes what the results will need, and gives it back as they come", () => {
    const reserved = reserveSpace(encode(waiting), waiting, slashAddress, true);
    expect(toEntryBytes(reserved)).toBeGreaterThanOrEqual(toEntryBytes(encode(told)));
    expect(reserveSpace(encode(told), told, slashAddress, true)).toEqual(encode(told));
  });

  it("is not worth the bytes for a few recipients where there is room", () => {
    expect(reserveSpace(encode(waiting), waiting, slashAddress, false)).toEqual(encode(waiting));
    const many = toOwnState(Array.from({ length: 60 }, (_, at) => toDelivery({ raw: `r${at}` })));
    expect(isTight(reserveSpace(encode(many), many, slashAddress, false))).toBe(true);
  });

  it("changes nothing of what the record means, and is seen by whoever reads it", () => {
    const reserved = reserveSpace(encode(waiting), waiting, slashAddress, true);
    expect(decodeRecord(reserved, slashAddress)).toEqual(decodeRecord(encode(waiting), slashAddress));
    expect([isTight(reserved), isTight(encode(waiting)), isTight(undefined)]).toEqual([true, false, false]);
  });
});
