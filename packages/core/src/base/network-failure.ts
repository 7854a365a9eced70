/** What an HTTP client's exception tells about a request that got no answer. */
export interface NetworkFailure {
  /** The innermost word for what happened: `ECONNRESET`, `UND_ERR_SOCKET`; `network_error` when nobody said one. */
  readonly reason: string;
  /** The other side's certificate is not trusted here. */
  readonly untrusted: boolean;
  /** No byte of the request can have left: it had no effect. */
  readonly unsent: boolean;
  /** What to do where that is the same for every platform. */
  readonly fix: string | undefined;
}

/** Begin of the code of an HTTP proxy's refusal to connect; its HTTP status follows. */
export const proxyRefusalPrefix = "PROXY_HTTP_";

const connecting: ReadonlySet<unknown> = new Set(["connect", "getaddrinfo"]);

const beforeSending: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_INVALID_ARG",
]);

/** Reads Node's and undici's error codes, which stand somewhere in the chain of causes. */
export function toNetworkFailure(thrown: unknown): NetworkFailure {
  const chain = [...causesOf(thrown)];
  const reason = chain.flatMap(codeOf).at(-1) ?? "network_error";
  const untrusted = /CERT|TLS|SSL|SIGNED|ALTNAME|UNABLE_TO/u.test(reason);
  const failedToConnect = chain.some((error) => "syscall" in error && connecting.has(error.syscall));
  const fix = toProxyFix(reason);
  const unsent = untrusted || fix !== undefined || beforeSending.has(reason) || failedToConnect;
  return { reason, untrusted, unsent, fix };
}

function toProxyFix(reason: string): string | undefined {
  if (!reason.startsWith(proxyRefusalPrefix)) return undefined;
  return reason === `${proxyRefusalPrefix}407`
    ? "Put the right user and password into HTTPS_PROXY (http://user:password@host:port)."
    : "Let the HTTP proxy in HTTPS_PROXY allow CONNECT to this host, see its log, or name the host in NO_PROXY.";
}

function* causesOf(thrown: unknown): Generator<Error> {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth += 1) yield error;
}

function codeOf(error: Error): string[] {
  const code = "code" in error ? error.code : undefined;
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{2,60}$/u.test(code) ? [code] : [];
}
