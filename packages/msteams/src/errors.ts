import { type ErrorFacts, PluginError, toNetworkFailure, toSingleLine, truncate } from "@access-plugins/core";
import type { HttpAnswer } from "@access-plugins/http";
import type { Operation } from "./limits.ts";
import {
  connectorRefusals,
  loginRefusals,
  type Refusal,
  toConnectorRefusal,
  toGraphRefusal,
  transientLoginErrors,
  unknownLoginFix,
} from "./refusal-table.ts";
import { connectorErrorAnswer, errorAnswer, loginErrorAnswer, subCodeAnswer } from "./wire.ts";

/** What the client saw of a call that failed. */
export interface FailedCall {
  readonly operation: Operation;
  /** From wide to narrow; a 429 is blamed on the last. */
  readonly buckets: readonly string[];
  /** Why we ended the call ourselves, if we did. */
  readonly ended?: "deadline" | "abort" | undefined;
  /** The answer, once it was there. */
  readonly answer?: HttpAnswer | undefined;
}

const tryAgain = "Nothing to do: the call is tried again.";
const checkPath =
  "Something between here and Microsoft answered in its place: check msapi.cloud, msapi.endpoints, proxies and firewalls.";
const checkNetwork = "Check msapi.endpoints, DNS, proxies and firewalls between here and Microsoft.";
const checkCertificates =
  "The server's certificate is not trusted here: name the CA of your proxy or gateway in SSL_CERT_FILE or NODE_EXTRA_CA_CERTS.";

/** Anything beyond an hour is taken as an hour. */
const longestPauseMs = 3_600_000;

/** The one mapping of everything a call can throw, or be refused with, to our error. */
export function toPluginError(thrown: unknown, call: FailedCall): PluginError {
  if (call.ended === "abort") return fail(call, "aborted", "was stopped.", { ambiguous: true, cause: thrown });
  if (call.ended === "deadline") return timedOut(thrown, call);
  if (thrown instanceof PluginError) return thrown;
  if (call.answer === undefined) return notReached(thrown, call);
  if (call.answer.status < 400) return unreadableAnswer(call, "an unexpected form");
  return refused(call, call.answer);
}

/** An answer that says success and is yet not what is documented: what it was worth is unknown. */
export function unreadableAnswer(call: FailedCall, detail: string): PluginError {
  return fail(call, "unavailable", `was answered with something else than Microsoft documents (${detail}).`, {
    reason: "unreadable_answer",
    ambiguous: true,
    fix: checkPath,
  });
}

function refused(call: FailedCall, answer: HttpAnswer): PluginError {
  const { status } = answer;
  if (status === 429) return rateLimited(call, answer, "HTTP 429");
  // Two calls met in one conversation. Nothing happened; the limiter then lets them through one by one.
  if (status === 412) return rateLimited(call, answer, "PreconditionFailed");
  if (status >= 500) return unavailable(call, status, tryAgain, pauseOf(answer.headers["retry-after"]));
  if (isPage(answer)) return unavailable(call, status, checkPath);
  if (call.operation === "token") return signInRefused(call, answer);
  const { word, detail } = readRefusal(answer.text);
  const refusal = toRefusal(call.operation, status, word, detail);
  const said = [word || `HTTP ${status}`, detail && `(${detail})`].filter(Boolean).join(" ");
  return fail(call, refusal.code, `was refused: ${said}.`, { reason: word || `http_${status}`, fix: refusal.fix });
}

function toRefusal(operation: Operation, status: number, word: string, detail: string): Refusal {
  if (operation.startsWith("graph.")) return toGraphRefusal(status, operation);
  const refusal = connectorRefusals.get(word);
  if (refusal === undefined || word === "BadArgument") return toConnectorRefusal(status, operation, detail);
  return refusal;
}

/** Both forms of error bodies; the second may hold JSON inside its message. */
function readRefusal(text: string): { readonly word: string; readonly detail: string } {
  const body = parse(text);
  const first = errorAnswer.safeParse(body);
  if (first.success) return said(first.data.error.code, first.data.error.message);
  const second = connectorErrorAnswer.safeParse(body);
  if (!second.success) return { word: "", detail: "" };
  const inner = subCodeAnswer.safeParse(parse(second.data.message));
  if (inner.success) return said(inner.data.subCode, inner.data.details ?? "");
  return said("", second.data.message);
}

function said(word: string, detail: string): { readonly word: string; readonly detail: string } {
  return { word: /^[\w.]{1,80}$/u.test(word) ? word : "", detail: truncate(toSingleLine(detail), 200) };
}

function signInRefused(call: FailedCall, answer: HttpAnswer): PluginError {
  const read = loginErrorAnswer.safeParse(parse(answer.text));
  if (!read.success) return unreadableAnswer(call, `HTTP ${answer.status} without an error code`);
  const { error, error_codes: numbers, error_description: text } = read.data;
  const number = numbers[0] ?? Number(/AADSTS(\d+)/u.exec(text)?.[1] ?? Number.NaN);
  if (transientLoginErrors.has(number)) return unavailable(call, answer.status, tryAgain);
  const word = Number.isNaN(number) ? said(error, "").word || `HTTP ${answer.status}` : `AADSTS${number}`;
  return fail(call, "unauthenticated", `was refused: ${word}.`, {
    reason: word,
    fix: loginRefusals.get(number) ?? unknownLoginFix,
  });
}

function rateLimited(call: FailedCall, answer: HttpAnswer, why: string): PluginError {
  const pause = pauseOf(answer.headers["retry-after"]);
  return fail(call, "rate_limited", `has to wait: ${why}.`, {
    reason: why === "HTTP 429" ? "http_429" : why,
    fix: tryAgain,
    bucket: call.buckets.at(-1) ?? call.operation,
    ...(pause === undefined ? {} : { retryAfterMs: pause }),
  });
}

function unavailable(call: FailedCall, status: number, fix: string, retryAfterMs?: number): PluginError {
  return fail(call, "unavailable", `was answered with HTTP ${status}.`, {
    reason: `http_${status}`,
    fix,
    ambiguous: true,
    cause: new Error(`HTTP status ${status}`),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
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

function notReached(thrown: unknown, call: FailedCall): PluginError {
  const { reason, untrusted, unsent, fix } = toNetworkFailure(thrown);
  return fail(call, "unavailable", `did not reach Microsoft (${reason}).`, {
    reason,
    fix: fix ?? (untrusted ? checkCertificates : checkNetwork),
    ambiguous: !unsent,
    cause: thrown,
  });
}

/** Only these leave a trace when they are carried out twice. */
const effective: ReadonlySet<Operation> = new Set(["connector.post", "connector.edit"]);

function fail(call: FailedCall, code: PluginError["code"], what: string, facts: ErrorFacts): PluginError {
  return new PluginError(code, `Teams call ${call.operation} ${what}`, {
    ...facts,
    operation: call.operation,
    ambiguous: facts.ambiguous === true && effective.has(call.operation),
  });
}

function pauseOf(retryAfter: string | undefined): number | undefined {
  const seconds = Number.parseFloat(retryAfter ?? "");
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(0, Math.ceil(seconds * 1_000)), longestPauseMs);
}

/** A page is somebody else's answer: Microsoft's refusals are JSON or nothing. */
function isPage({ text }: HttpAnswer): boolean {
  return /^\s*</u.test(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
