import { describe, expect, it } from "vitest";
import { toPluginError, toRefusalError } from "./errors.ts";
import type { Operation } from "./limits.ts";
import { refusals } from "./refusal-table.ts";

function answer(status: number, id: string, more: { headers?: Record<string, string>; body?: string } = {}) {
  const headers: Record<string, string> = { "content-type": "application/json", ...more.headers };
  const body = more.body ?? JSON.stringify({ id, message: "Nicht erlaubt.", detailed_error: "", status_code: status });
  return { status, headers, text: body };
}

describe("a refusal of Mattermost", () => {
  it.each<[number, string, Operation, string]>([
    [401, "api.context.session_expired.app_error", "POST posts", "unauthenticated"],
    [403, "api.context.permissions.app_error", "POST posts", "recipient_forbidden"],
    [403, "api.context.permissions.app_error", "PUT posts/patch", "recipient_forbidden"],
    [403, "api.context.permissions.app_error", "GET users/me", "forbidden"],
    [403, "api.user.get_user_by_email.permissions.app_error", "GET users/email", "recipient_forbidden"],
    [404, "app.user.missing_account.const", "GET users/email", "recipient_unknown"],
    [500, "app.user.missing_account.const", "GET users/email", "unavailable"],
    [404, "app.channel.get_by_name.missing.app_error", "GET teams/channels", "recipient_unknown"],
    [404, "app.team.get_by_name.app_error", "GET teams/channels", "recipient_unknown"],
    [404, "api.context.404.app_error", "GET users/me", "unavailable"],
    [404, "api.context.404.app_error", "PUT posts/patch", "message_not_found"],
    [400, "model.post.is_valid.message_length.app_error", "POST posts", "content_rejected"],
    [400, "model.post.is_valid.props.app_error", "PUT posts/patch", "content_rejected"],
    [400, "api.context.invalid_url_param.app_error", "GET users/email", "recipient_unknown"],
    [413, "api.context.request_body_too_large.app_error", "POST posts", "content_rejected"],
    [501, "license_error.feature_unavailable", "POST posts", "content_rejected"],
    [400, "Post rejected by plugin. No secrets here, please: https://x", "POST posts", "content_rejected"],
    [500, "app.post.save.app_error", "POST posts", "unavailable"],
    [500, "api.post.deduplicate_create_post.pending", "POST posts", "unavailable"],
    [503, "something.new", "POST posts", "unavailable"],
    [400, "something.new", "POST posts", "content_rejected"],
    [403, "something.new", "POST posts", "recipient_forbidden"],
  ])("with status %i and id %s to %s is %s, with a fix", (status, id, operation, code) => {
    const error = toRefusalError(answer(status, id), operation);
    expect(error).toMatchObject({ code, operation });
    expect(error.fix).toMatch(/\w/u);
    expect(error.message).not.toMatch(/Nicht erlaubt|https/u);
  });

  it.each([...refusals].map(([id, { code }]) => [id, code] as const))("%s has a fix that is a sentence", (id) => {
    expect(refusals.get(id)?.fix).toMatch(/^[A-Z].*\.?/u);
  });

  it.each(["POST posts", "PUT posts/patch"] as const)("may have taken effect when %s ends with 5xx", (operation) => {
    expect(toRefusalError(answer(500, "app.post.save.app_error"), operation).ambiguous).toBe(true);
    expect(toRefusalError(answer(502, "", { body: "<html>" }), operation).ambiguous).toBe(true);
    expect(toRefusalError(answer(403, "api.context.permissions.app_error"), operation).ambiguous).toBe(false);
  });

  it("never has an effect when it is a look-up", () => {
    expect(toRefusalError(answer(500, "x"), "GET users/email").ambiguous).toBe(false);
    expect(toRefusalError(answer(500, "x"), "POST channels/direct").ambiguous).toBe(false);
  });
});

describe("an answer that is not Mattermost's", () => {
  it.each([
    [401, { headers: { "content-type": "text/html" }, body: "<html>sign in</html>" }],
    [403, { body: JSON.stringify({ error: "blocked by policy" }) }],
    [404, { body: "not json" }],
    [407, { body: "" }],
    [418, { body: "[]" }],
  ])("with status %i says nothing about recipients, messages and tokens", (status, more) => {
    const error = toRefusalError(answer(status, "", more), "POST posts");
    expect(error).toMatchObject({ code: "unavailable", reason: `http_${status}`, ambiguous: false });
    expect(error.fix).toContain("proxies");
  });
});

describe("a rate limit", () => {
  it.each([
    [{ "retry-after": "1" }, 1_000],
    [{ "retry-after": "7, 7", "x-ratelimit-reset": "9" }, 7_000],
    [{ "x-ratelimit-reset": "4, 2" }, 4_000],
    [{ "retry-after": "99999999" }, 3_600_000],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "-1" }, undefined],
    [{}, undefined],
  ])("with the headers %j waits %s ms", (headers, retryAfterMs) => {
    const limited = answer(429, "", {
      headers: { "content-type": "text/plain", ...headers },
      body: "limit exceeded\n",
    });
    expect(toRefusalError(limited, "POST posts")).toMatchObject({
      code: "rate_limited",
      retryAfterMs,
      bucket: "server",
    });
  });
});

describe("a call without an answer", () => {
  const failure = (code: string) => new TypeError("fetch failed", { cause: Object.assign(new Error(), { code }) });

  it.each([
    ["ECONNREFUSED", false],
    ["ECONNRESET", true],
    ["UND_ERR_SOCKET", true],
  ])("that ended with %s may have taken effect: %s", (code, ambiguous) => {
    const error = toPluginError(failure(code), { operation: "POST posts", ended: undefined });
    expect(error).toMatchObject({ code: "unavailable", reason: code, ambiguous });
  });

  it("names the way to trust a certificate of one's own", () => {
    const error = toPluginError(failure("SELF_SIGNED_CERT_IN_CHAIN"), { operation: "GET users/me", ended: undefined });
    expect(error.fix).toMatch(/SSL_CERT_FILE or NODE_EXTRA_CA_CERTS/u);
  });

  it("names the variable of an HTTP proxy that does not connect: nothing was sent", () => {
    const error = toPluginError(failure("PROXY_HTTP_407"), { operation: "POST posts", ended: undefined });
    expect(error).toMatchObject({ ambiguous: false, fix: expect.stringContaining("HTTPS_PROXY") });
  });
});
