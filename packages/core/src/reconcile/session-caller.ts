import { PluginError } from "../base/plugin-error.ts";
import type { RequestMessage } from "../domain/request-message.ts";
import type { Call } from "../messenger.ts";
import type { RequestSource } from "../watch/request-index.ts";
import { takeStep } from "./calls.ts";
import type { Delivery } from "./delivery.ts";
import { type Attempts, afterFailure, type CallStep } from "./progress.ts";
import type { SessionContext } from "./session-context.ts";
import { replaceDelivery, type SessionState } from "./session-state.ts";

/** Makes a session's calls: one at a time per delivery, all deliveries at once. */
export interface SessionCaller {
  start(step: CallStep, message: RequestMessage): void;
  /** Stops the calls that still wait for their turn; those under way go on. */
  stopWaiting(): void;
  /** Whether some call has left for the platform; the others wait in the limiter. */
  anyRunning(): boolean;
  /** How long the newest of the waiting calls has waited, in milliseconds: the best guess at how long it still will. */
  waitedMs(): number;
}

interface Flight {
  readonly startedAt: number;
  running: boolean;
  readonly abort: AbortController;
}

export function createSessionCaller(
  state: SessionState,
  source: RequestSource,
  context: SessionContext,
  call: Call,
  mayPost: () => boolean,
  ring: () => void,
): SessionCaller {
  const flights = new Set<Flight>();

  call.signal.addEventListener("abort", () => {
    for (const flight of flights) flight.abort.abort();
  });

  function callOf(step: CallStep, flight: Flight): Call {
    return {
      signal: flight.abort.signal,
      lane: call.lane,
      mayStart() {
        const may = !state.draining && context.gate.isOpen() && (step.do === "resolve" || mayPost());
        if (may) flight.running = true;
        return may;
      },
    };
  }

  async function make(step: CallStep, message: RequestMessage, flight: Flight): Promise<void> {
    const delivery = state.own.deliveries[step.index];
    if (delivery === undefined) return;
    if (step.do === "post" && delivery.unsure)
      context.meter.count("possible_duplicates_total", { cause: "unknown_outcome" });
    try {
      const { messenger, directory } = context;
      const change = await takeStep(step, delivery, {
        messenger,
        directory,
        own: state.own,
        message,
        call: callOf(step, flight),
      });
      succeeded(step, change);
    } catch (thrown) {
      failed(step, PluginError.from(thrown, { operation: step.do }));
    }
  }

  function succeeded(step: CallStep, change: (delivery: Delivery) => Delivery): void {
    state.own = replaceDelivery(state.own, step.index, change);
    setProgress(
      step.index,
      step.do === "reply" ? { replyAttempts: 0, replyNotBefore: 0 } : { attempts: 0, notBefore: 0 },
    );
    // Who a recipient is can be found again: that alone is not worth a write.
    if (step.do !== "resolve") state.dirty = true;
    context.meter.count("notifications_total", { kind: step.do, outcome: "delivered" });
    if (step.do === "post") {
      const { address } = state.own.deliveries[step.index] ?? {};
      context.log.info("Successfully posted message", { request_id: source.id, ...address });
    }
  }

  function failed(step: CallStep, error: PluginError): void {
    const delivery = state.own.deliveries[step.index];
    if (delivery === undefined) return;
    const before = state.progress.get(step.index) ?? {};
    const after = afterFailure(step, delivery, before, error, context.clock.monotonic(), context.random);
    if (after.delivery !== delivery) {
      state.own = replaceDelivery(state.own, step.index, () => after.delivery);
      state.dirty = true;
    }
    state.progress.set(step.index, { ...after.progress, busy: true });
    context.meter.count("delivery_failures_total", { kind: step.do, code: error.code });
    if (after.verdict === "client") context.gate.close(error);
    tell(step, delivery, error, after.verdict, before);
  }

  /** Once for what an operator has to mend; what mends itself only the first time it happens. */
  function tell(step: CallStep, delivery: Delivery, error: PluginError, verdict: string, before: Attempts): void {
    if (verdict === "again" || verdict === "stopped" || verdict === "client") return;
    const first = (before.attempts ?? 0) + (before.replyAttempts ?? 0) === 0;
    const level = verdict === "retry" ? (first ? "info" : "debug") : "warn";
    context.log[level](`Could not ${step.do}: ${error.message}`, {
      request_id: source.id,
      recipient: delivery.raw,
      code: error.code,
      consequence: verdict,
      ...(error.fix === undefined ? {} : { fix: error.fix }),
      ...(error.code === "internal" ? { error } : {}),
    });
  }

  function setProgress(index: number, change: Attempts): void {
    state.progress.set(index, { ...state.progress.get(index), ...change });
  }

  return {
    start(step, message) {
      const flight: Flight = {
        startedAt: context.clock.monotonic(),
        running: false,
        abort: new AbortController(),
      };
      flights.add(flight);
      setProgress(step.index, { busy: true });
      void make(step, message, flight).finally(() => {
        flights.delete(flight);
        setProgress(step.index, { busy: false });
        ring();
      });
    },
    stopWaiting() {
      for (const flight of flights) if (!flight.running) flight.abort.abort();
    },
    anyRunning: () => [...flights].some((flight) => flight.running),
    waitedMs: () => context.clock.monotonic() - Math.max(0, ...[...flights].map((flight) => flight.startedAt)),
  };
}
