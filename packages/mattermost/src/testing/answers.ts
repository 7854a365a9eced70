import type { Answer } from "@access-plugins/testing/fake-http";
import type { AppError } from "./app-error.ts";
import { newId } from "./ids.ts";
import type { RouteResult } from "./route.ts";

export type Headers = Readonly<Record<string, string | string[]>>;

/** Headers of every answer that went through the API's own handler. */
function handlerHeaders(version: string, requestId: string): Record<string, string> {
  return {
    "content-type": "application/json",
    "x-request-id": requestId,
    "x-version-id": `${version}.BUILD.CONFIGHASH.false`,
  };
}

export function resultAnswer(version: string, { status = 200, body, headers = {} }: RouteResult): Answer {
  return {
    status,
    headers: { ...handlerHeaders(version, newId()), ...headers },
    body: JSON.stringify(body),
    outcome: status < 400 ? "ok" : `http ${status}`,
  };
}

export function notModified(version: string, etag: string): Answer {
  return { status: 304, headers: { ...handlerHeaders(version, newId()), etag }, body: "", outcome: "not modified" };
}

export function errorAnswer(version: string, error: AppError): Answer {
  const requestId = newId();
  const { id, message, status } = error;
  // An unknown route never reaches the handler that makes request ids.
  const named = id === "api.context.404.app_error" ? {} : { request_id: requestId };
  const cookie = status === 401 ? { "set-cookie": "MMAUTHTOKEN=; Path=/; Max-Age=0; HttpOnly" } : {};
  return {
    status,
    headers: { ...handlerHeaders(version, requestId), ...cookie },
    body: JSON.stringify({ id, message, detailed_error: "", ...named, status_code: status }),
    outcome: id,
  };
}

/** The limiter stands before everything else: plain text, no request id, no version. */
export function limitedAnswer(headers: Headers): Answer {
  const type = { "content-type": "text/plain; charset=utf-8" };
  return { status: 429, headers: { ...type, ...headers }, body: "limit exceeded\n", outcome: "limit exceeded" };
}

export function redirectAnswer(status: number, location: string): Answer {
  return {
    status,
    headers: { location, "content-type": "text/html; charset=utf-8" },
    body: "",
    outcome: `http ${status}`,
  };
}

export function withHeaders(answer: Answer, headers: Headers): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}
