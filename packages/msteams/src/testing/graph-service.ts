import type { Answer, HostRequest } from "@access-plugins/testing/fake-http";
import { z } from "zod";
import { jsonAnswer, parseJson, refusal, throttled } from "./answer.ts";
import { type GraphRoute, type GraphWorld, graphRoutes } from "./graph-routes.ts";
import type { Service } from "./service.ts";

/** The part of Microsoft Graph v1.0 that a notifier uses, with its permissions and error bodies. */
export function createGraphService(world: GraphWorld): Service {
  return {
    identify(request) {
      const found = findRoute(request);
      const other = request.path === batchPath ? "batch" : "unknown";
      return { method: found?.route.operation ?? other, channel: found?.keys[0] ?? "" };
    },
    answer(request) {
      if (!world.tokens.accepts(request.headers.authorization, "graph")) {
        return refusal(401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.");
      }
      if (request.path === batchPath) return answerBatch(world, request);
      return answerOne(world, request);
    },
  };
}

function answerOne(world: GraphWorld, request: HostRequest): Answer {
  const found = findRoute(request);
  if (found === undefined) return refusal(400, "BadRequest", "Resource not found for the segment.");
  const { route, keys } = found;
  const { rates } = world.settings;
  const wait = world.rates.refuse(`graph ${route.operation}`, rates.perOperation, rates.burst);
  if (wait !== undefined) return throttled(wait);
  if (!route.roles.some((role) => world.tokens.roles.includes(role))) return missingRole(route, world.tokens.roles);
  return route.answer(world, keys, request);
}

function missingRole({ operation, roles }: GraphRoute, granted: readonly string[]): Answer {
  if (operation.startsWith("user")) {
    return refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
  }
  const text = `Missing role permissions on the request. API requires one of '${roles.join(", ")}'. Roles on the request '${granted.join(", ")}'.`;
  return refusal(403, "Forbidden", text);
}

interface FoundRoute {
  readonly route: GraphRoute;
  readonly keys: readonly string[];
}

const batchPath = "/v1.0/$batch";

function findRoute({ httpMethod, path }: HostRequest): FoundRoute | undefined {
  const [, rest = ""] = /^\/v1\.0(\/.*)$/u.exec(path) ?? [];
  for (const route of graphRoutes) {
    const match = route.method === httpMethod ? route.path.exec(rest) : null;
    if (match !== null) return { route, keys: match.slice(1).map((key) => decodeURIComponent(key)) };
  }
  return undefined;
}

const batchSchema = z.strictObject({
  requests: z
    .array(
      z.strictObject({
        id: z.string(),
        method: z.enum(["GET", "POST", "DELETE"]),
        url: z.string().startsWith("/"),
        headers: z.record(z.string(), z.string()).optional(),
        body: z.unknown().optional(),
      }),
    )
    .min(1)
    .max(20),
});

/** Every part is answered by itself; the whole is 200 even when parts are refused. */
function answerBatch(world: GraphWorld, request: HostRequest): Answer {
  const read = batchSchema.safeParse(parseJson(request.body));
  if (request.httpMethod !== "POST" || !read.success)
    return refusal(400, "BadRequest", "Invalid batch payload format.");
  const responses = read.data.requests.map(({ id, method, url, body }) => {
    const [path = "", query = ""] = `/v1.0${url}`.split("?", 2);
    const part = {
      ...request,
      httpMethod: method,
      path,
      query: new URLSearchParams(query),
      body: JSON.stringify(body),
    };
    const answer = answerOne(world, part);
    return { id, status: answer.status, headers: answer.headers, body: parseJson(answer.body) };
  });
  // In no particular order, as documented.
  return jsonAnswer({ responses: responses.toReversed() });
}
