import type { ServerResponse } from "node:http";
import type { RawRequest } from "./arguments.ts";
import type { CallRecord } from "./call-journal.ts";
import type { FaultEffect } from "./faults.ts";

/** What is sent back, and how much of it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the journal. */
  readonly outcome: string;
  /** `nothing` and `head` leave the connection open, `cut` closes it without a word. */
  readonly sent?: "nothing" | "head" | "cut";
}

/** HTTP 200 with a JSON body, as nearly every answer of Slack. */
export function jsonAnswer(body: object, outcome: string, headers: Readonly<Record<string, string>> = {}): Answer {
  const all = { "content-type": "application/json; charset=utf-8", ...headers };
  return { status: 200, headers: all, body: JSON.stringify(body), outcome };
}

/** HTTP 429; Slack sends whole seconds as Retry-After. */
export function rateLimitedAnswer(retryAfter: string | undefined): Answer {
  const headers: Record<string, string> = retryAfter === undefined ? {} : { "retry-after": retryAfter };
  return { ...jsonAnswer({ ok: false, error: "ratelimited" }, "ratelimited", headers), status: 429 };
}

const proxyPage =
  "<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body>Please sign in.</body></html>";

/** The answer as the fault leaves it; `answer` is what was meant, empty when nothing was carried out. */
export function spoil(effect: FaultEffect, answer: Answer, request: RawRequest): Answer {
  switch (effect.kind) {
    case "status":
      return { ...effect, outcome: `http ${effect.status}` };
    case "refuse":
      return jsonAnswer({ ok: false, error: effect.error, ...effect.details }, effect.error);
    case "echo":
      return { ...jsonAnswer({ authorization: request.authorization }, "http 500"), status: 500 };
    case "rate-limit":
      return rateLimitedAnswer(effect.retryAfter);
    case "html":
      return { status: 200, headers: { "content-type": "text/html" }, body: proxyPage, outcome: "html" };
    case "truncate":
      return { ...answer, body: answer.body.slice(0, answer.body.length / 2), outcome: "truncated" };
    case "drop":
      return { ...answer, outcome: "dropped", sent: "cut" };
    case "hang":
      return { ...answer, outcome: "hanging", sent: effect.at === "head" ? "nothing" : "head" };
  }
}

/** Sends the answer and notes its outcome. */
export function send(answer: Answer, record: CallRecord, response: ServerResponse): void {
  record.outcome = answer.outcome;
  if (answer.sent === "nothing") return;
  if (answer.sent === "cut") {
    response.socket?.destroy();
    return;
  }
  response.writeHead(answer.status, { ...answer.headers, "content-length": Buffer.byteLength(answer.body) });
  if (answer.sent === "head") response.write(answer.body.slice(0, 1));
  else response.end(answer.body);
}
