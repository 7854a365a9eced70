import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { CallRecord } from "./call-journal.ts";
import type { FaultEffect } from "./faults.ts";

/** What is sent back, and how much of it. */
export interface Answer {
  readonly status: number;
  /** A list for a header that comes several times. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string;
  /** For the journal. */
  readonly outcome: string;
  /** `nothing` and `head` leave the connection open, `cut` closes it without a word. */
  readonly sent?: "nothing" | "head" | "cut";
}

const proxyPage =
  "<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body>Please sign in.</body></html>";

/** The answer as the fault leaves it; `answer` is what was meant, undefined when nothing was carried out. */
export function spoil(effect: FaultEffect, answer: Answer | undefined, asked: IncomingHttpHeaders): Answer {
  const meant = answer ?? { status: 200, headers: {}, body: "", outcome: "" };
  switch (effect.kind) {
    case "status":
      return { ...effect, outcome: `http ${effect.status}` };
    case "echo":
      return {
        status: 500,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(asked),
        outcome: "echo",
      };
    case "html":
      return { status: 200, headers: { "content-type": "text/html" }, body: proxyPage, outcome: "html" };
    case "truncate":
      return { ...meant, body: meant.body.slice(0, meant.body.length / 2), outcome: "truncated" };
    case "drop":
      return { ...meant, outcome: "dropped", sent: "cut" };
    case "hang":
      return { ...meant, outcome: "hanging", sent: effect.at === "head" ? "nothing" : "head" };
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
