import { status } from "@grpc/grpc-js";
import type { CallRecord } from "./call-journal.ts";
import { createCondition } from "./condition.ts";
import { StatusError } from "./status-error.ts";

/** Which calls a fault concerns: a method name (`UpdatePluginData`), `*` for all, or a test on the call. */
export type CallFilter = string | ((call: CallRecord) => boolean);

/** Holds calls at one point until it is released. */
export interface Barrier {
  /** The calls held right now, in order of arrival. */
  readonly held: readonly CallRecord[];
  /** Waits until `count` calls (default 1) are held; gives the last of them. Rejects after `timeoutMs` (10 s). */
  reached(count?: number, timeoutMs?: number): Promise<CallRecord>;
  /** Lets the oldest held call go on; the barrier stays. */
  releaseOne(): void;
  /** Lets all go on and takes the barrier away. */
  release(): void;
}

/** How a failing call ends. */
export interface Failure {
  readonly code: status;
  readonly text: string;
  /** How many of the next calls fail; default 1. */
  readonly times?: number;
  /** True: the method does its work, and only the answer is this error. Default: nothing is done. */
  readonly executed?: boolean;
}

/** Trouble on demand. Every method takes effect at once; nothing here survives {@link Faults.clear}. */
export interface Faults {
  /** Holds the calls before their work is done, or after it with the answer not yet sent. */
  hold(calls: CallFilter, at: "before" | "after"): Barrier;
  fail(calls: CallFilter, failure: Failure): void;
  /** Answers of these calls come `ms` later; 0 ends that. */
  delay(calls: CallFilter, ms: number): void;
  /** Ends every open watch with this code and text; tells how many there were. */
  endWatches(code: status, text: string): number;
  /** Cuts the open connections, of one user or all; tells how many there were. */
  dropConnections(user?: string): number;
  /** Makes the open connections half-open, of one user or all; new ones work. Tells how many there were. */
  silenceConnections(user?: string): number;
  /** New connections are refused (ECONNREFUSED), open ones stay. */
  refuseConnections(): void;
  /** Takes new connections again, on the same port. */
  acceptConnections(): Promise<void>;
  /** Releases all barriers, forgets all failures and delays. Connections stay as they are. */
  clear(): void;
}

/** A call that can be held: its signal aborts when the client goes. */
interface Held {
  readonly signal: AbortSignal;
}

/** What a call passes on its way. Both throw the {@link StatusError} with which the call has to end. */
export interface FaultGate {
  before(call: CallRecord, context: Held): Promise<void>;
  after(call: CallRecord, context: Held): Promise<void>;
}

/** The part of {@link Faults} that is about calls. */
export type CallFaults = Pick<Faults, "hold" | "fail" | "delay" | "clear">;

interface FailureRule extends Failure {
  readonly calls: CallFilter;
  left: number;
}

export function createCallFaults(): CallFaults & FaultGate {
  const gates = new Map<Barrier, { at: "before" | "after"; calls: CallFilter; enter: Enter }>();
  let failures: FailureRule[] = [];
  let delays: { readonly calls: CallFilter; readonly ms: number }[] = [];

  const pass = async (call: CallRecord, at: "before" | "after", context: Held) => {
    for (const gate of gates.values()) {
      if (gate.at === at && concerns(gate.calls, call)) await gate.enter(call, context.signal);
    }
    const rule = failures.find((one) => Boolean(one.executed) === (at === "after") && concerns(one.calls, call));
    if (!rule) return;
    rule.left -= 1;
    if (rule.left <= 0) failures = failures.filter((one) => one !== rule);
    throw new StatusError(rule.code, rule.text);
  };
  return {
    hold(calls, at) {
      const { barrier, enter } = createBarrier(() => gates.delete(barrier));
      gates.set(barrier, { at, calls, enter });
      return barrier;
    },
    fail(calls, failure) {
      failures.push({ ...failure, calls, left: failure.times ?? 1 });
    },
    delay(calls, ms) {
      delays = delays.filter((one) => one.calls !== calls);
      if (ms > 0) delays.push({ calls, ms });
    },
    clear() {
      failures = [];
      delays = [];
      for (const barrier of [...gates.keys()]) barrier.release();
    },
    async before(call, context) {
      const ms = delays.reduce((most, delay) => (concerns(delay.calls, call) ? Math.max(most, delay.ms) : most), 0);
      if (ms > 0) await pause(ms, context.signal);
      await pass(call, "before", context);
    },
    after: (call, context) => pass(call, "after", context),
  };
}

const concerns = (filter: CallFilter, call: CallRecord) =>
  typeof filter === "function" ? filter(call) : filter === "*" || filter === call.method;

type Enter = (call: CallRecord, signal: AbortSignal) => Promise<void>;

function createBarrier(onRelease: () => void): { barrier: Barrier; enter: Enter } {
  const held = new Map<CallRecord, () => void>();
  const condition = createCondition();
  const free = (call: CallRecord | undefined) => {
    const go = call && held.get(call);
    if (call) held.delete(call);
    go?.();
  };
  const barrier: Barrier = {
    get held() {
      return [...held.keys()];
    },
    reached: (count = 1, timeoutMs) =>
      condition.until(
        () => (held.size >= count ? [...held.keys()].at(-1) : undefined),
        `${count} held calls`,
        timeoutMs,
      ),
    releaseOne: () => free(held.keys().next().value),
    release() {
      onRelease();
      for (const call of [...held.keys()]) free(call);
    },
  };
  const enter: Enter = (call, signal) =>
    new Promise((resolve, reject) => {
      held.set(call, resolve);
      const gone = () => {
        held.delete(call);
        reject(new StatusError(status.CANCELLED, "The client went away while its call was held."));
      };
      if (signal.aborted) gone();
      else signal.addEventListener("abort", gone, { once: true });
      condition.changed();
    });
  return { barrier, enter };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
