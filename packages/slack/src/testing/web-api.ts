import type { Answer, HostRequest, HostRules } from "@access-plugins/testing/fake-http";
import { apiMethods } from "./api-methods.ts";
import { type ApiArguments, readArguments, textArgument } from "./arguments.ts";
import type { RateCounter } from "./rates.ts";
import { SlackRefusal } from "./refusal.ts";
import { requireScope, type Tokens } from "./tokens.ts";
import { createWhatIsMissing, type FakeWorkspace } from "./workspace.ts";

/** What the Web API works on; the rates can change between calls. */
export interface WebApiState {
  readonly workspace: FakeWorkspace;
  readonly tokens: Tokens;
  readonly autoCreate: boolean;
  rates: RateCounter;
}

/** Slack's Web API below `/api/`: reading of arguments, tokens, scopes, rates, methods. */
export function createWebApi(state: WebApiState): Pick<HostRules, "identify" | "carryOut"> {
  return {
    identify(request) {
      const given = readOrRefuse(request);
      const content = given instanceof SlackRefusal ? {} : given.values;
      return { method: methodOf(request), channel: textArgument(content, "channel"), content };
    },
    carryOut: (request) => carryOut(state, request),
  };
}

function methodOf({ path }: HostRequest): string {
  return /^\/api\/([a-zA-Z.]+)$/u.exec(path)?.[1] ?? "";
}

function readOrRefuse(request: HostRequest): ApiArguments | SlackRefusal {
  try {
    return readArguments(request, apiMethods.get(methodOf(request))?.takesJson ?? true);
  } catch (thrown) {
    if (thrown instanceof SlackRefusal) return thrown;
    throw thrown;
  }
}

function carryOut(state: WebApiState, request: HostRequest): { answer: Answer; done: boolean } {
  const name = methodOf(request);
  if (name === "") return { answer: notFound, done: false };
  const method = apiMethods.get(name);
  const headers: Record<string, string> = {};
  try {
    const given = readOrRefuse(request);
    if (given instanceof SlackRefusal) throw given;
    if (method === undefined) throw new SlackRefusal("unknown_method", { req_method: name });
    const scopes = state.tokens.authenticate(given.token);
    Object.assign(headers, { "x-oauth-scopes": scopes.join(","), "x-accepted-oauth-scopes": method.scopes.join(",") });
    requireScope(method.scopes, scopes);
    const wait = state.rates.refuse(name, method.rate, textArgument(given.values, "channel"));
    if (wait !== undefined) return { answer: rateLimitedAnswer(String(wait)), done: false };
    if (state.autoCreate) createWhatIsMissing(state.workspace, given.values);
    return { answer: okAnswer(method.run(state.workspace, given.values), headers), done: true };
  } catch (thrown) {
    if (!(thrown instanceof SlackRefusal)) throw thrown;
    return { answer: refusalAnswer(thrown.slackCode, thrown.details, headers), done: false };
  }
}

const notFound: Answer = {
  status: 404,
  headers: { "content-type": "text/html" },
  body: "<html>Not found</html>",
  outcome: "http 404",
};

function okAnswer(body: object, headers: Readonly<Record<string, string>>): Answer {
  return jsonAnswer({ ok: true, ...body }, "ok", headers);
}

/** How Slack says no: HTTP 200 and the reason in the body. */
export function refusalAnswer(
  slackCode: string,
  details: object,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return jsonAnswer({ ok: false, error: slackCode, ...details }, slackCode, headers);
}

/** HTTP 429; Slack sends whole seconds as Retry-After. */
export function rateLimitedAnswer(retryAfter: string | undefined): Answer {
  const headers: Record<string, string> = retryAfter === undefined ? {} : { "retry-after": retryAfter };
  return { ...refusalAnswer("ratelimited", {}, headers), status: 429 };
}

function jsonAnswer(body: object, outcome: string, headers: Readonly<Record<string, string>>): Answer {
  const all = { "content-type": "application/json; charset=utf-8", ...headers };
  return { status: 200, headers: all, body: JSON.stringify(body), outcome };
}
