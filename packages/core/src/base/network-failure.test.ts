import { describe, expect, it } from "vitest";
import { toNetworkFailure } from "./network-failure.ts";

function failure(code: string, more: object = {}): Error {
  return new TypeError("fetch failed", { cause: Object.assign(new Error("inner"), { code, ...more }) });
}

describe("toNetworkFailure", () => {
  it.each([
    ["ECONNREFUSED", { unsent: true, untrusted: false }],
    ["ENOTFOUND", { unsent: true, untrusted: false }],
    ["UND_ERR_CONNECT_TIMEOUT", { unsent: true, untrusted: false }],
    ["ECONNRESET", { unsent: false, untrusted: false }],
    ["UND_ERR_SOCKET", { unsent: false, untrusted: false }],
    ["SELF_SIGNED_CERT_IN_CHAIN", { unsent: true, untrusted: true }],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", { unsent: true, untrusted: true }],
    ["ERR_TLS_CERT_ALTNAME_INVALID", { unsent: true, untrusted: true }],
  ])("finds %s below what the client threw", (code, expected) => {
    expect(toNetworkFailure(failure(code))).toEqual({ reason: code, ...expected });
  });

  it.each([
    ["PROXY_HTTP_407", /user and password into HTTPS_PROXY/u],
    ["PROXY_HTTP_502", /HTTPS_PROXY .* NO_PROXY/u],
  ])("says what to do about an HTTP proxy that does not connect (%s), and that nothing was sent", (code, fix) => {
    const found = toNetworkFailure(failure(code));
    expect(found).toMatchObject({ reason: code, unsent: true, untrusted: false, fix: expect.stringMatching(fix) });
  });

  it("knows a reset while connecting for one before anything was sent", () => {
    expect(toNetworkFailure(failure("ECONNRESET", { syscall: "connect" })).unsent).toBe(true);
  });

  it.each([new Error("plain"), "a text", undefined, failure("not a code"), failure("x".repeat(100))])(
    "says no more than that the network failed of %s",
    (thrown) => {
      expect(toNetworkFailure(thrown)).toEqual({ reason: "network_error", untrusted: false, unsent: false });
    },
  );

  it("ends on a chain of causes that has no end", () => {
    const error = new Error("round");
    error.cause = error;
    expect(toNetworkFailure(error).reason).toBe("network_error");
  });
});
