import {
  type Call,
  type Clock,
  openDeadline,
  PluginError,
  type ProxySettings,
  type RateLimiter,
} from "@access-plugins/core";
import { createHttpClient } from "@access-plugins/http";
import { type FetchFunction, LogLevel, WebClient, type WebClientOptions } from "@slack/web-api";
import type { z } from "zod";
import { type FailedCall, isJson, toPluginError, unreadableAnswer } from "./errors.ts";
import { type AnswerHead, createExchangeDesk, type Exchange } from "./exchange.ts";
import { encodeForm } from "./form.ts";
import type { Method } from "./limits.ts";

/** One call of Slack's Web API. */
interface SlackRequest<T> {
  readonly method: Method;
  /** Structures already as JSON text. */
  readonly args: Readonly<Record<string, string>>;
  /** More arguments, encoded as a form: what goes to many places is encoded once. */
  readonly content?: string;
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

export function createSlackClient(options: SlackClientOptions): SlackClient {
  const desk = createExchangeDesk(createHttpClient({ proxy: options.proxy }));
  const web = new WebClient(undefined, sdkOptions(options.apiUrl, desk.fetch));

  async function exchange<T>(request: SlackRequest<T>, call: Call): Promise<T> {
    const { method, buckets, args, content = "" } = request;
    const token = await readToken(options.token, method);
    const deadline = openDeadline(deadlineMs, call.signal, options.clock);
    const form = [encodeForm(args), content].filter((part) => part !== "").join("&");
    const opened: Exchange = { token, form, signal: deadline.signal };
    try {
      const body = await desk.run(opened, method, (name) => web.apiCall(name));
      return readAnswer(request, body, opened.answer);
    } catch (thrown) {
      throw toPluginError(thrown, { method, buckets, ended: deadline.ended, answer: opened.answer });
    } finally {
      deadline.close();
    }
  }

  return { call: (request, call) => options.limiter.run(request.buckets, call, () => exchange(request, call)) };
}

/**
 * Retries, waiting and deadlines are core's and ours. The SDK keeps quiet: at its debug level it writes whole messages,
 * and what it warns about comes back in the error.
 */
function sdkOptions(slackApiUrl: string, fetch: FetchFunction): WebClientOptions {
  const quiet = () => {};
  return {
    slackApiUrl,
    fetch,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    maxRequestConcurrency: Number.POSITIVE_INFINITY,
    logger: {
      debug: quiet,
      info: quiet,
      warn: quiet,
      error: quiet,
      setLevel: quiet,
      setName: quiet,
      getLevel: () => LogLevel.ERROR,
    },
  };
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

/** What the body lacks the headers may have. */
function readAnswer<T>({ method, buckets, answer }: SlackRequest<T>, body: object, head?: AnswerHead): T {
  const call: FailedCall = { method, buckets };
  if (head === undefined || !isJson(head)) throw unreadableAnswer(call, "no JSON");
  const read = answer.safeParse({ ...body, scopes: readScopes(head) });
  if (read.success) return read.data;
  const fields = read.error.issues.map((issue) => issue.path.join("."));
  throw unreadableAnswer(call, `missing or unusable: ${fields.join(", ")}`);
}

/** What the token may do. Not every Slack (and no proxy that drops headers) tells. */
function readScopes({ headers }: AnswerHead): readonly string[] | undefined {
  return headers["x-oauth-scopes"]?.trim().split(/\s*,\s*/u);
}
