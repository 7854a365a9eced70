import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Call,
  type Clock,
  type Deadline,
  openDeadline,
  PluginError,
  type ProxySettings,
  type RateLimiter,
} from "@access-plugins/core";
import { createHttpClient, type HttpAnswer, type HttpClient } from "@access-plugins/http";
// Named imports of this CommonJS package fail under plain Node before 24.
import mattermost from "@mattermost/client";
import type { Options } from "@mattermost/types/client4";
import type { z } from "zod";
import { isJson, toPluginError, toRefusalError, unreadableAnswer } from "./errors.ts";
import { type Operation, serverBucket } from "./limits.ts";

/** One call of Mattermost's API. */
interface MattermostRequest<T> {
  readonly operation: Operation;
  /** Makes exactly one call with the official client. Path arguments must be URL-encoded: the client does not do it. */
  readonly send: (api: OfficialClient) => Promise<unknown>;
  readonly answer: z.ZodType<T>;
}

/** Calls Mattermost through the limiter and throws `PluginError` only. */
export interface MattermostClient {
  call<T>(request: MattermostRequest<T>, call: Call): Promise<T>;
}

export interface MattermostClientOptions {
  /** Without a slash at its end. */
  readonly url: string;
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  readonly token: () => string | Promise<string>;
  readonly proxy?: ProxySettings;
}

type OfficialClient = InstanceType<typeof mattermost.Client4>;

/** The HTTP exchange a call of the official client belongs to. */
interface Exchange {
  readonly operation: Operation;
  readonly token: string;
  readonly deadline: Deadline;
}

/** A page of a busy channel is the largest answer we ask for. */
const maxAnswerBytes = 16 * 1024 * 1024;

/** From admission by the limiter to the last byte of the answer. */
const deadlineMs = 10_000;

export function createMattermostClient(options: MattermostClientOptions): MattermostClient {
  const exchanges = new AsyncLocalStorage<Exchange>();
  const http = createHttpClient({ proxy: options.proxy, maxAnswerBytes });
  const api = createOfficialClient(options.url, (url, request) => {
    const exchange = exchanges.getStore();
    if (exchange === undefined) throw new Error("A request without an open exchange.");
    return fetchJson(http, url, request, exchange);
  });

  async function exchange<T>({ operation, send, answer }: MattermostRequest<T>, call: Call): Promise<T> {
    const token = await readToken(options.token, operation);
    const deadline = openDeadline(deadlineMs, call.signal, options.clock);
    try {
      return read(operation, answer, await exchanges.run({ operation, token, deadline }, () => send(api)));
    } catch (thrown) {
      throw toPluginError(thrown, { operation, ended: deadline.ended });
    } finally {
      deadline.close();
    }
  }

  return { call: (request, call) => options.limiter.run([serverBucket], call, () => exchange(request, call)) };
}

type Perform = (url: string, options: ReturnType<OfficialClient["getOptions"]>) => Promise<unknown>;

/**
 * The official client for its routes and types; the HTTP is ours, because its own knows neither deadline nor signal,
 * follows redirects, and loses status and headers of what is not JSON. Its `doFetch` is an instance field, so only a
 * field replaces it. It never sees the token.
 */
function createOfficialClient(url: string, perform: Perform): OfficialClient {
  class Client extends mattermost.Client4 {
    protected override doFetch = async <T>(address: string, options: Options): Promise<T> => {
      const answer = await perform(address, this.getOptions(options));
      // The official client promises a type it has not looked at; `read` looks.
      return answer as T;
    };
  }
  const client = new Client();
  client.setUrl(url);
  client.setIncludeCookies(false);
  client.setUserAgent("teleport-access-plugins");
  return client;
}

async function fetchJson(
  http: HttpClient,
  url: string,
  { method = "get", headers, body }: Parameters<Perform>[1],
  { operation, token, deadline }: Exchange,
): Promise<object> {
  const answer = await http({
    url,
    method: method.toUpperCase(),
    headers: { ...headers, Accept: "application/json", Authorization: `Bearer ${token}` },
    signal: deadline.signal,
    ...(typeof body === "string" ? { body } : {}),
  });
  if (answer.status < 200 || answer.status > 299) throw toRefusalError(answer, operation);
  return parseObject(answer, operation);
}

/** The content type may carry a charset, which a proxy adds and the official client stumbles over. */
function parseObject(answer: HttpAnswer, operation: Operation): object {
  if (!isJson(answer)) throw unreadableAnswer(operation, "no JSON");
  let value: unknown;
  try {
    value = JSON.parse(answer.text);
  } catch {
    throw unreadableAnswer(operation, "broken JSON");
  }
  if (typeof value === "object" && value !== null) return value;
  throw unreadableAnswer(operation, "no object");
}

function read<T>(operation: Operation, schema: z.ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => issue.path.join("."));
  throw unreadableAnswer(operation, `missing or unusable: ${fields.join(", ")}`);
}

async function readToken(token: MattermostClientOptions["token"], operation: string): Promise<string> {
  const fix = "Put the bot's access token into mattermost.token, or into the file it names.";
  try {
    const text = (await token()).trim();
    if (/^[\x21-\x7e]+$/u.test(text)) return text;
    const what = text === "" ? "is empty" : "holds characters that no token has";
    throw new PluginError("unauthenticated", `The Mattermost token ${what}.`, { operation, fix });
  } catch (cause) {
    if (cause instanceof PluginError) throw cause;
    throw new PluginError("unauthenticated", "The Mattermost token could not be read.", { operation, fix, cause });
  }
}
