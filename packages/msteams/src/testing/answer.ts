import type { IncomingHttpHeaders, ServerResponse } from "node:http";
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

const json = { "content-type": "application/json; charset=utf-8" };

export function jsonAnswer(body: unknown, status = 200, outcome = String(status)): Answer {
  return { status, headers: json, body: JSON.stringify(body), outcome };
}

/** Success without a word. */
export function emptyAnswer(status: number): Answer {
  return { status, headers: {}, body: "", outcome: String(status) };
}

/** A refusal in the usual form of Graph and the connector. */
export function refusal(status: number, code: string, message: string): Answer {
  return jsonAnswer({ error: { code, message } }, status, `${status} ${code}`);
}

/** HTTP 429; Microsoft sends whole seconds as Retry-After. */
export function throttled(retryAfter: string | undefined): Answer {
  const answer = refusal(429, "TooManyRequests", "Too many requests. Please retry later.");
  return retryAfter === undefined ? answer : { ...answer, headers: { ...json, "retry-after": retryAfter } };
}

const proxyPage =
  "<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body>Please sign in.</body></html>";

/** The answer as the fault leaves it; `answer` is what was meant, empty when nothing was carried out. */
export function spoil(effect: FaultEffect, answer: Answer, headers: IncomingHttpHeaders): Answer {
  switch (effect.kind) {
    case "status":
      return { ...effect, outcome: `${effect.status}` };
    case "refuse":
      return refusal(effect.status, effect.code, "Refused by the test.");
    case "echo":
      return jsonAnswer({ authorization: headers.authorization }, 500);
    case "rate-limit":
      return throttled(effect.retryAfter);
    case "html":
      return { status: 200, headers: { "content-type": "text/html" }, body: proxyPage, outcome: "html" };
    case "drop":
      return { ...answer, outcome: "dropped", sent: "cut" };
    case "hang":
      return { ...answer, outcome: "hanging", sent: effect.at === "head" ? "nothing" : "head" };
    case "redirect":
      return { status: 307, headers: { location: effect.location }, body: "", outcome: "307" };
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
  const body = answer.body === "" && answer.sent === "head" ? "{}" : answer.body;
  response.writeHead(answer.status, { ...answer.headers, "content-length": Buffer.byteLength(body) });
  if (answer.sent === "head") response.write(body.slice(0, 1));
  else response.end(body);
}
