import type { RequestMessage } from "../domain/request-message.ts";
import type { Call } from "../messenger.ts";
import type { RequestSource } from "../watch/request-index.ts";
import { createDeliveryCaller } from "./delivery-caller.ts";
import { createNoticeCaller } from "./notice-caller.ts";
import type { CallStep } from "./progress.ts";
import type { SessionContext } from "./session-context.ts";
import { type SessionState, setProgress } from "./session-state.ts";

/** Makes a session's calls: one at a time per delivery, all deliveries at once, the requester's notice beside them. */
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
  const callFor = createDeliveryCaller(state, source, context);
  const tellRequester = createNoticeCaller(state, source, context);

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

  function make(step: CallStep, message: RequestMessage, call: Call): Promise<void> {
    return step.do === "notify" ? tellRequester(message, call) : callFor(step, message, call);
  }

  return {
    start(step, message) {
      const flight: Flight = {
        startedAt: context.clock.monotonic(),
        running: false,
        abort: new AbortController(),
      };
      flights.add(flight);
      setProgress(state, step.index, { busy: true });
      void make(step, message, callOf(step, flight)).finally(() => {
        flights.delete(flight);
        setProgress(state, step.index, { busy: false });
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
