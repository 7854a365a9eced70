import { type ErrorFacts, PluginError, toNetworkFailure, toSingleLine, truncate } from "@access-plugins/core";
import { WebAPIPlatformError, WebAPIRequestError } from "@slack/web-api";
import type { AnswerHead } from "./exchange.ts";
import type { Method } from "./limits.ts";
import { toRefusal } from "./refusal-table.ts";
import { refusalDetails } from "./wire.ts";

/** What the client knows of a call that failed. */
export interface FailedCall {
  readonly method: Method;
  /** From wide to narrow; a 429 is blamed on the last. */
  readonly buckets: readonly string[];
  /** Why we ended the call ourselves, if we did. */
  readonly ended?: "deadline" | "abort" | undefined;
  /** What the answer's head said, once it was there. */
  readonly answer?: AnswerHead | undefined;
}

const tryAgain = "Nothing to do: the call is tried again.";
const checkPath = "Something between here and Slack answered in its place: check slack.apiurl, proxies and firewalls.";
const checkNetwork = "Check slack.apiurl, DNS, proxies and firewalls between here and Slack.";
const checkCertificates =
  "Slack's certificate is not trusted here: name the CA of your proxy in SSL_CERT_FILE or NODE_EXTRA_CA_CERTS, and check slack.apiurl.";

/** Retry-After is whole seconds; anything beyond an hour is taken as an hour. */
const longestPauseMs = 3_600_000;

/** The one mapping of whatever a call can throw to our error. */
export function toPluginError(thrown: unknown, call: FailedCall): PluginError {
  if (call.ended === "abort") return fail(call, "aborted", "was stopped.", { ambiguous: true, cause: thrown });
  if (call.ended === "deadline") return timedOut(thrown, call);
  if (thrown instanceof PluginError) return thrown;
  if (call.answer !== undefined) return toRefusalError(thrown, call.answer, call);
  return networkFailed(thrown instanceof WebAPIRequestError ? thrown.original : thrown, call);
}

/** Every answer that is no success. Its text is not kept, nor the SDK's error that holds it. */
function toRefusalError(thrown: unknown, answer: AnswerHead, call: FailedCall): PluginError {
  const { status, headers } = answer;
  const pause = pauseOf(headers["retry-after"]);
  if (status === 429) return rateLimited(call, "HTTP 429", pause);
  if (status !== 200) return badStatus(call, status);
  return refused(isJson(answer) && thrown instanceof WebAPIPlatformError ? thrown.data : undefined, pause, call);
}

/** The SDK takes any text for an answer. */
export function isJson({ headers }: AnswerHead): boolean {
  return /^application\/json\b/iu.test(headers["content-type"] ?? "");
}

/** An answer that says `ok` and is yet not what the method documents: what it was worth is unknown. */
export function unreadableAnswer(call: FailedCall, detail: string): PluginError {
  return fail(call, "unavailable", `was answered with something else than Slack documents (${detail}).`, {
    reason: "unreadable_answer",
    ambiguous: true,
    fix: checkPath,
  });
}

function refused(body: unknown, pause: number | undefined, call: FailedCall): PluginError {
  const read = refusalDetails.safeParse(body);
  if (!read.success) return unreadableAnswer(call, "no error code");
  const { error: slackCode, needed, response_metadata: metadata } = read.data;
  const refusal = toRefusal(slackCode, call.method);
  if (refusal.code === "rate_limited") {
    const blamed = refusal.wholeMethod ? { ...call, buckets: [call.method] } : call;
    return rateLimited(blamed, slackCode, refusal.retryAfterMs ?? pause, refusal.fix);
  }
  const more = [needed && `needed scope: ${needed}`, ...(metadata.messages ?? [])];
  return fail(call, refusal.code, `was refused: ${slackCode}${inBrackets(more)}.`, {
    reason: slackCode,
    fix: refusal.fix,
    ambiguous: refusal.ambiguous ?? false,
  });
}

function rateLimited(call: FailedCall, why: string, pause: number | undefined, fix = tryAgain): PluginError {
  return fail(call, "rate_limited", `has to wait: ${why}.`, {
    reason: why === "HTTP 429" ? "http_429" : why,
    fix,
    bucket: call.buckets.at(-1) ?? call.method,
    ...(pause === undefined ? {} : { retryAfterMs: pause }),
  });
}

function timedOut(thrown: unknown, call: FailedCall): PluginError {
  return fail(call, "timeout", "got no complete answer in time.", {
    reason: "deadline",
    ambiguous: true,
    fix: `${tryAgain} If it happens often: ${checkNetwork}`,
    cause: thrown,
  });
}

/** Slack itself answers 200 or 429 only; the rest comes from its edge or from a proxy, and its text is not kept. */
function badStatus(call: FailedCall, status: number): PluginError {
  const facts = { reason: `http_${status}` };
  if (status >= 500) {
    return fail(call, "unavailable", `was answered with HTTP ${status}.`, { ...facts, fix: tryAgain, ambiguous: true });
  }
  if (status === 413) {
    return fail(call, "content_rejected", "was refused as too large (HTTP 413).", { ...facts, fix: checkPath });
  }
  return fail(call, "unavailable", `was answered with HTTP ${status}, which Slack never does.`, {
    ...facts,
    fix: checkPath,
  });
}

function networkFailed(thrown: unknown, call: FailedCall): PluginError {
  const { reason, untrusted, unsent, fix } = toNetworkFailure(thrown);
  return fail(call, "unavailable", `failed on the network (${reason}).`, {
    reason,
    fix: fix ?? (untrusted ? checkCertificates : checkNetwork),
    ambiguous: !unsent,
    cause: thrown,
  });
}

const effectFree: ReadonlySet<Method> = new Set(["auth.test", "users.lookupByEmail", "users.info"]);

function fail(call: FailedCall, code: PluginError["code"], what: string, facts: ErrorFacts): PluginError {
  return new PluginError(code, `Slack call ${call.method} ${what}`, {
    ...facts,
    operation: call.method,
    ambiguous: facts.ambiguous === true && !effectFree.has(call.method),
  });
}

function pauseOf(retryAfter: string | undefined): number | undefined {
  const seconds = Number.parseInt(retryAfter ?? "", 10);
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(0, seconds) * 1_000, longestPauseMs);
}

function inBrackets(details: readonly (string | undefined)[]): string {
  const text = details.filter((detail) => detail !== undefined && detail !== "").join("; ");
  return text === "" ? "" : ` (${truncate(toSingleLine(text), 300)})`;
}
