import type { HostRequest } from "@access-plugins/testing/fake-http";
import type { Route } from "./route.ts";
import { actionRoutes } from "./routes-actions.ts";
import { channelRoutes } from "./routes-channels.ts";
import { postRoutes } from "./routes-posts.ts";
import { reactionRoutes } from "./routes-reactions.ts";
import { systemRoutes } from "./routes-system.ts";
import { userRoutes } from "./routes-users.ts";

/** A route with the variable parts of the path that led to it. */
export interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** What may stand in each variable part; anything else is no route at all. */
const patterns: Readonly<Record<string, string>> = {
  id: "[A-Za-z0-9]+",
  action: "[A-Za-z0-9]+",
  email: ".+",
  name: "[A-Za-z0-9_.-]+",
  team: "[A-Za-z0-9_-]+",
  channel: "[A-Za-z0-9_-]+",
};

const table = [...systemRoutes, ...userRoutes, ...channelRoutes, ...postRoutes, ...reactionRoutes, ...actionRoutes].map(
  (route) => {
    const [httpMethod = "", path = ""] = route.path.split(" ");
    const source = path.replace(/\{(\w+)\}/gu, (_, name: string) => `(?<${name}>${patterns[name] ?? "[^/]+"})`);
    return { route, httpMethod, pattern: new RegExp(`^${source}$`, "u") };
  },
);

/** Fixed words win over variable parts: they come first in the table. */
export function findRoute({ httpMethod }: HostRequest, path: string): RouteMatch | undefined {
  const decoded = decode(path);
  for (const entry of table) {
    const match = entry.httpMethod === httpMethod ? entry.pattern.exec(decoded) : null;
    if (match !== null) return { route: entry.route, params: { ...match.groups } };
  }
  return undefined;
}

/** The server's router looks at the decoded path. */
export function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
