import { type CallMatch, matches } from "./call-match.ts";

/** Where in the life of a call it is held. */
export interface BarrierPlace extends CallMatch {
  /** `before`: nothing has been accepted. `after`: it has, and no answer was sent. */
  readonly when: "before" | "after";
  /** How many calls are held; the next ones pass. Absent: all until the release. */
  readonly times?: number | undefined;
}

/** Calls that stand still until they are released. */
export interface Barrier {
  /** Calls held at this moment. */
  readonly held: number;
  /** Lets the held calls go and opens for good. */
  release(): void;
}

export interface Barriers {
  add(place: BarrierPlace): Barrier;
  /** Resolves when no barrier holds the call any more, or its client has gone. */
  pass(
    call: { readonly method: string; readonly channel: string },
    when: "before" | "after",
    gone: AbortSignal,
  ): Promise<void>;
  releaseAll(): void;
}

interface OpenBarrier {
  readonly place: BarrierPlace;
  left: number;
  held: number;
  readonly gate: PromiseWithResolvers<void>;
}

/** `changed` is called whenever a call comes to stand still or goes on. */
export function createBarriers(changed: () => void): Barriers {
  let open: readonly OpenBarrier[] = [];
  return {
    add(place) {
      const barrier: OpenBarrier = { place, left: place.times ?? Infinity, held: 0, gate: Promise.withResolvers() };
      open = [...open, barrier];
      return {
        get held() {
          return barrier.held;
        },
        release() {
          open = open.filter((other) => other !== barrier);
          barrier.gate.resolve();
        },
      };
    },
    async pass(call, when, gone) {
      const barrier = open.find(({ place, left }) => left > 0 && place.when === when && matches(place, call));
      if (barrier === undefined) return;
      barrier.left -= 1;
      barrier.held += 1;
      changed();
      await Promise.race([barrier.gate.promise, aborted(gone)]);
      barrier.held -= 1;
      changed();
    },
    releaseAll() {
      for (const barrier of open) barrier.gate.resolve();
      open = [];
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
