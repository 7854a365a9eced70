import fc from "fast-check";
import { errorCodes } from "../base/plugin-error.ts";
import type { MessageStatus } from "../domain/request-message.ts";
import type { Recipient, SentMessage } from "../messenger.ts";
import type { Delivery, OwnState, RequesterNotice, Shown } from "../reconcile/delivery.ts";
import type { Lease } from "../reconcile/lease.ts";
import type { ClaimFacts } from "../reconcile/official-record.ts";

/** Drops what is undefined: an absent property, as the domain writes it. */
function present<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Text as people and clusters have it: any script, quotes, commas, control characters; always valid Unicode. */
export const someText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom('"', "\\", "<", "&", ",", "/", "\n", "\u2028", "\u0001", "ü", "😀", "a"),
    maxLength: 12,
  }),
);

/** A name that can be joined by commas. */
export const someName: fc.Arbitrary<string> = someText.map((text) => text.replaceAll(",", "") || "name");

export const someStatus: fc.Arbitrary<MessageStatus> = fc.constantFrom<MessageStatus>(
  "pending",
  "approved",
  "denied",
  "promoted",
  "expired",
  "removed",
  "closed",
);

const idText = fc.string({ unit: fc.constantFrom(..."ABCDEFGHIJ0123456789.:@-_"), minLength: 1, maxLength: 64 });

export const someRecipient: fc.Arbitrary<Recipient> = fc.record({
  id: idText,
  kind: fc.constantFrom("person" as const, "channel" as const),
});

/** An address that {@link slashAddress} stores in at most 80 bytes. */
export const someAddress: fc.Arbitrary<SentMessage> = fc.record({
  channel: idText.map((text) => text.slice(0, 39)),
  id: idText.map((text) => text.slice(0, 40)),
});

const digest = fc.string({ unit: fc.constantFrom(..."abcXYZ012-_"), minLength: 12, maxLength: 12 });

const someShown: fc.Arbitrary<Shown> = fc.oneof(
  fc.record({ status: someStatus, digest }),
  fc.record({ status: someStatus, reviews: fc.nat(50) }),
);

/** Any delivery that can be stored: a sent one has an address, and who is still to be told has none. */
export const someDelivery: fc.Arbitrary<Delivery> = fc
  .record({
    raw: someText,
    state: fc.constantFrom("waiting", "sent", "blocked", "gone", "skipped", "orphan"),
    code: maybe(fc.constantFrom(...errorCodes)),
    to: maybe(someRecipient),
    address: someAddress,
    shows: maybe(someShown),
    replies: fc.nat(60),
    doubt: fc.constantFrom({}, { unsure: true }, { unsure: true, cutOff: true }),
    locked: maybe(fc.constant(true)),
    plain: maybe(fc.constant(true)),
    sign: maybe(someStatus),
  })
  .map(({ address, doubt, ...rest }): Delivery => {
    const told = rest.state === "sent" || rest.state === "gone";
    return present({ ...rest, ...doubt, address: told ? address : undefined });
  });

const someNotice: fc.Arbitrary<RequesterNotice> = fc
  .record({
    status: someStatus,
    state: fc.constantFrom("waiting" as const, "told" as const, "unreachable" as const),
    code: maybe(fc.constantFrom(...errorCodes)),
    unsure: maybe(fc.constant(true)),
    plain: maybe(fc.constant(true)),
  })
  .map((notice): RequesterNotice => present(notice));

export const someOwnState: fc.Arbitrary<OwnState> = fc
  .record({
    nonce: digest,
    tier: fc.constantFrom("rules" as const, "static" as const, "adopted" as const),
    status: maybe(someStatus),
    notice: maybe(someNotice),
    sign: maybe(someStatus),
    cut: fc.nat(100),
    omitted: fc.nat(100),
    deliveries: fc.uniqueArray(someDelivery, {
      maxLength: 8,
      // Two deliveries never share one message.
      selector: ({ address }) => (address === undefined ? Symbol() : JSON.stringify(address)),
    }),
  })
  .map((own): OwnState => present(own));

/**
 * A key of an object. Two characters at least: JSON.parse of Node 24 now and then reads an object's key that is a single
 * escaped character (`{"\u0026": …}`) as a backslash.
 */
export const someKey: fc.Arbitrary<string> = someName.map((name) => (name.length === 1 ? name + name : name));

const someLists = fc.dictionary(someKey, fc.array(someText, { maxLength: 3 }), { maxKeys: 4 });

export const someFacts: fc.Arbitrary<ClaimFacts> = fc
  .record({
    user: someText,
    roles: fc.array(someName, { maxLength: 5 }),
    resources: fc.array(someText, { maxLength: 5 }),
    reason: someText,
    annotations: someLists,
    suggestedReviewers: fc.array(someText, { maxLength: 5 }),
    loginsByRole: someLists,
    maxDuration: maybe(fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true })),
  })
  .map((facts): ClaimFacts => present(facts));

const token = fc.string({ unit: fc.constantFrom(..."abcXYZ012-_"), minLength: 8, maxLength: 12 });

export const someLease: fc.Arbitrary<Lease> = fc.oneof(
  fc.record({
    holder: token.filter((holder) => holder !== "-"),
    write: token,
    durationMs: fc.integer({ min: 0, max: 38_000 }),
  }),
  token.map((write) => ({ holder: "", write, durationMs: 0 })),
);
