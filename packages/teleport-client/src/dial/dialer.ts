import { type Clock, type Log, PluginError } from "@access-plugins/core";
import { withDeadline } from "../deadline.ts";
import type { Credentials } from "../identity.ts";
import { openSession, type Session } from "../session.ts";
import { isWorthTelling, toDialFailure } from "./dial-failure.ts";
import type { Route } from "./route.ts";
import { type Attempt, raceRoutes } from "./route-race.ts";
import { limitStep } from "./step-limit.ts";

/** Opens connections to the Auth Service. */
export interface Dialer {
  /**
   * A new session. The first time every route is tried at once; the one that wins is kept for the next times until it
   * has failed repeatedly. Throws one error that lists every attempt with its reason and fix: `unauthenticated` when
   * our certificate is refused, `invalid_config` when no route can ever work, else `unavailable`.
   */
  dial(credentials: Credentials, signal: AbortSignal): Promise<Session>;
}

export interface DialerOptions {
  /** As configured, for messages. */
  readonly address: string;
  /** New ones for every choice: a route may remember what it learnt. */
  createRoutes(): readonly Route[];
  readonly clock: Clock;
  readonly log: Log;
}

/** For all steps of a route together, as with Teleport's own client; each step has a shorter limit of its own. */
const attemptMs = 30_000;
/** After this many failures in a row the winner has to prove itself against the others again. */
const failuresToChoose = 3;

export function createDialer({ address, createRoutes, clock, log }: DialerOptions): Dialer {
  let winner: { readonly route: Route; failures: number } | undefined;
  let choosing: Promise<PluginError | undefined> | undefined;

  const attempt = (route: Route, credentials: Credentials, signal: AbortSignal) =>
    withDeadline({ clock, ms: attemptMs, onTimeout: tooSlow }, signal, async (limit) => {
      const socket = await route.connect(credentials, limit);
      return limitStep(clock, limit, (stepLimit) => openSession(socket, clock, stepLimit));
    });

  async function choose(credentials: Credentials, signal: AbortSignal): Promise<Session> {
    const { route, session, failed } = await raceRoutes(
      createRoutes(),
      (candidate, limit) => attempt(candidate, credentials, limit),
      signal,
      (attempts) => toDialFailure(address, attempts),
    );
    winner = { route, failures: 0 };
    log.info("Connected to Teleport", {
      route: route.name,
      target: route.target,
      failed: failed.filter(isWorthTelling).map(toLine),
    });
    return session;
  }

  async function dialAgain(
    kept: { readonly route: Route; failures: number },
    credentials: Credentials,
    signal: AbortSignal,
  ) {
    const { route } = kept;
    try {
      const session = await attempt(route, credentials, signal);
      kept.failures = 0;
      log.debug("Connected to Teleport again", { route: route.name, target: route.target });
      return session;
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      kept.failures += 1;
      if (kept.failures >= failuresToChoose && winner === kept) winner = undefined;
      throw toDialFailure(address, [{ route, error: PluginError.from(thrown) }]);
    }
  }

  return {
    async dial(credentials, signal) {
      // Whoever comes while a choice is being made waits for it: one race is enough.
      while (winner === undefined && choosing !== undefined) {
        const fault = await choosing;
        if (fault !== undefined && fault.code !== "aborted") throw fault;
      }
      if (winner !== undefined) return dialAgain(winner, credentials, signal);
      const chosen = choose(credentials, signal);
      choosing = chosen
        .then(() => undefined, PluginError.from)
        .finally(() => {
          choosing = undefined;
        });
      return chosen;
    },
  };
}

function tooSlow(): PluginError {
  return new PluginError("unavailable", `there was no connection within ${attemptMs / 1000} s`, {
    reason: "ETIMEDOUT",
    fix: "The network is very slow: check the proxies and load balancers between.",
  });
}

function toLine({ route, error }: Attempt): string {
  return `${route.name} to ${route.target}: ${error.message}`;
}
