import type { Call, RateLimiter } from "@access-plugins/core";
import { PluginError } from "@access-plugins/core";
import type { HttpAnswer, HttpClient } from "@access-plugins/http";
import type { ClientSecretCredentialOptions } from "@azure/identity";
import { type Endpoints, isAtService } from "../endpoints.ts";
import { operationBuckets } from "../limits.ts";

/** The HTTP client that Azure's library takes, and what it deals in. */
type AzureHttpClient = NonNullable<ClientSecretCredentialOptions["httpClient"]>;
type AzureRequest = Parameters<AzureHttpClient["sendRequest"]>[0];
type AzureResponse = Awaited<ReturnType<AzureHttpClient["sendRequest"]>>;

/** One attempt to sign in, and how it went. */
export interface LoginAttempt {
  /** Ends it. Azure's library passes no signal on. */
  readonly signal: AbortSignal;
  answer?: HttpAnswer;
  /** What the network threw. */
  failure?: unknown;
}

export interface LoginClientDeps {
  readonly http: HttpClient;
  readonly limiter: RateLimiter;
  readonly endpoints: Endpoints;
}

/**
 * Carries the requests of Azure's library over our own client, one admission of the limiter each, to the login host
 * and nowhere else. The library reports neither status nor network error: both are noted in `attempt`.
 */
export function createLoginClient(deps: LoginClientDeps, attempt: LoginAttempt): AzureHttpClient {
  return {
    async sendRequest(request) {
      if (!isAtService(request.url, "login", deps.endpoints)) {
        attempt.failure = new PluginError("internal", "A sign-in would have left the configured login host.");
        throw attempt.failure;
      }
      try {
        attempt.answer = await deps.limiter.run(operationBuckets("token"), toCall(attempt), () =>
          send(deps, request, attempt),
        );
        return toResponse(request, attempt.answer);
      } catch (thrown) {
        attempt.failure = thrown;
        throw thrown;
      }
    },
  };
}

/** Nobody's request and no lease: a token is everybody's. */
function toCall({ signal }: LoginAttempt): Call {
  return { signal, lane: "sign-in", mayStart: () => true };
}

function send({ http }: LoginClientDeps, request: AzureRequest, { signal }: LoginAttempt): Promise<HttpAnswer> {
  const { body } = request;
  return http({
    url: request.url,
    method: request.method === "POST" ? "POST" : "GET",
    headers: { ...request.headers.toJSON(), "accept-encoding": "identity", accept: "application/json" },
    ...(typeof body === "string" ? { body } : {}),
    signal,
  });
}

function toResponse(request: AzureRequest, answer: HttpAnswer): AzureResponse {
  return { request, status: answer.status, headers: toHeaders(answer.headers), bodyAsText: answer.text };
}

function toHeaders(entries: Readonly<Record<string, string>>): AzureResponse["headers"] {
  const headers = new Map(Object.entries(entries));
  return {
    get: (name) => headers.get(name.toLowerCase()),
    has: (name) => headers.has(name.toLowerCase()),
    set: (name, value) => void headers.set(name.toLowerCase(), String(value)),
    delete: (name) => void headers.delete(name.toLowerCase()),
    toJSON: () => Object.fromEntries(headers),
    [Symbol.iterator]: () => headers.entries(),
  };
}
