import type { Call, RateLimiter } from "@access-plugins/core";
import { PluginError } from "@access-plugins/core";
import type { ClientSecretCredentialOptions } from "@azure/identity";
import { type Endpoints, isAtService } from "../endpoints.ts";
import { operationBuckets } from "../limits.ts";
import type { HttpAnswer, Transport } from "./transport.ts";

/** The HTTP client that Azure's library takes, and what it deals in. */
type AzureHttpClient = NonNullable<ClientSecretCredentialOptions["httpClient"]>;
type AzureRequest = Parameters<AzureHttpClient["sendRequest"]>[0];
type AzureResponse = Awaited<ReturnType<AzureHttpClient["sendRequest"]>>;

/** How the last attempt to sign in went. */
export interface LoginAttempt {
  answer?: HttpAnswer;
  /** What the network threw. */
  failure?: unknown;
}

export interface LoginClientDeps {
  readonly transport: Transport;
  readonly limiter: RateLimiter;
  readonly endpoints: Endpoints;
}

const json = "application/json";

/**
 * Carries the requests of Azure's library over our own transport, one admission of the limiter each, to the login host
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
        attempt.answer = await deps.limiter.run(operationBuckets("token"), toCall(request), () => send(deps, request));
        return toResponse(request, attempt.answer);
      } catch (thrown) {
        attempt.failure = thrown;
        throw thrown;
      }
    },
  };
}

/** Nobody's request and no lease: a token is everybody's. */
function toCall(request: AzureRequest): Call {
  return { signal: toSignal(request), lane: "sign-in", mayStart: () => true };
}

function send({ transport }: LoginClientDeps, request: AzureRequest): Promise<HttpAnswer> {
  const { body } = request;
  return transport({
    url: request.url,
    method: request.method === "POST" ? "POST" : "GET",
    headers: { ...request.headers.toJSON(), "accept-encoding": "identity", accept: json },
    ...(typeof body === "string" ? { body } : {}),
    signal: toSignal(request),
  });
}

/** Azure's own kind of signal differs from the platform's by a few members only. */
function toSignal({ abortSignal }: AzureRequest): AbortSignal {
  if (abortSignal instanceof AbortSignal) return abortSignal;
  const controller = new AbortController();
  if (abortSignal?.aborted) controller.abort();
  abortSignal?.addEventListener("abort", () => controller.abort());
  return controller.signal;
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
