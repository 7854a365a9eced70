import { posix } from "node:path";
import type { Answer, HostRequest, HostRules } from "@access-plugins/testing/fake-http";
import { errorAnswer, limitedAnswer, notModified, redirectAnswer, resultAnswer, withHeaders } from "./answers.ts";
import { AppError, noSuchRoute } from "./app-error.ts";
import type { FakeRateLimiter } from "./rate-limiter.ts";
import type { RouteCall, RouteWorld } from "./route.ts";
import { decode, findRoute, type RouteMatch } from "./router.ts";
import type { FakeUser } from "./site.ts";

/** Everything a call meets; the limiter can be switched on and off. */
export interface FakeState extends RouteWorld {
  limiter: FakeRateLimiter | undefined;
  readonly subpath: string;
}

/** `MaximumPayloadSizeBytes` and the server's grace. */
const maxBodyBytes = 300_000 + 512;

/** Carries one call from its last byte to its answer. */
export function createCallHandler(state: FakeState): Omit<HostRules, "control"> {
  const apiPath = `${state.subpath}/api/v4/`;

  function findMatch(request: HostRequest): RouteMatch | undefined {
    return request.path.startsWith(apiPath) ? findRoute(request, request.path.slice(apiPath.length)) : undefined;
  }

  async function answer(request: HostRequest, match: RouteMatch | undefined): Promise<Answer> {
    const { version } = state.settings;
    try {
      return withEtag(request, version, await run(state, request, match));
    } catch (thrown) {
      if (thrown instanceof AppError) return errorAnswer(version, thrown);
      throw thrown;
    }
  }

  return {
    identify(request) {
      const match = findMatch(request);
      const content = parse(request.body);
      const method = match?.route.path ?? `${request.httpMethod} ${request.path}`;
      return { method, channel: channelOf(state, match, content), content };
    },
    async carryOut(request) {
      const elsewhere = redirectOf(request, state.subpath);
      if (elsewhere !== undefined) return { answer: elsewhere, done: false };
      const counted = state.limiter?.count(callerOf(state, request)?.id);
      if (counted?.refused) return { answer: limitedAnswer(counted.headers), done: false };
      const made = await answer(request, findMatch(request));
      const shown = counted === undefined ? made : withHeaders(made, counted.headers);
      return { answer: shown, done: made.status < 300 };
    },
  };
}

/**
 * The decoded path is cleaned of doubled slashes and dots, and a path outside the subpath is sent into it: either way a
 * POST becomes a GET.
 */
function redirectOf({ path }: HostRequest, subpath: string): Answer | undefined {
  const cleaned = posix.normalize(decode(path));
  if (cleaned !== decode(path)) return redirectAnswer(301, encodeURI(cleaned));
  if (subpath !== "" && !path.startsWith(`${subpath}/`)) return redirectAnswer(302, `${subpath}${path}`);
  return undefined;
}

async function run(state: FakeState, request: HostRequest, match: RouteMatch | undefined): Promise<Answer> {
  if (Buffer.byteLength(request.body) > maxBodyBytes) {
    throw new AppError(413, "api.context.request_body_too_large.app_error", "Request body too large.");
  }
  if (match === undefined) throw noSuchRoute();
  const { route, params } = match;
  const isGone = state.settings.database === "gone";
  const caller = callerOf(state, request);
  if (route.session && (caller === undefined || (isGone && !state.settings.cached.sessions))) throw signedOut();
  const call: RouteCall = {
    ...state,
    caller: caller ?? nobody,
    params,
    query: request.query,
    body: parse(request.body),
  };
  const lie = isGone ? route.sick?.(call) : undefined;
  if (lie !== undefined) throw lie;
  return resultAnswer(state.settings.version, await route.run(call));
}

const nobody: FakeUser = { id: "", username: "", email: "", isBot: false, createdAt: 0, deletedAt: 0 };

function signedOut(): AppError {
  return new AppError(401, "api.context.session_expired.app_error", "Invalid or expired session, please login again.");
}

/** The server takes `Bearer` in any case, and `Token`. */
function callerOf({ site }: FakeState, { headers }: HostRequest): FakeUser | undefined {
  const token = /^(?:bearer|token) (.+)$/iu.exec(headers.authorization ?? "")?.[1] ?? "";
  return site.user(site.tokens.get(token) ?? "");
}

function withEtag({ headers }: HostRequest, version: string, made: Answer): Answer {
  const { etag } = made.headers;
  return typeof etag === "string" && headers["if-none-match"] === etag ? notModified(version, etag) : made;
}

/** The channel a call is about, whichever way it names it. */
function channelOf({ site }: FakeState, match: RouteMatch | undefined, content: unknown): string {
  const id = match?.params["id"] ?? "";
  if (match?.route.path.includes("channels/{id}")) return id;
  if (match?.route.path.includes("posts/{id}")) return site.post(id)?.channelId ?? "";
  const named = typeof content === "object" && content !== null && "channel_id" in content ? content.channel_id : "";
  return typeof named === "string" ? named : "";
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
