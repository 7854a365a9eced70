import type { HostRequest } from "@access-plugins/testing/fake-http";
import { SlackRefusal } from "./refusal.ts";

/** Arguments of a call by name, and the token it carries. */
export interface ApiArguments {
  readonly token: string | undefined;
  /** Without the token. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Reads the arguments the way Slack does; `takesJson` is false for the methods that only read. */
export function readArguments(request: HostRequest, takesJson: boolean): ApiArguments {
  const given = { ...Object.fromEntries(request.query), ...readBody(request, takesJson) };
  const { token: argument, ...values } = given;
  const bearer = /^bearer (.+)$/iu.exec(request.headers.authorization ?? "")?.[1];
  const inForm = typeof argument === "string" && !isJson(request) ? argument : undefined;
  return { token: bearer ?? inForm, values };
}

function readBody(request: HostRequest, takesJson: boolean): Record<string, unknown> {
  if (request.httpMethod === "GET" || request.body === "") return {};
  const contentType = contentTypeOf(request);
  if (contentType === "") throw new SlackRefusal("missing_post_type");
  const charset = /charset=([^;\s]+)/iu.exec(contentType)?.[1] ?? "utf-8";
  if (!/^"?(?:utf-8|iso-8859-1)"?$/iu.test(charset)) throw new SlackRefusal("invalid_charset");
  if (isJson(request)) return takesJson ? readJson(request.body) : {};
  if (/^application\/x-www-form-urlencoded\b/iu.test(contentType)) return readForm(request.body);
  if (/^text\/plain\b/iu.test(contentType)) return {};
  throw new SlackRefusal("invalid_post_type");
}

function contentTypeOf(request: HostRequest): string {
  return request.headers["content-type"] ?? "";
}

function isJson(request: HostRequest): boolean {
  return /^application\/json\b/iu.test(contentTypeOf(request));
}

function readJson(body: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new SlackRefusal("invalid_json");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new SlackRefusal("json_not_object");
  return { ...value };
}

function readForm(body: string): Record<string, unknown> {
  const malformed = /%(?![0-9a-f]{2})/iu.test(body) || !body.includes("=");
  if (malformed) throw new SlackRefusal("invalid_form_data");
  return Object.fromEntries(new URLSearchParams(body));
}

/** A text argument; numbers and booleans of a JSON body count as their text. */
export function textArgument(values: ApiArguments["values"], name: string): string {
  const value = values[name];
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : "";
}

/** A text argument that has to be there. */
export function requiredArgument(values: ApiArguments["values"], name: string): string {
  const text = textArgument(values, name);
  if (text !== "") return text;
  const messages = [`[ERROR] missing required field: ${name}`];
  throw new SlackRefusal("invalid_arguments", { response_metadata: { messages } });
}

/** A structure: JSON text in a form, the structure itself or JSON text in a JSON body. Undefined when absent. */
export function jsonArgument(values: ApiArguments["values"], name: string, refusal: string): unknown {
  const value = values[name];
  if (typeof value !== "string") return value ?? undefined;
  if (value === "") return undefined;
  try {
    return JSON.parse(value);
  } catch {
    throw new SlackRefusal(refusal);
  }
}
