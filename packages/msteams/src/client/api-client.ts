import { type Call, type Clock, openDeadline, PluginError, type RateLimiter } from "@access-plugins/core";
import type { HttpAnswer, HttpClient, HttpRequest } from "@access-plugins/http";
import { type Endpoints, isAtService } from "../endpoints.ts";
import { type FailedCall, toPluginError, unreadableAnswer } from "../errors.ts";
import type { Operation } from "../limits.ts";
import type { TokenService, TokenSource } from "./token-source.ts";

/** What is known of a call before it is made. */
export interface ApiCall {
  readonly service: TokenService;
  readonly operation: Operation;
  readonly buckets: readonly string[];
}

/** Sends the one HTTP request of a call with its token; throws when the answer is a refusal. */
export type Send = (request: Omit<HttpRequest, "signal">) => Promise<HttpAnswer>;

/** Makes calls with a token, through the limiter and within a deadline, and throws `PluginError` only. */
export interface ApiClient {
  /** `perform` sends exactly one request and reads its answer; it runs again when the first token was refused. */
  run<T>(api: ApiCall, call: Call, perform: (send: Send) => Promise<T>): Promise<T>;
}

export interface ApiClientDeps {
  readonly tokens: TokenSource;
  readonly http: HttpClient;
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  readonly endpoints: Endpoints;
}

/** From admission by the limiter to the last byte of the answer. */
const deadlineMs = 10_000;

export function createApiClient(deps: ApiClientDeps): ApiClient {
  const { tokens, limiter, clock } = deps;

  async function exchange<T>(api: ApiCall, call: Call, token: string, perform: (send: Send) => Promise<T>): Promise<T> {
    const deadline = openDeadline(deadlineMs, call.signal, clock);
    let answer: HttpAnswer | undefined;
    const seen = (): FailedCall => ({ ...api, ended: deadline.ended, answer });
    const send: Send = async (request) => {
      const headers = { accept: "application/json", ...request.headers, ...authorize(request.url, api.service, token) };
      answer = await deps.http({ ...request, headers, signal: deadline.signal });
      if (answer.status >= 300) throw toPluginError(new Error(`HTTP status ${answer.status}`), seen());
      return answer;
    };
    try {
      return await perform(send);
    } catch (thrown) {
      if (answer?.status === 401) tokens.forget(api.service, token);
      throw toPluginError(thrown, seen());
    } finally {
      deadline.close();
    }
  }

  /** Tokens and secrets have one destination each. */
  function authorize(url: string, service: TokenService, token: string): Record<string, string> {
    if (isAtService(url, service, deps.endpoints)) return { authorization: `Bearer ${token}` };
    throw new PluginError("internal", `A token of ${service} would have left the configured host.`);
  }

  return {
    async run(api, call, perform) {
      const attempt = async () => {
        const token = await tokens.get(api.service, call);
        return limiter.run(api.buckets, call, () => exchange(api, call, token, perform));
      };
      mustBeAllowed(call);
      try {
        return await attempt();
      } catch (thrown) {
        // Refused before anything happened: once more with a token from a new sign-in.
        if (!(thrown instanceof PluginError) || thrown.code !== "unauthenticated" || thrown.operation === "token") {
          throw thrown;
        }
        return attempt();
      }
    },
  };
}

/** Asked here too: a call that will not be made needs no token. */
function mustBeAllowed(call: Call): void {
  if (call.signal.aborted) throw PluginError.from(call.signal.reason);
  if (!call.mayStart())
    throw new PluginError("conflict", "The lease on this request ended before the call could start.");
}

/** The JSON of an answer, checked; what is not as documented is an outage, not a success. */
export function readAnswer<T>(
  api: ApiCall,
  value: unknown,
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false; error: AnswerFault } },
): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const fields = read.error.issues.map((issue) => issue.path.join(".") || "(all)");
  throw unreadableAnswer(api, `missing or unusable: ${fields.join(", ")}`);
}

interface AnswerFault {
  readonly issues: readonly { readonly path: readonly PropertyKey[] }[];
}
