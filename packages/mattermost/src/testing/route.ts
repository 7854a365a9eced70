import type { AppError } from "./app-error.ts";
import type { PendingPosts } from "./pending-posts.ts";
import type { FakeSettings } from "./settings.ts";
import type { FakeSite, FakeUser } from "./site.ts";

/** What all routes work on. */
export interface RouteWorld {
  readonly site: FakeSite;
  readonly settings: FakeSettings;
  readonly pending: PendingPosts;
  now(): number;
}

/** One call as its route sees it. */
export interface RouteCall extends RouteWorld {
  readonly caller: FakeUser;
  /** The variable parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed; undefined when it is no JSON. */
  readonly body: unknown;
}

export interface RouteResult {
  /** 200 unless it says otherwise. */
  readonly status?: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  /** HTTP method and path with `{…}` for what is variable, after `/api/v4/`. */
  readonly path: `${"GET" | "POST" | "PUT" | "DELETE"} ${string}`;
  /** Whether a caller is needed. */
  readonly session: boolean;
  run(call: RouteCall): RouteResult | Promise<RouteResult>;
  /** What the route says while the database is gone; without it the route works on. */
  sick?(call: RouteCall): AppError;
}

/** A variable part of the path, which the route's own pattern promises. */
export function param(call: RouteCall, name: string): string {
  return call.params[name] ?? "";
}
