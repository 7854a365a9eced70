import { PluginError } from "@access-plugins/core";
import type { HttpAnswer } from "@access-plugins/http";
import { describe, expect, it } from "vitest";
import { type FailedCall, toPluginError } from "./errors.ts";
import type { Operation } from "./limits.ts";
import { connectorRefusals, loginRefusals } from "./refusal-table.ts";

function refuse(
  operation: Operation,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): PluginError {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer: HttpAnswer = { status, headers: { "content-type": "application/json", ...headers }, text };
  const call: FailedCall = { operation, buckets: [operation, `${operation}:one`], answer };
  return toPluginError(new Error("refused"), call);
}

const word = (code: string) => ({ error: { code, message: "Said so." } });
const subCode = (code: string) => ({ errorCode: 209, message: JSON.stringify({ subCode: code, details: "Said so." }) });

describe("the connector's refusals", () => {
  it.each([
    [400, word("BadSyntax"), "content_rejected"],
    [400, word("BadArgument"), "content_rejected"],
    [400, { error: { code: "BadArgument", message: "Bad format of conversation ID" } }, "recipient_unknown"],
    [401, { message: "Authorization has been denied for this request." }, "unauthenticated"],
    [401, word("BotNotRegistered"), "unauthenticated"],
    [403, word("BotNotInConversationRoster"), "app_not_installed"],
    [403, word("ConversationBlockedByUser"), "recipient_forbidden"],
    [403, subCode("MessageWritesBlocked"), "recipient_forbidden"],
    [403, word("BotDisabledByAdmin"), "recipient_forbidden"],
    [403, word("InvalidBotApiHost"), "forbidden"],
    [403, "", "recipient_forbidden"],
    [403, {}, "recipient_forbidden"],
    [404, word("ConversationNotFound"), "recipient_unknown"],
    [404, word("ActivityNotFoundInConversation"), "message_not_found"],
    [409, word("Conflict"), "recipient_forbidden"],
    [412, word("PreconditionFailed"), "rate_limited"],
    [413, word("MessageSizeTooBig"), "content_rejected"],
    [413, "", "content_rejected"],
    [429, word("Throttled"), "rate_limited"],
    [500, word("ServiceError"), "unavailable"],
    [502, "<html>Bad gateway</html>", "unavailable"],
    [503, "", "unavailable"],
    [504, "", "unavailable"],
    [403, "<html>The proxy says no</html>", "unavailable"],
  ])("HTTP %i with %j is %s", (status, body, code) => {
    const error = refuse("connector.post", status, body);
    expect(error.code).toBe(code);
    expect(error.fix).toMatch(/\w/u);
    // Whether a message is out there is unknown only where nobody said no.
    expect(error.ambiguous).toBe(code === "unavailable");
  });

  it("of an edit: what is not found is the message", () => {
    expect(refuse("connector.edit", 404, "").code).toBe("message_not_found");
  });

  it("say their word and no more than a line of their text", () => {
    const error = refuse("connector.post", 403, { error: { code: "X", message: `a\nb\u202E${"c".repeat(900)}` } });
    expect(error.message).toMatch(/^Teams call connector\.post was refused: X \(a b/u);
    expect(error.message.length).toBeLessThan(300);
  });

  it("have a fix for every word", () => {
    for (const [name, { fix }] of connectorRefusals) expect(fix, name).toMatch(/\.$/u);
  });
});

describe("how long to wait", () => {
  it.each([
    ["7", 7_000],
    ["0", 0],
    ["1.5", 1_500],
    ["86400", 3_600_000],
    ["soon", undefined],
    [undefined, undefined],
  ])("Retry-After %s is %s ms, for the narrowest bucket", (header, ms) => {
    const error = refuse("connector.post", 429, "", header === undefined ? {} : { "retry-after": header });
    expect(error).toMatchObject({ code: "rate_limited", retryAfterMs: ms, bucket: "connector.post:one" });
  });

  it("is told by an outage, too", () => {
    expect(refuse("graph.getUser", 503, "", { "retry-after": "3" })).toMatchObject({ retryAfterMs: 3_000 });
  });
});

describe("Graph's refusals", () => {
  it.each([
    ["graph.getUser", 400, "invalid_argument"],
    ["graph.getUser", 401, "unauthenticated"],
    ["graph.getUser", 403, "recipient_forbidden"],
    ["graph.getUser", 404, "recipient_unknown"],
    ["graph.installApp", 409, "already_exists"],
    ["graph.getChat", 404, "recipient_unknown"],
    ["graph.getTeamApps", 404, "recipient_unknown"],
    ["graph.getApp", 429, "rate_limited"],
    ["graph.getApp", 504, "unavailable"],
  ] as const)("%s with HTTP %i is %s, without an effect to fear", (operation, status, code) => {
    expect(refuse(operation, status, word("Code"))).toMatchObject({ code, ambiguous: false });
  });

  it.each([
    ["graph.getUser", "User.Read.All"],
    ["graph.batch", "User.Read.All"],
    ["graph.getApp", "AppCatalog.Read.All"],
    ["graph.installApp", "TeamsAppInstallation.ReadWriteSelfForUser.All"],
    ["graph.getTeamApps", "TeamsAppInstallation.ReadWriteSelfForTeam.All"],
  ] as const)("%s forbidden names the permission %s", (operation, permission) => {
    expect(refuse(operation, 403, word("Forbidden")).fix).toContain(permission);
  });
});

describe("a sign-in that is refused", () => {
  it.each([...loginRefusals.keys()])("AADSTS%i has a fix of its own", (number) => {
    const body = { error: "invalid_client", error_description: `AADSTS${number}: No.`, error_codes: [number] };
    const error = refuse("token", 401, body);
    expect(error).toMatchObject({ code: "unauthenticated", reason: `AADSTS${number}`, fix: loginRefusals.get(number) });
  });

  it.each([
    [400, { error: "x", error_description: "AADSTS999999: New." }, "unauthenticated"],
    [400, { error: "unauthorized_client" }, "unauthenticated"],
    [400, { error: "temporarily_unavailable", error_codes: [90033] }, "unavailable"],
    [400, { error: "slow", error_description: "AADSTS50196: Loop." }, "unavailable"],
    [400, "not JSON at all", "unavailable"],
    [429, { error: "slow_down" }, "rate_limited"],
    [503, "", "unavailable"],
  ])("HTTP %i with %j is %s", (status, body, code) => {
    expect(refuse("token", status, body)).toMatchObject({ code, ambiguous: false });
  });

  it("says nothing that Microsoft's text might repeat", () => {
    const error = refuse("token", 401, {
      error: "x",
      error_description: "AADSTS7000215: secret-4711",
      error_codes: [7000215],
    });
    expect(error.message).not.toContain("secret-4711");
  });
});

describe("no answer at all", () => {
  const call: FailedCall = { operation: "connector.post", buckets: [] };

  it.each([
    ["ECONNREFUSED", false, /DNS/u],
    ["ECONNRESET", true, /DNS/u],
    ["SELF_SIGNED_CERT_IN_CHAIN", false, /SSL_CERT_FILE/u],
    ["PROXY_HTTP_407", false, /HTTPS_PROXY/u],
  ])("%s: may have taken effect: %s", (code, ambiguous, fix) => {
    const thrown = Object.assign(new Error(code), { code });
    const error = toPluginError(thrown, call);
    expect(error).toMatchObject({ code: "unavailable", reason: code, ambiguous });
    expect(error.fix).toMatch(fix);
  });

  it("our own error passes unchanged", () => {
    const own = new PluginError("conflict", "No lease.");
    expect(toPluginError(own, call)).toBe(own);
  });
});
