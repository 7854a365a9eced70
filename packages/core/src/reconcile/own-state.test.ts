import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { someOwnState } from "../testing/arbitrary-record.ts";
import { toDelivery, toOwnState } from "../testing/samples.ts";
import { decodeOwnState, encodeOwnState } from "./own-state.ts";

describe("the state we store", () => {
  it("comes back as it was written, whatever it holds", () => {
    fc.assert(
      fc.property(someOwnState, (own) => {
        expect(decodeOwnState(encodeOwnState(own))).toEqual(own);
      }),
    );
  });

  it("is as compact as the format says", () => {
    const own = toOwnState(
      [
        toDelivery({ raw: "#ops" }),
        toDelivery({
          raw: "bob@example.com",
          state: "sent",
          to: { id: "U1", kind: "person" },
          address: { channel: "D1", id: "17.1" },
          shows: { status: "approved", digest: "abcdefabcdef" },
          replies: 2,
        }),
        toDelivery({
          raw: "",
          state: "sent",
          address: { channel: "C2", id: "9" },
          shows: { status: "pending", reviews: 1 },
        }),
        toDelivery({
          raw: "carol",
          state: "blocked",
          code: "recipient_unknown",
          unsure: true,
          locked: true,
          plain: true,
        }),
      ],
      { status: "approved", cut: 3, omitted: 4 },
    );
    expect(JSON.parse(encodeOwnState(own))).toEqual({
      v: 1,
      n: "nonce",
      t: "s",
      f: "a",
      c: 3,
      o: 4,
      d: [
        { r: "#ops", s: "w" },
        { r: "bob@example.com", s: "s", i: "U1", k: "p", a: { channel: "D1", id: "17.1" }, h: "a~abcdefabcdef", n: 2 },
        { s: "s", a: { channel: "C2", id: "9" }, h: "p#1" },
        { r: "carol", s: "b", e: "recipient_unknown", u: 1, l: 1, p: 1 },
      ],
    });
  });

  it("keeps omitted recipients as a number only", () => {
    const own = toOwnState(
      [toDelivery({ state: "omitted" }), toDelivery({ raw: "b" }), toDelivery({ state: "omitted" })],
      {
        omitted: 5,
      },
    );
    expect(decodeOwnState(encodeOwnState(own))).toEqual(toOwnState([toDelivery({ raw: "b" })], { omitted: 7 }));
  });

  it.each([
    ["another version", '{"v":2,"n":"x","t":"s","d":[]}'],
    ["no version", '{"n":"x","t":"s","d":[]}'],
    ["no nonce", '{"v":1,"t":"s","d":[]}'],
    ["an unknown tier", '{"v":1,"n":"x","t":"toString","d":[]}'],
    ["no list of deliveries", '{"v":1,"n":"x","t":"s","d":{}}'],
    ["a delivery that is none", '{"v":1,"n":"x","t":"s","d":[{"s":"w"},7]}'],
    ["an unknown state", '{"v":1,"n":"x","t":"s","d":[{"s":"z"}]}'],
    ["a list", "[]"],
    ["null", "null"],
    ["no JSON", "{"],
    ["nothing", ""],
  ])("is not understood, and so left alone: %s", (_what, text) => {
    expect(decodeOwnState(text)).toBeUndefined();
  });

  it("takes what it cannot use in an optional place for absent", () => {
    const text = JSON.stringify({
      v: 1,
      n: "x",
      t: "s",
      f: "?",
      c: -1,
      o: 1.5,
      d: [
        { r: 7, s: "w", e: "no such code", i: "", k: "p", a: { channel: 1 }, h: "p~", n: "2", u: true, l: 0, p: "1" },
      ],
    });
    expect(decodeOwnState(text)).toEqual({
      ...toOwnState([{ raw: "", state: "waiting", replies: 0, shows: { status: "pending", digest: "" } }]),
      nonce: "x",
    });
  });

  it("is never read with an error, whatever stands there", () => {
    const almost = fc.record(
      {
        v: fc.constantFrom(1, 2, "1", null),
        n: fc.oneof(fc.string(), fc.jsonValue()),
        t: fc.oneof(fc.constantFrom("r", "s", "a", "__proto__"), fc.jsonValue()),
        f: fc.jsonValue(),
        c: fc.jsonValue(),
        o: fc.jsonValue(),
        d: fc.oneof(
          fc.jsonValue(),
          fc.array(
            fc.record(
              {
                s: fc.constantFrom("w", "s", "b", "constructor"),
                a: fc.jsonValue(),
                h: fc.jsonValue(),
                i: fc.jsonValue(),
              },
              { requiredKeys: [] },
            ),
          ),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          almost.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          const own = decodeOwnState(text);
          if (own !== undefined) expect(decodeOwnState(encodeOwnState(own))).toEqual(own);
        },
      ),
    );
  });
});
