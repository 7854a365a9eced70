import {
  type Call,
  type Clock,
  openDeadline,
  PluginError,
  type ProxySettings,
  type RateLimiter,
} from "@access-plugins/core";
import { createHttpClient, type HttpAnswer } from "@access-plugins/http";
import type { z } from "zod";
import { type FailedCall, toPluginError, toRefusalError, unreadableAnswer } from "./errors.ts";
import type { Method } from "./limits.ts";

/** One call of Slack's Web API. */
interface SlackRequest<T> {
  readonly method: Method;
  /** Fields of the form, see {@link encodeForm}. */
  readonly form: string;
  readonly buckets: readonly string[];
  readonly answer: z.ZodType<T>;
}

/** Calls Slack through the limiter and throws `PluginError` only. */
export interface SlackClient {
  call<T>(request: SlackRequest<T>, call: Call): Promise<T>;
}

export interface SlackClientOptions {
  /** With a slash at its end. */
  readonly apiUrl: string;
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  readonly token: () => string | Promise<string>;
  readonly proxy?: ProxySettings;
}

/** From admission by the limiter to the last byte of the answer. */
const deadlineMs = 10_000;

/** Every method takes forms; those that only read take nothing else. */
const contentType = "application/x-www-form-urlencoded; charset=utf-8";

export function createSlackClient(options: SlackClientOptions): SlackClient {
  const http = createHttpClient({ proxy: options.proxy });

  async function exchange<T>(request: SlackRequest<T>, call: Call): Promise<T> {
    const { method, buckets, form: body } = request;
    const token = await readToken(options.token, method);
    const deadline = openDeadline(deadlineMs, call.signal, options.clock);
    try {
      const headers = { authorization: `Bearer ${token}`, "content-type": contentType, "user-agent": userAgent };
      const { signal } = deadline;
      return readAnswer(request, await http({ url: options.apiUrl + method, method: "POST", headers, body, signal }));
    } catch (thrown) {
      throw toPluginError(thrown, { method, buckets, ended: deadline.ended });
    } finally {
      deadline.close();
    }
  }

  return { call: (request, call) => options.limiter.run(request.buckets, call, () => exchange(request, call)) };
}

const userAgent = "teleport-access-plugins";

/** Fields as Slack takes them in a form; structures are given as JSON text. Encoded forms are joined by `&`. */
export function encodeForm(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString();
}

async function readToken(token: SlackClientOptions["token"], operation: string): Promise<string> {
  const fix = "Put the app's bot token (xoxb-…) into slack.token, or into the file it names.";
  try {
    const text = (await token()).trim();
    if (/^[\x21-\x7e]+$/u.test(text)) return text;
    const what = text === "" ? "is empty" : "holds characters that no token has";
    throw new PluginError("unauthenticated", `The Slack token ${what}.`, { operation, fix });
  } catch (cause) {
    if (cause instanceof PluginError) throw cause;
    throw new PluginError("unauthenticated", "The Slack token could not be read.", { operation, fix, cause });
  }
}

/** Slack says yes with HTTP 200 and `ok: true`; what the body lacks the headers may have. */
function readAnswer<T>(request: SlackRequest<T>, answer: HttpAnswer): T {
  const call: FailedCall = { method: request.method, buckets: request.buckets };
  const body = answer.status === 200 ? readBody(answer, call) : undefined;
  if (body?.["ok"] !== true) throw toRefusalError(answer, body, call);
  const read = request.answer.safeParse({ ...body, scopes: readScopes(answer) });
  if (read.success) return read.data;
  const fields = read.error.issues.map((issue) => issue.path.join("."));
  throw unreadableAnswer(call, `missing or unusable: ${fields.join(", ")}`);
}

function readBody({ headers, text }: HttpAnswer, call: FailedCall): Readonly<Record<string, unknown>> {
  if (/^application\/json\b/iu.test(headers["content-type"] ?? "")) {
    const value = parse(text);
    if (typeof value === "object" && value !== null) return { ...value };
  }
  throw unreadableAnswer(call, "no JSON");
}

/** Undefined for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the token may do. Not every Slack (and no proxy that drops headers) tells. */
function readScopes({ headers }: HttpAnswer): readonly string[] | undefined {
  return headers["x-oauth-scopes"]?.trim().split(/\s*,\s*/u);
}
