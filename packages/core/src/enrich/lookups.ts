import { createAnswerCache } from "../base/answer-cache.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { PluginError } from "../base/plugin-error.ts";
import { createRateLimiter } from "../base/rate-limiter.ts";
import { type ResourceId, toResourceText } from "../domain/access-request.ts";
import type { Call } from "../messenger.ts";
import type { ResourceDetails, Role, TeleportClient, User } from "../teleport.ts";

/** Reads what messages show beyond the request; every answer is kept for a few minutes and shared. */
export interface LookUps {
  /** Each throws what the client throws. */
  findRole(name: string, call: Call): Promise<Role>;
  findTraits(user: string, call: Call): Promise<User["traits"]>;
  /** All of one kind. */
  findResources(ids: readonly ResourceId[], call: Call): Promise<ReadonlyMap<string, ResourceDetails>>;
  /** Forgets refusals and what was not there: somebody may have mended it. */
  forgetFailures(): void;
}

export interface LookUpOptions {
  readonly teleport: Pick<TeleportClient, "getRole" | "getUserTraits" | "findResources">;
  readonly clock: Clock;
  readonly log: Log;
}

const minute = 60_000;
/** How old an answer may be: a role or a trait that changes meanwhile is shown as it was. */
const foundMs = 5 * minute;
/** How long "there is none of that name" is believed. */
const missingMs = minute;
/** What an operator has to mend, or an older server lacks: the whole kind of data is not asked for again so long. */
const refusedMs = 10 * minute;
const refusals: ReadonlySet<string> = new Set(["forbidden", "not_implemented", "invalid_argument"]);

/** Answers about resources kept at the most: one may be about hundreds of them. */
const resourceAnswers = 500;
/** Their own slots: however slow they are, plugin data is written beside them. */
const concurrency = 16;

/** When asking again may bring another answer, in milliseconds; never for what is not there. */
export function toAskAgainMs({ code }: PluginError): number {
  if (code === "not_found") return Number.POSITIVE_INFINITY;
  return refusals.has(code) ? refusedMs : minute;
}

export function createLookUps({ teleport, clock, log }: LookUpOptions): LookUps {
  const kept = { clock, foundMs, failedMs: ({ code }: PluginError) => (code === "not_found" ? missingMs : 0) };
  const limiter = createRateLimiter({ clock, concurrency });
  const roles = createAnswerCache<Role>(kept);
  const traits = createAnswerCache<User["traits"]>(kept);
  const resources = createAnswerCache<ReadonlyMap<string, ResourceDetails>>({ ...kept, capacity: resourceAnswers });
  const refused = new Map<string, { readonly error: PluginError; readonly until: number }>();

  /** A kind of data that may not be read is said once, with the verb, and costs no call for a while. */
  async function ask<T>(data: string, consequence: string, call: Call, lookUp: () => Promise<T>): Promise<T> {
    const refusal = refused.get(data);
    if (refusal !== undefined && refusal.until > clock.monotonic()) throw refusal.error;
    try {
      const answer = await limiter.run([], call, lookUp);
      refused.delete(data);
      return answer;
    } catch (thrown) {
      const error = PluginError.from(thrown);
      if (refusals.has(error.code)) refuse(data, consequence, error);
      throw error;
    }
  }

  function refuse(data: string, consequence: string, error: PluginError): void {
    if (!refused.has(data)) log.warn(`${consequence}: ${error.message}`, { code: error.code, fix: error.fix });
    refused.set(data, { error, until: clock.monotonic() + refusedMs });
  }

  return {
    findRole: (name, call) =>
      roles.find(name, call, () =>
        ask("roles", "Messages show roles without their logins", call, () => teleport.getRole(name, call.signal)),
      ),
    findTraits: (user, call) =>
      traits.find(user, call, () =>
        ask("traits", "Messages show the logins of roles as templates", call, () =>
          teleport.getUserTraits(user, call.signal),
        ),
      ),
    findResources(ids, call) {
      const kind = ids[0]?.kind ?? "";
      const consequence = `Messages show resources of the kind ${kind} by their ids`;
      return resources.find(ids.map(toResourceText).join("\n"), call, () =>
        ask(`resources ${kind}`, consequence, call, () => teleport.findResources(ids, call.signal)),
      );
    },
    forgetFailures() {
      refused.clear();
      for (const cache of [roles, traits, resources]) cache.forgetFailures();
    },
  };
}
