import type { Answer } from "@access-plugins/testing/fake-http";

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
export function throttled(seconds: number): Answer {
  const answer = refusal(429, "TooManyRequests", "Too many requests. Please retry later.");
  return { ...answer, headers: { ...json, "retry-after": String(seconds) } };
}

/** Undefined for what is no JSON: forms hold secrets and are not kept. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
