import { PluginError } from "@access-plugins/core";
import { toAbortError } from "../deadline.ts";
import type { Session } from "../session.ts";
import type { Route } from "./route.ts";

/** A route that was tried in vain. */
export interface Attempt {
  readonly route: Route;
  readonly error: PluginError;
}

/**
 * Tries all routes at once: the first session wins, the other attempts are stopped, a second session is ended. When all
 * fail, throws what `toFailure` makes of the attempts, in the order of the routes.
 */
export async function raceRoutes(
  routes: readonly Route[],
  open: (route: Route, signal: AbortSignal) => Promise<Session>,
  signal: AbortSignal,
  toFailure: (attempts: readonly Attempt[]) => PluginError,
): Promise<{ readonly route: Route; readonly session: Session; readonly failed: readonly Attempt[] }> {
  const decided = new AbortController();
  const limit = AbortSignal.any([signal, decided.signal]);
  const failed = new Map<Route, Attempt>();
  const run = async (route: Route) => {
    try {
      const session = await open(route, limit);
      if (limit.aborted) session.end(fasterRoute());
      limit.throwIfAborted();
      decided.abort(fasterRoute());
      return { route, session };
    } catch (thrown) {
      if (!limit.aborted) failed.set(route, { route, error: PluginError.from(thrown) });
      throw thrown;
    }
  };
  try {
    const won = await Promise.any(routes.map(run));
    return { ...won, failed: [...failed.values()] };
  } catch {
    // Promise.any wraps the errors; they are in `failed` with their routes.
    if (signal.aborted) throw toAbortError(signal.reason);
    throw toFailure(routes.flatMap((route) => failed.get(route) ?? []));
  }
}

function fasterRoute(): PluginError {
  return new PluginError("aborted", "another route was faster");
}
