import {
  type Call,
  type Clock,
  openDeadline,
  PluginError,
  type ProxySettings,
  type RateLimiter,
} from "@access-plugins/core";
import { type FetchFunction, LogLevel, WebClient, type WebClientOptions } from "@slack/web-api";
import type { z } from "zod";
import { type FailedCall, toPluginError, unreadableAnswer } from "./errors.ts";
import { createExchangeDesk, type Exchange } from "./exchange.ts";
import type { Method } from "./limits.ts";
import { createDispatcher, createTransport } from "./transport.ts";

/** One call of Slack's Web API. */
interface SlackRequest<T> {
  readonly method: Method;
  /** Form fields; structures already as JSON text. */
  readonly args: Readonly<Record<string, string | boolean>>;
  readonly buckets: readonly string[];
  readonly answer: z.ZodType<T>;
}

/** Calls Slack through the limiter and throws `PluginError` only. */
export interface SlackClient {
  call<T>(request: SlackRequest<T>, call: Call): Promise<T>;
}

export interface SlackClientOptions {
  readonly apiUrl: string;
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  readonly token: () => string | Promise<string>;
  readonly proxy?: ProxySettings;
  readonly fetch?: FetchFunction;
}

/** From admission by the limiter to the last byte of the answer. */
const deadlineMs = 10_000;

export function createSlackClient(options: SlackClientOptions): SlackClient {
  const desk = createExchangeDesk(options.fetch ?? createTransport(createDispatcher(options.proxy)));
  const web = new WebClient(undefined, sdkOptions(options.apiUrl, desk.fetch));

  async function exchange<T>(request: SlackRequest<T>, call: Call): Promise<T> {
    const token = await readToken(options.token, request.method);
    const opened: Exchange = { token, deadline: openDeadline(deadlineMs, call.signal, options.clock) };
    try {
      const answer = await desk.run(opened, request.method, (method) => web.apiCall(method, { ...request.args }));
      return readAnswer(request, answer);
    } catch (thrown) {
      throw toPluginError(thrown, failedCall(request, opened));
    } finally {
      opened.deadline.close();
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

function readAnswer<T>(request: SlackRequest<T>, answer: unknown): T {
  const read = request.answer.safeParse(answer);
  if (read.success) return read.data;
  const fields = read.error.issues.map((issue) => issue.path.join("."));
  throw unreadableAnswer(request, `missing or unusable: ${fields.join(", ")}`);
}

function failedCall({ method, buckets }: SlackRequest<unknown>, { deadline, head }: Exchange): FailedCall {
  return { method, buckets, ended: deadline.ended, ...head };
}
