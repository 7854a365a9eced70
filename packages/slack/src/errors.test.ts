import { readFileSync } from "node:fs";
import { type ErrorCode, PluginError } from "@access-plugins/core";
import { WebAPIPlatformError, WebAPIRequestError } from "@slack/web-api";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type FailedCall, toPluginError, unreadableAnswer } from "./errors.ts";
import type { Method } from "./limits.ts";
import { refusals } from "./refusal-table.ts";

const documented = z
  .record(z.string(), z.array(z.string()))
  .parse(JSON.parse(readFileSync(new URL("fixtures/documented-errors.json", import.meta.url), "utf8")));

const json = { "content-type": "application/json; charset=utf-8" };

function refusal(slackCode: string, method: Method = "chat.postMessage", more: object = {}, headers = {}): PluginError {
  const buckets = [method, `${method}:C1`];
  const thrown = new WebAPIPlatformError({ ok: false, error: slackCode, response_metadata: {}, ...more });
  return toPluginError(thrown, { method, buckets, answer: { status: 200, headers: { ...json, ...headers } } });
}

const post: FailedCall = { method: "chat.postMessage", buckets: ["chat.postMessage", "chat.postMessage:C1"] };

describe("a refusal of Slack", () => {
  it.each(Object.entries(documented))("has a decision for every documented code of %s", (_, slackCodes) => {
    expect(slackCodes.filter((slackCode) => !refusals.has(slackCode))).toEqual([]);
  });

  it("has no decision for a code that nobody documents", () => {
    const known = new Set(Object.values(documented).flat());
    expect([...refusals.keys()].filter((slackCode) => !known.has(slackCode))).toEqual([]);
  });

  it.each([...refusals.keys()])("says what to do about %s and names the call", (slackCode) => {
    const error = refusal(slackCode);
    expect(error.fix).toMatch(/\w.*[.]$/su);
    expect(error.message).toContain("chat.postMessage");
    expect(error).toMatchObject({ operation: "chat.postMessage", reason: slackCode });
  });

  const classes: Partial<Record<ErrorCode, string>> = {
    rate_limited: "ratelimited rate_limited message_limit_exceeded",
    unavailable:
      "internal_error fatal_error service_unavailable request_timeout team_added_to_org update_failed external_channel_migrating streaming_state_conflict",
    unauthenticated:
      "not_authed invalid_auth account_inactive token_revoked token_expired not_allowed_token_type user_removed_from_team team_disabled",
    missing_scope: "missing_scope",
    forbidden: "org_login_required ekm_access_denied accesslimited two_factor_setup_required team_access_not_granted",
    recipient_unknown: "channel_not_found user_not_found users_not_found team_not_found",
    recipient_forbidden:
      "not_in_channel restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel messages_tab_disabled user_not_visible cannot_dm_bot no_permission slack_connect_lists_sharing_blocked",
    recipient_gone: "is_archived is_inactive user_disabled",
    content_rejected:
      "no_text msg_too_long msg_blocks_too_long invalid_blocks invalid_blocks_format block_mismatch invalid_metadata_format metadata_too_large invalid_arguments",
    message_not_found: "message_not_found thread_not_found",
    message_locked: "edit_window_closed cant_update_message restricted_action_thread_locked cannot_reply_to_message",
  };

  it.each(Object.entries(classes))("is %s for %s", (code, slackCodes) => {
    for (const slackCode of slackCodes.split(" "))
      expect([slackCode, refusal(slackCode).code]).toEqual([slackCode, code]);
  });

  it.each(["internal_error", "fatal_error", "service_unavailable"])(
    "leaves open whether a post happened after %s",
    (slackCode) => {
      expect(refusal(slackCode).ambiguous).toBe(true);
      expect(refusal(slackCode, "users.info").ambiguous).toBe(false);
    },
  );

  it("stops one recipient only when a look-up lacks its scope", () => {
    const details = { needed: "users:read.email", provided: "chat:write" };
    const error = refusal("missing_scope", "users.lookupByEmail", details);
    expect(error.code).toBe("recipient_forbidden");
    expect(error.message).toContain("users:read.email");
  });

  it("speaks of the client as a whole when auth.test is refused", () => {
    expect(refusal("access_denied", "auth.test").code).toBe("forbidden");
    expect(refusal("invalid_auth", "auth.test").code).toBe("unauthenticated");
  });

  it("hands on what Slack says about blocks, bounded", () => {
    const messages = [
      "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
      "x".repeat(5_000),
    ];
    const { message } = refusal("invalid_blocks", "chat.postMessage", { response_metadata: { messages } });
    expect(message).toContain("json-pointer:/blocks/0/text/text");
    expect(message.length).toBeLessThan(500);
  });

  it.each([
    ["restricted_action_new_kind", "recipient_forbidden"],
    ["msg_footer_too_long", "content_rejected"],
    ["invalid_footer", "content_rejected"],
    ["too_many_footers", "content_rejected"],
    ["token_in_wrong_place", "unauthenticated"],
    ["something_else_entirely", "recipient_forbidden"],
  ])("takes the unknown code %s for %s", (slackCode, code) => {
    const error = refusal(slackCode);
    expect(error.code).toBe(code);
    expect(error.reason).toBe(slackCode);
  });

  it("retries a look-up that was refused with an unknown code", () => {
    expect(refusal("something_else_entirely", "users.info").code).toBe("unavailable");
  });

  it.each(["", "<!DOCTYPE html>", "Has Capitals", "x".repeat(65), "a\nb"])(
    "takes %j for no answer of Slack",
    (text) => {
      expect(refusal(text)).toMatchObject({ code: "unavailable", reason: "unreadable_answer", ambiguous: true });
    },
  );
});

describe("a refusal of somebody else", () => {
  it("is no answer of Slack, also when its body is a word that looks like a code", () => {
    const thrown = new WebAPIPlatformError({ ok: false, error: "ok", response_metadata: {} });
    const answer = { status: 200, headers: { "content-type": "text/html" } };
    expect(toPluginError(thrown, { ...post, answer }).reason).toBe("unreadable_answer");
  });
});

describe("a rate limit", () => {
  it.each([
    ["3", 3_000],
    ["0", 0],
    ["-5", 0],
    ["999999", 3_600_000],
    ["soon", undefined],
    [undefined, undefined],
  ])("with Retry-After %s waits %s ms", (retryAfter, retryAfterMs) => {
    const headers: Record<string, string> = retryAfter === undefined ? {} : { "retry-after": retryAfter };
    const error = toPluginError(new Error("Retry header …"), { ...post, answer: { status: 429, headers } });
    expect(error).toMatchObject({
      code: "rate_limited",
      retryAfterMs,
      bucket: "chat.postMessage:C1",
      ambiguous: false,
    });
  });

  it("in a body of HTTP 200 waits what the header says", () => {
    const error = refusal("ratelimited", "chat.postMessage", {}, { "retry-after": "4" });
    expect(error).toMatchObject({ code: "rate_limited", retryAfterMs: 4_000, bucket: "chat.postMessage:C1" });
  });

  it("of the workspace's plan concerns every channel", () => {
    expect(refusal("message_limit_exceeded")).toMatchObject({ bucket: "chat.postMessage", retryAfterMs: 60_000 });
  });
});

describe("an HTTP status", () => {
  it.each([
    [500, "unavailable", true],
    [503, "unavailable", true],
    [302, "unavailable", false],
    [403, "unavailable", false],
    [407, "unavailable", false],
    [413, "content_rejected", false],
  ])("%i is %s", (status, code, ambiguous) => {
    const error = toPluginError(new Error("body with secrets"), { ...post, answer: { status, headers: {} } });
    expect(error).toMatchObject({ code, ambiguous, reason: `http_${status}` });
    expect(String(error.cause)).not.toContain("secrets");
  });
});

describe("a network failure", () => {
  const failure = (code: string, more: object = {}) =>
    toPluginError(new WebAPIRequestError(Object.assign(new Error("boom"), { code, ...more })), post);

  it.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"])(
    "%s cannot have had an effect",
    (code) => {
      expect(failure(code)).toMatchObject({ code: "unavailable", reason: code, ambiguous: false });
    },
  );

  it.each(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "ETIMEDOUT"])("%s may have had an effect", (code) => {
    expect(failure(code)).toMatchObject({ code: "unavailable", reason: code, ambiguous: true });
  });

  it("while connecting cannot have had an effect", () => {
    expect(failure("ETIMEDOUT", { syscall: "connect" }).ambiguous).toBe(false);
  });

  it.each([
    "SELF_SIGNED_CERT_IN_CHAIN",
    "CERT_HAS_EXPIRED",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  ])("%s says what to do about certificates", (code) => {
    expect(failure(code)).toMatchObject({ code: "unavailable", ambiguous: false });
    expect(failure(code).fix).toMatch(/SSL_CERT_FILE or NODE_EXTRA_CA_CERTS/u);
  });

  it("an HTTP proxy that does not connect is named by its variable: nothing was sent", () => {
    expect(failure("PROXY_HTTP_407")).toMatchObject({ ambiguous: false, fix: expect.stringContaining("HTTPS_PROXY") });
  });

  it("keeps its cause and finds the code below it", () => {
    const inner = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    const thrown = new WebAPIRequestError(new TypeError("the call failed", { cause: inner }));
    const error = toPluginError(thrown, post);
    expect(error.reason).toBe("ECONNREFUSED");
    expect(error.cause).toBe(thrown.original);
  });

  it("without any code is still an outage", () => {
    expect(toPluginError("thrown text", post)).toMatchObject({ code: "unavailable", reason: "network_error" });
  });
});

describe("a call that we ended", () => {
  it("is a timeout at the deadline and aborted by its caller, whatever came of it", () => {
    const thrown = new PluginError("aborted", "x");
    expect(toPluginError(thrown, { ...post, ended: "deadline" })).toMatchObject({
      code: "timeout",
      ambiguous: true,
    });
    expect(toPluginError(thrown, { ...post, ended: "abort" })).toMatchObject({
      code: "aborted",
      ambiguous: true,
    });
  });
});

it("leaves our own errors as they are", () => {
  const own = new PluginError("conflict", "x");
  expect(toPluginError(own, post)).toBe(own);
  expect(unreadableAnswer(post, "ts")).toMatchObject({ code: "unavailable", ambiguous: true });
});
