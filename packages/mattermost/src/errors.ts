import { type ErrorFacts, PluginError, toNetworkFailure } from "@access-plugins/core";
import type { HttpAnswer } from "@access-plugins/http";
import { hasEffect, type Operation, serverBucket } from "./limits.ts";
import { checkUrl, toRefusal, tryAgain } from "./refusal-table.ts";
import { appErrorAnswer } from "./wire.ts";

/** What the client saw of a call that failed without a whole answer. */
export interface FailedCall {
  readonly operation: Operation;
  /** Why we ended the call ourselves, if we did. */
  readonly ended: "deadline" | "abort" | undefined;
}

const checkPath =
  "Something between here and Mattermost answered in its place: check mattermost.url, proxies and firewalls.";
const checkNetwork = "Check mattermost.url, DNS, proxies and firewalls between here and Mattermost.";
const checkCertificates =
  "The server's certificate is not trusted here: name its CA in SSL_CERT_FILE or NODE_EXTRA_CA_CERTS, and check mattermost.url.";

/** Anything beyond an hour is taken as an hour. */
const longestPauseMs = 3_600_000;

/** The one mapping of whatever a call can throw to our error. */
export function toPluginError(thrown: unknown, call: FailedCall): PluginError {
  if (call.ended === "abort") return fail(call, "aborted", "was stopped.", { ambiguous: true, cause: thrown });
  if (call.ended === "deadline") {
    return fail(call, "timeout", "got no complete answer in time.", {
      reason: "deadline",
      ambiguous: true,
      fix: `${tryAgain} If it happens often: ${checkNetwork}`,
      cause: thrown,
    });
  }
  if (thrown instanceof PluginError) return thrown;
  const { reason, untrusted, unsent, fix } = toNetworkFailure(thrown);
  return fail(call, "unavailable", `did not reach Mattermost (${reason}).`, {
    reason,
    fix: fix ?? (untrusted ? checkCertificates : checkNetwork),
    ambiguous: !unsent,
    cause: thrown,
  });
}

/** The one mapping of every answer that is no success. Its text is not kept: it is translated, and may be anybody's. */
export function toRefusalError(answer: HttpAnswer, operation: Operation): PluginError {
  const call = { operation };
  const { status } = answer;
  if (status === 429) return rateLimited(answer, call);
  if (status >= 300 && status < 400) return redirected(status, call);
  const appError = readAppError(answer);
  if (appError === undefined) return notFromMattermost(status, call);
  const { code, fix, ambiguous = false } = toRefusal(appError, status, operation);
  return fail(call, code, `was refused: ${appError} (HTTP ${status}).`, { reason: appError, fix, ambiguous });
}

/** An answer that says "success" and is yet not what the call documents: what it was worth is unknown. */
export function unreadableAnswer(operation: Operation, detail: string): PluginError {
  return fail({ operation }, "unavailable", `was answered with something else than Mattermost documents (${detail}).`, {
    reason: "unreadable_answer",
    ambiguous: true,
    fix: checkPath,
  });
}

/** The server itself says that it cannot work now: what it refused meanwhile proves nothing. */
export function unhealthy(operation: Operation): PluginError {
  return fail({ operation }, "unavailable", "says that the server has lost its database.", {
    reason: "database_unhealthy",
    fix: "Nothing to do here: the call is tried again. Look at the Mattermost server and its database.",
  });
}

/** With `VaryByUser` each header comes twice, joined by a comma: the first number counts. */
function rateLimited(answer: HttpAnswer, call: Pick<FailedCall, "operation">): PluginError {
  const seconds = firstNumber(answer.headers["retry-after"]) ?? firstNumber(answer.headers["x-ratelimit-reset"]);
  return fail(call, "rate_limited", "has to wait: HTTP 429.", {
    reason: "http_429",
    fix: tryAgain,
    bucket: serverBucket,
    ...(seconds === undefined ? {} : { retryAfterMs: Math.min(seconds * 1_000, longestPauseMs) }),
  });
}

function redirected(status: number, call: Pick<FailedCall, "operation">): PluginError {
  return fail(call, "unavailable", `was redirected (HTTP ${status}), and redirects are not followed.`, {
    reason: `http_${status}`,
    fix: checkUrl,
  });
}

function notFromMattermost(status: number, call: Pick<FailedCall, "operation">): PluginError {
  const server = status >= 500;
  return fail(call, "unavailable", `was answered with HTTP ${status}${server ? "" : ", and not by Mattermost"}.`, {
    reason: `http_${status}`,
    fix: server ? tryAgain : checkPath,
    ambiguous: server,
  });
}

function fail(
  { operation }: Pick<FailedCall, "operation">,
  code: PluginError["code"],
  what: string,
  facts: ErrorFacts,
): PluginError {
  return new PluginError(code, `Mattermost call ${operation} ${what}`, {
    ...facts,
    operation,
    ambiguous: facts.ambiguous === true && hasEffect(operation),
  });
}

/** The id of Mattermost's own error body; undefined for what somebody else wrote. */
function readAppError(answer: HttpAnswer): string | undefined {
  if (!isJson(answer)) return undefined;
  const read = appErrorAnswer.safeParse(parse(answer.text));
  if (!read.success) return undefined;
  return /^[\w. ]{1,120}/u.exec(read.data.id)?.[0].trimEnd();
}

export function isJson({ headers }: HttpAnswer): boolean {
  return /^application\/json\b/iu.test(headers["content-type"] ?? "");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function firstNumber(header: string | undefined): number | undefined {
  const digits = /^\s*(\d{1,9})/u.exec(header ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}
