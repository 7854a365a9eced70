import { type Call, type Clock, openDeadline, PluginError, toSingleLine, truncate } from "@access-plugins/core";
import { type FailedCall, toPluginError } from "../errors.ts";
import { operationBuckets } from "../limits.ts";
import { type CredentialDeps, type CredentialSettings, createCredential } from "./credentials.ts";
import type { LoginAttempt } from "./login-client.ts";

/** The two services that take tokens. */
export type TokenService = "graph" | "connector";

/** Access tokens, each fetched once for everybody who needs it. */
export interface TokenSource {
  /** The current token of a service. Throws `unauthenticated` when the sign-in is refused. */
  get(service: TokenService, call: Pick<Call, "signal">): Promise<string>;
  /** The service has refused this token: the next one comes from a new sign-in. */
  forget(service: TokenService, token: string): void;
}

export interface TokenSourceDeps extends CredentialDeps {
  readonly clock: Clock;
}

/** From the first byte to the last of one sign-in. */
const deadlineMs = 10_000;
/** A token is renewed so long before it ends, or at half its time when that is less. */
const marginMs = 2 * 60_000;

interface Held {
  readonly token: string;
  /** On the monotonic clock. */
  readonly until: number;
}

interface Slot {
  held?: Held | undefined;
  flight?: Promise<Held> | undefined;
}

export function createTokenSource(settings: CredentialSettings, deps: TokenSourceDeps): TokenSource {
  const { clock, endpoints } = deps;
  const slots: Readonly<Record<TokenService, Slot>> = { graph: {}, connector: {} };
  const scopes = { graph: endpoints.cloud.graphScope, connector: endpoints.cloud.connectorScope };

  async function requestToken(service: TokenService, attempt: LoginAttempt): Promise<Held> {
    const credential = await createCredential(settings, deps, attempt);
    const token = await credential.getToken(scopes[service], { abortSignal: attempt.signal });
    if (token === null) throw new Error("no token was given");
    // The library computed the end from this machine's wall clock; only the length of the time counts for us.
    const lifetime = token.expiresOnTimestamp - Date.now();
    return { token: token.token, until: clock.monotonic() + lifetime - Math.min(marginMs, lifetime / 2) };
  }

  /** Belongs to no single caller: a caller that gives up leaves it to the others. */
  async function signIn(service: TokenService): Promise<Held> {
    const slot = slots[service];
    const deadline = openDeadline(deadlineMs, new AbortController().signal, clock);
    const attempt: LoginAttempt = { signal: deadline.signal };
    try {
      slot.held = await requestToken(service, attempt);
      return slot.held;
    } catch (thrown) {
      throw toSignInError(thrown, settings, { ...attempt, ended: deadline.ended });
    } finally {
      deadline.close();
      slot.flight = undefined;
    }
  }

  return {
    async get(service, call) {
      const slot = slots[service];
      if (slot.held !== undefined && slot.held.until > clock.monotonic()) return slot.held.token;
      slot.flight ??= signIn(service);
      return (await orAborted(slot.flight, call.signal)).token;
    },
    forget(service, token) {
      const slot = slots[service];
      if (slot.held?.token !== token) return;
      slot.held = undefined;
    },
  };
}

function toSignInError(
  thrown: unknown,
  settings: CredentialSettings,
  { failure, answer, ended }: { failure?: unknown; answer?: FailedCall["answer"]; ended: FailedCall["ended"] },
): PluginError {
  const call: FailedCall = { operation: "token", buckets: operationBuckets("token"), ended, answer };
  if (failure === undefined && answer === undefined && ended === undefined) return localFault(thrown, settings);
  return toPluginError(failure ?? thrown, failure === undefined ? call : { ...call, answer: undefined });
}

const localFixes: Readonly<Record<CredentialSettings["auth"], string>> = {
  secret: "Check msapi.app_id, msapi.tenant_id and msapi.app_secret.",
  certificate:
    "Check msapi.certificate_file: one PEM file with the certificate and its private key; and msapi.certificate_password when the key is encrypted.",
  workload_identity:
    "Check msapi.federated_token_file: it has to hold the token that Kubernetes projects for the workload.",
  managed_identity:
    "Check that a managed identity with the client id msapi.app_id is assigned to this machine or workload.",
};

/** Nothing was asked of anybody: what we hold is already unusable. */
function localFault(thrown: unknown, { auth }: CredentialSettings): PluginError {
  if (thrown instanceof PluginError) return thrown;
  const text = thrown instanceof Error ? truncate(toSingleLine(thrown.message), 200) : "unknown fault";
  // The identity service of a machine that has just started is often not there yet.
  const maySettle = auth === "managed_identity" && !/invalid|not.?found|\b40[0-9]\b/iu.test(text);
  return new PluginError(maySettle ? "unavailable" : "unauthenticated", `The bot cannot sign in: ${text}`, {
    operation: "token",
    reason: "credential_unusable",
    fix: localFixes[auth],
  });
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(PluginError.from(signal.reason, { operation: "token" }));
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
