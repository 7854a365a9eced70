import { type ErrorCode, type ErrorFacts, PluginError, toSingleLine, truncate } from "@access-plugins/core";
import { Code, ConnectError } from "@connectrpc/connect";

/** A call that failed. */
export interface FailedCall {
  /** The method, as Teleport names it: `UpdatePluginData`. */
  readonly operation: string;
  /** It changes something and may have been sent: an end without an answer leaves open whether it took effect. */
  readonly sentWrite: boolean;
}

/** Longest text of the server that goes into a message of ours. */
const maxServerText = 500;

/** What Teleport means by a code (its own table of error classes). Codes without an entry are `unavailable`. */
const codes: ReadonlyMap<Code, ErrorCode> = new Map([
  [Code.InvalidArgument, "invalid_argument"],
  [Code.OutOfRange, "invalid_argument"],
  [Code.DeadlineExceeded, "timeout"],
  [Code.NotFound, "not_found"],
  [Code.AlreadyExists, "already_exists"],
  [Code.PermissionDenied, "forbidden"],
  [Code.Unauthenticated, "unauthenticated"],
  [Code.ResourceExhausted, "too_large"],
  [Code.FailedPrecondition, "conflict"],
  [Code.Unimplemented, "not_implemented"],
]);

/** connect-node's own words for a stream that ended early; the codes it gives them mean something else to Teleport. */
const brokenOff = /^(?:http\/2 stream closed|protocol error|unexpected end flag|unsupported content type|HTTP \d)/u;

/** What a role must allow for a method, for the advice when the server does not say it. */
const neededRules: Readonly<Record<string, string>> = {
  WatchEvents: "access_request: [read]",
  ListAccessRequests: "access_request: [list, read]",
  GetAccessRequestsV2: "access_request: [list, read]",
  GetPluginData: "access_request: [list, read]",
  UpdatePluginData: "access_plugin_data: [update]",
  ListAccessLists: "access_list: [list, read]",
  GetAccessListOwners: "access_list: [list, read]",
  GetUser: "user: [read]",
  GetRole: "role: [read]",
};

/**
 * The one place that turns what a call throws into our error. A watch that the server tears down ends with Unknown, and
 * what connect-node cannot place is Internal: both are `unavailable`, worth another try.
 */
export function toPluginError(thrown: unknown, call: FailedCall): PluginError {
  const error = findPluginError(thrown) ?? toCallError(thrown, call.operation);
  const unanswered = error.code === "unavailable" || error.code === "timeout" || error.code === "aborted";
  return error.with({
    operation: error.operation ?? call.operation,
    ambiguous: call.sentWrite && unanswered && !error.message.includes("REFUSED_STREAM"),
  });
}

/** A deadline of ours that passed. */
export function toTimeout(operation: string, ms: number): PluginError {
  return new PluginError("timeout", `${operation} got no answer from Teleport within ${ms / 1000} s.`, { operation });
}

function toCallError(thrown: unknown, operation: string): PluginError {
  if (!(thrown instanceof ConnectError)) return PluginError.from(thrown, { operation });
  const text = truncate(toSingleLine(thrown.rawMessage), maxServerText);
  const code = brokenOff.test(thrown.rawMessage) ? "unavailable" : (codes.get(thrown.code) ?? "unavailable");
  const facts: ErrorFacts = { operation, reason: Code[thrown.code], cause: thrown };
  if (code === "forbidden") return toForbidden(text, facts);
  if (code === "invalid_argument") return toInvalidArgument(text, facts);
  if (code === "unavailable" || code === "timeout") {
    return new PluginError(code, `${operation} got no answer from Teleport: ${text}`, facts);
  }
  return new PluginError(code, `Teleport refused ${operation}: ${text}`, facts);
}

function toForbidden(text: string, facts: ErrorFacts): PluginError {
  const { operation = "" } = facts;
  if (text.includes("client version is unsupported")) {
    return new PluginError(
      "forbidden",
      `Teleport refused ${operation}: it takes this program for a client that is too old.`,
      {
        ...facts,
        reason: "client_version",
        fix: "Something between us and Teleport adds a client version: connect without it, or upgrade this program.",
      },
    );
  }
  if (/intermediaries are not supported|invalid client certificate/u.test(text)) {
    return new PluginError("unauthenticated", `Teleport does not take the plugin's certificate: ${text}`, {
      ...facts,
      fix: "Use an identity made by `tctl auth sign` or tbot as it is, for a user without usage restrictions.",
    });
  }
  const [, verb, resource] = /perform action "([^"]+)" on "([^"]+)"/u.exec(text) ?? [];
  const rule = verb === undefined ? neededRules[operation] : `${resource}: [${verb}]`;
  const fix = rule === undefined ? "See what the plugin's role allows." : toRuleAdvice(operation, rule);
  const what = verb === undefined ? text : `the plugin's role lacks the verb "${verb}" on "${resource}" (${text})`;
  return new PluginError("forbidden", `Teleport refused ${operation}: ${what}`, { ...facts, fix });
}

/** Resources are looked at with the roles that the plugin's role may preview, so that it needs no access to them itself. */
function toRuleAdvice(operation: string, rule: string): string {
  if (operation !== "ListResources") return `Add the rule ${rule} to the plugin's role.`;
  return (
    `Add the rule ${rule} to a role that the plugin's role names in review_requests.preview_as_roles ` +
    "(Teleport's own: list-access-request-resources)."
  );
}

function toInvalidArgument(text: string, facts: ErrorFacts): PluginError {
  const message = `Teleport refused ${facts.operation}: ${text}`;
  if (text.includes("plugin data size limit exceeded")) return new PluginError("too_large", message, facts);
  if (text.includes("none of the requested kinds can be watched")) {
    const fix = `Add the rule ${neededRules["WatchEvents"]} to the plugin's role.`;
    return new PluginError("forbidden", message, { ...facts, fix });
  }
  return new PluginError("invalid_argument", message, facts);
}

/** Ours may be wrapped: connect-node wraps what a session manager throws and the reason of an aborted signal. */
function findPluginError(thrown: unknown): PluginError | undefined {
  if (thrown instanceof PluginError) return thrown;
  return thrown instanceof Error && thrown.cause !== undefined ? findPluginError(thrown.cause) : undefined;
}
