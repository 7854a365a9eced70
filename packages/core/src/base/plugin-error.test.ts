import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ErrorFacts, errorCodes, PluginError } from "./plugin-error.ts";

const facts: ErrorFacts = {
  operation: "chat.postMessage",
  fix: "Invite the bot.",
  recipient: "#ops",
  retryAfterMs: 1_500,
  bucket: "channel C1",
  ambiguous: true,
  reason: "not_in_channel",
  cause: new Error("cause"),
};

describe("PluginError", () => {
  it("carries every fact it is given", () => {
    expect(new PluginError("recipient_forbidden", "The bot is not in #ops.", facts)).toMatchObject({
      name: "PluginError",
      code: "recipient_forbidden",
      message: "The bot is not in #ops.",
      ...facts,
    });
  });

  it("means by silence that the call had no effect and nothing caused it", () => {
    const error = new PluginError("unavailable", "connection refused");
    expect(error.ambiguous).toBe(false);
    expect(Object.hasOwn(error, "cause")).toBe(false);
  });

  it("lists each of its codes once", () => {
    expect(new Set(errorCodes).size).toBe(errorCodes.length);
  });
});

describe("PluginError.from", () => {
  it("hands on what is a PluginError already", () => {
    const error = new PluginError("conflict", "lost the race");
    expect(PluginError.from(error, { operation: "other" })).toBe(error);
  });

  it("knows a stop", () => {
    const thrown = AbortSignal.abort().reason;
    expect(PluginError.from(thrown, { operation: "post" })).toMatchObject({
      code: "aborted",
      operation: "post",
      cause: thrown,
    });
  });

  it("knows a deadline that passed, and that nobody knows what came of the call", () => {
    const thrown = new DOMException("The operation was aborted due to timeout", "TimeoutError");
    expect(PluginError.from(thrown)).toMatchObject({ code: "timeout", ambiguous: true, cause: thrown });
    expect(PluginError.from(thrown, { ambiguous: false }).ambiguous).toBe(false);
  });

  it("calls everything that nobody classified internal, and keeps it as the cause", () => {
    const thrown = new TypeError("x is not a function");
    expect(PluginError.from(thrown)).toMatchObject({ code: "internal", message: thrown.message, cause: thrown });
  });

  it("never throws itself, whatever was thrown", () => {
    const hostile = [
      undefined,
      null,
      "text",
      Symbol("s"),
      Object.create(null),
      {
        toString() {
          throw new Error("no text");
        },
      },
    ];
    for (const thrown of hostile) expect(PluginError.from(thrown)).toMatchObject({ code: "internal" });
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true }), (thrown) => {
        expect(PluginError.from(thrown).code).toBe("internal");
      }),
    );
  });
});

describe("PluginError.with", () => {
  it("adds what the thrower could not know and keeps the rest", () => {
    const error = new PluginError("rate_limited", "slow down", facts);
    const more = error.with({ recipient: "#dev", operation: "chat.update" });
    expect(more).toMatchObject({ ...facts, code: "rate_limited", recipient: "#dev", operation: "chat.update" });
    expect(error.recipient).toBe("#ops");
  });

  it("invents no facts", () => {
    const bare = new PluginError("not_found", "gone").with({});
    expect(bare).toMatchObject({ operation: undefined, fix: undefined, retryAfterMs: undefined, ambiguous: false });
    expect(Object.hasOwn(bare, "cause")).toBe(false);
  });
});
