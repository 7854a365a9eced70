import { describe, expect, test } from "vitest";
import { judge, type MessageFacts, type RequestFacts } from "./oracle.ts";

const places = ["alpha", "beta"];

const toMessage = (place: string, text: string, more: Partial<MessageFacts> = {}): MessageFacts => ({
  id: `${place}/1`,
  place,
  text: `Role request\nStatus: ${text}`,
  stored: true,
  excused: false,
  ...more,
});

const toRequest = (state: RequestFacts["state"], messages: readonly MessageFacts[]): RequestFacts => ({
  id: "r1",
  state,
  messages,
});

const kindsOf = (...requests: RequestFacts[]) => judge(requests, places).failures.map(({ kind }) => kind);

describe("all is well", () => {
  test.each([
    ["pending", "PENDING"],
    ["approved", "APPROVED"],
    ["denied", "DENIED"],
    ["promoted", "PROMOTED"],
    ["deleted", "REMOVED"],
    ["deleted", "CLOSED"],
  ] as const)("when a request that is %s is shown as %s everywhere", (state, word) => {
    expect(kindsOf(toRequest(state, [toMessage("alpha", word), toMessage("beta", word)]))).toEqual([]);
  });

  test("when a request was over before anybody was told", () => {
    expect(kindsOf(toRequest("denied", []))).toEqual([]);
  });

  test("when a second message is the work of a call nobody knows the end of, its orphan left as it is", () => {
    const orphan = toMessage("alpha", "PENDING", { id: "alpha/0", stored: false, excused: true });
    const verdict = judge(
      [toRequest("approved", [orphan, toMessage("alpha", "APPROVED"), toMessage("beta", "APPROVED")])],
      places,
    );
    expect(verdict).toEqual({ failures: [], duplicates: 1, excuses: 1 });
  });
});

describe("it is a failure", () => {
  test("when somebody was never told of a request that is open", () => {
    expect(kindsOf(toRequest("pending", [toMessage("alpha", "PENDING")]))).toEqual(["lost"]);
  });

  test("when all that an open request has left in a place is an orphan", () => {
    const orphan = toMessage("alpha", "PENDING", { stored: false, excused: true });
    expect(kindsOf(toRequest("pending", [orphan, toMessage("beta", "PENDING")]))).toEqual(["lost"]);
  });

  test("when a message does not show how the request ended, or that it is open", () => {
    const halfTold = [toMessage("alpha", "APPROVED"), toMessage("beta", "PENDING")];
    expect(kindsOf(toRequest("approved", halfTold))).toEqual(["stale"]);
    expect(kindsOf(toRequest("pending", halfTold))).toEqual(["stale"]);
    expect(kindsOf(toRequest("deleted", halfTold))).toEqual(["stale", "stale"]);
  });

  test("when somebody was told twice and no call is to blame", () => {
    const twice = [toMessage("alpha", "PENDING"), toMessage("alpha", "PENDING", { id: "alpha/2" })];
    expect(kindsOf(toRequest("pending", [...twice, toMessage("beta", "PENDING")]))).toEqual(["duplicate"]);
  });

  test("when a message stands there that the record does not know and no call is to blame", () => {
    const messages = [toMessage("alpha", "PENDING", { stored: false }), toMessage("beta", "PENDING")];
    expect(kindsOf(toRequest("pending", messages))).toEqual(["unknown", "lost"]);
  });

  test("for each request by itself", () => {
    const failures = judge([toRequest("pending", []), { ...toRequest("pending", []), id: "r2" }], ["alpha"]).failures;
    expect(failures.map(({ request }) => request)).toEqual(["r1", "r2"]);
  });
});
