import { backoffMs, deliveryBackoff } from "../base/backoff.ts";
import { PluginError } from "../base/plugin-error.ts";
import { createKeyedQueue, type Work } from "../watch/keyed-queue.ts";
import type { RequestIndex } from "../watch/request-index.ts";
import { createSession, type Session } from "./session.ts";
import type { Carry, SessionContext, SessionEnd } from "./session-context.ts";

/** Works until every request's messages show what they should; the only thing it needs is to be told which to look at. */
export interface Reconciler {
  /** Something about this request may differ: look at it. */
  mark(id: string): void;
  /** Look at everything again, and at once at what waits for an operator. */
  retryAll(): void;
  /** Starts nothing new, finishes or persists what is under way. Calls that outlast `graceMs` are cut. */
  stop(graceMs: number): Promise<void>;
}

/** Sessions are cheap; calls are bounded by the limiters, fairly by requester. */
const concurrentSessions = 4_096;

export function createReconciler(index: RequestIndex, context: SessionContext): Reconciler {
  const timers = new Map<string, () => void>();
  const carries = new Map<string, Carry>();
  const failures = new Map<string, number>();
  const sessions = new Set<Session>();
  let stopped = false;

  const queue = createKeyedQueue({ concurrency: concurrentSessions, create: createWork });

  function mark(id: string): void {
    timers.get(id)?.();
    timers.delete(id);
    if (!stopped) queue.mark(id, index.laneOf(id));
  }

  function createWork(id: string): Work {
    const session = createSession(index.source(id), context, carries.get(id));
    return {
      wake: session.wake,
      drain: session.drain,
      async run() {
        sessions.add(session);
        try {
          const end = await session.run();
          failures.delete(id);
          finished(id, end);
        } catch (thrown) {
          failed(id, PluginError.from(thrown));
        } finally {
          sessions.delete(session);
        }
      },
    };
  }

  function finished(id: string, end: SessionEnd): void {
    const { carry } = end;
    const keeps =
      carry !== undefined && (carry.progress.size > 0 || carry.posted.length > 0 || carry.notice !== undefined);
    if (carry !== undefined && keeps) carries.set(id, carry);
    else carries.delete(id);
    if (end.againInMs !== undefined) again(id, end.againInMs);
    else if (index.isGone(id) && context.gate.isOpen()) {
      carries.delete(id);
      index.forget(id);
    }
  }

  function failed(id: string, error: PluginError): void {
    if (error.code === "aborted" || stopped) return;
    const attempts = (failures.get(id) ?? 0) + 1;
    failures.set(id, attempts);
    context.log.warn("Could not work on a request; trying again", {
      request_id: id,
      code: error.code,
      reason: error.message,
      ...(error.code === "internal" ? { error } : {}),
    });
    again(id, 50 + backoffMs(attempts, deliveryBackoff, context.random));
  }

  function again(id: string, ms: number): void {
    if (stopped) return;
    timers.get(id)?.();
    timers.set(
      id,
      context.clock.after(ms, () => mark(id)),
    );
  }

  return {
    mark,
    retryAll() {
      context.directory.forgetFailures();
      for (const [id, carry] of carries) carries.set(id, { ...carry, progress: new Map() });
      for (const id of index.ids()) mark(id);
    },
    async stop(graceMs) {
      stopped = true;
      for (const cancel of timers.values()) cancel();
      const cancel = context.clock.after(graceMs, () => {
        for (const session of sessions) session.abort();
      });
      await queue.stop();
      cancel();
    },
  };
}
