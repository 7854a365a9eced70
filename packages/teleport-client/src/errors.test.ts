import { PluginError } from "@access-plugins/core";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { toPluginError } from "./errors.ts";

const write = { operation: "UpdatePluginData", sentWrite: true };
const read = { operation: "GetPluginData", sentWrite: false };

test.each<[string, Code]>([
  ["http/2 stream closed with error code HTTP_1_1_REQUIRED (0xd)", Code.PermissionDenied],
  ["http/2 stream closed with error code ENHANCE_YOUR_CALM (0xb)", Code.ResourceExhausted],
  ["protocol error: incomplete envelope", Code.InvalidArgument],
  ["protocol error: missing output message for unary method", Code.Unimplemented],
  ["HTTP 403", Code.PermissionDenied],
  ["HTTP 404", Code.Unimplemented],
  ["unsupported content type text/html", Code.Unknown],
])("what connect-node says itself is no verdict of the server: %s", (text, code) => {
  expect(toPluginError(new ConnectError(text, code), write)).toMatchObject({ code: "unavailable", ambiguous: true });
});

test("a refused stream was never served", () => {
  const refused = new ConnectError("http/2 stream closed with error code REFUSED_STREAM (0x7)", Code.Unavailable);
  expect(toPluginError(refused, write)).toMatchObject({ code: "unavailable", ambiguous: false });
});

test.each<[Code, boolean]>([
  [Code.Unavailable, true],
  [Code.DeadlineExceeded, true],
  [Code.Unknown, true],
  [Code.Canceled, true],
  [Code.Internal, true],
  [Code.FailedPrecondition, false],
  [Code.NotFound, false],
  [Code.InvalidArgument, false],
  [Code.PermissionDenied, false],
])("whether a write took effect is open after %i: %s; a read never is", (code, ambiguous) => {
  expect(toPluginError(new ConnectError("x", code), write).ambiguous).toBe(ambiguous);
  expect(toPluginError(new ConnectError("x", code), read).ambiguous).toBe(false);
});

test("an error of ours keeps its code, and the operation it was raised in", () => {
  const ours = new PluginError("unauthenticated", "expired", { operation: "connect", fix: "renew" });
  const wrapped = new ConnectError("expired", Code.Internal, undefined, undefined, ours);
  expect(toPluginError(wrapped, write)).toMatchObject({ code: "unauthenticated", operation: "connect", fix: "renew" });
});

test("an abort is an abort; after sending, what it cut off may have taken effect", () => {
  const aborted = new DOMException("This operation was aborted", "AbortError");
  expect(toPluginError(aborted, write)).toMatchObject({ code: "aborted", ambiguous: true });
  expect(toPluginError(aborted, read)).toMatchObject({ code: "aborted", ambiguous: false });
});

test("the server's text is one line of bounded length", () => {
  const { message } = toPluginError(new ConnectError(`a\n\u202Eb${"x".repeat(5_000)}`, Code.NotFound), read);
  expect(message).toMatch(/^Teleport refused GetPluginData: a bx/u);
  expect(message.length).toBeLessThan(600);
});

test("the rule a call needs is named also when the server does not say what is missing", () => {
  const denied = toPluginError(new ConnectError("access denied", Code.PermissionDenied), read);
  expect(denied.fix).toContain("access_request: [list, read]");
});

test("a certificate that Teleport does not take is a matter of the certificate, not of the role", () => {
  const text = "access denied: intermediaries are not supported";
  const denied = toPluginError(new ConnectError(text, Code.PermissionDenied), read);
  expect(denied).toMatchObject({ code: "unauthenticated", fix: expect.stringContaining("tctl auth sign") });
});
