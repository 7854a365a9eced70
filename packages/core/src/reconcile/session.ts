import { createWakeUp } from "../base/wake-up.ts";
import type { RequestMessage } from "../domain/request-message.ts";
import type { Call } from "../messenger.ts";
import type { RequestSource } from "../watch/request-index.ts";
import { createClaim } from "./claim.ts";
import { openRecord } from "./open-record.ts";
import { type Plan, plan, type Wanted } from "./plan.ts";
import type { CallStep } from "./progress.ts";
import { stateKey } from "./record.ts";
import { createSessionCaller, type SessionCaller } from "./session-caller.ts";
import type { Carry, SessionContext, SessionEnd } from "./session-context.ts";
import { startEnrichment } from "./session-enrichment.ts";
import {
  countBusy,
  createSessionState,
  look,
  replaceDelivery,
  type SessionState,
  statusIsStored,
  toCarry,
} from "./session-state.ts";
import { createSessionWriter, type SessionWriter } from "./session-writer.ts";

/** One reconcile of one request: acts until what is known matches what is wanted, or has to wait for long. */
export interface Session {
  /** Something about the request changed: plan anew. */
  wake(): void;
  /** Start nothing more; finish or persist what is under way. */
  drain(): void;
  /** Cut what is under way. */
  abort(): void;
  /** Throws what reading the record throws; everything else is dealt with inside. */
  run(): Promise<SessionEnd>;
}

/** A wait up to this long is sat out with the lease in hand; a longer one gives it back. */
const longestWaitMs = 60_000;

export function createSession(source: RequestSource, context: SessionContext, carry: Carry | undefined): Session {
  // One signal per session: thousands of listeners on a shared one would cost more than the calls.
  const aborting = new AbortController();
  const bell = createWakeUp(context.clock);
  const call: Call = { signal: aborting.signal, lane: source.view()?.request?.user ?? "", mayStart: () => true };
  let drained = false;
  let acting = false;

  async function run(): Promise<SessionEnd> {
    if (source.view() === undefined) return {};
    if (source.stored() === "unread") source.remember(await context.store.read(source.id, call));
    const entry = source.stored();
    // Forgotten while we read, or stopping.
    if (entry === "unread" || drained) return {};
    const opened = await openRecord(entry, source, context, carry, aborting.signal);
    if (!("own" in opened)) return { ...opened, ...(carry === undefined ? {} : { carry }) };
    const state = createSessionState(opened, carry);
    const foreign = (opened.foreignLeaseUntil ?? 0) - context.clock.monotonic();
    if (foreign > 0) return waitForHolder(state, foreign);
    acting = true;
    return act(state);
  }

  /** Somebody else is at work: nothing to do now or later ends it, else look again when their lease has run out. */
  function waitForHolder(state: SessionState, foreignMs: number): SessionEnd {
    const { wanted } = look(state, source, context);
    const { steps, wakeAt } = planNow(state, wanted);
    if (steps.length === 0 && wakeAt === undefined && !state.dirty) return {};
    source.remember("unread");
    const ours = { ...toCarry(state, context), posted: carry?.posted ?? [] };
    return { againInMs: foreignMs + context.random.next() * 500, carry: ours };
  }

  function planNow(state: SessionState, wanted: Wanted): Plan {
    const { own, progress, postNotBefore } = state;
    const abilities = context.abilities.all();
    return plan({ own, wanted, progress, abilities, postNotBefore, now: context.clock.monotonic() });
  }

  async function act(state: SessionState): Promise<SessionEnd> {
    const writer = createSessionWriter(state, source, context, call, bell.ring);
    const caller = createSessionCaller(state, source, context, call, writer.lease.mayStart, bell.ring);
    const stopEnrichment = startEnrichment(state, source, context, call, bell.ring);
    for (;;) {
      // Time goes on while we look: whatever comes due from now on is waited for, or it would be nobody's to start.
      const lookedAt = context.clock.monotonic();
      state.draining = drained;
      const { message, wanted } = look(state, source, context);
      const next = settle(state, wanted);
      const busy = countBusy(state);
      const finish = ended(state, next, busy, writer);
      if (finish !== undefined) {
        stopEnrichment();
        return finish;
      }
      if (stopping(state)) caller.stopWaiting();
      startWrite(state, next, busy, writer, caller);
      startCalls(state, next, message, writer, caller);
      await bell.wait(wakeAt(lookedAt, state, next, writer, caller));
    }
  }

  /** Plans, and applies what needs no call until only calls are left. */
  function settle(state: SessionState, wanted: Wanted): Plan {
    for (;;) {
      const next = planNow(state, wanted);
      const changes = next.steps.filter((step) => step.do === "become");
      if (next.fallThrough && countBusy(state) === 0 && fallThrough(state)) continue;
      if (changes.length === 0) return stopping(state) ? { steps: [], fallThrough: false } : next;
      for (const { index, delivery } of changes) {
        state.own = replaceDelivery(state.own, index, () => delivery);
        context.meter.count("notifications_total", { kind: "post", outcome: delivery.state });
      }
      state.dirty = true;
    }
  }

  /** The platform knows nobody of the rules' recipients: the static tier is frozen instead, if it has anybody. */
  function fallThrough(state: SessionState): boolean {
    const request = source.view()?.request;
    if (state.own.tier !== "rules" || request === undefined) return false;
    const routing = context.router.routeStatic(request);
    if (routing.recipients.length === 0) return false;
    context.log.warn("None of the recipients of the Access Monitoring Rules is known: telling those of the roles", {
      request_id: source.id,
    });
    const claim = createClaim(routing, state.facts, context.messenger.stored, context.random);
    state.own = { ...claim, nonce: state.own.nonce };
    state.progress.clear();
    state.dirty = true;
    return true;
  }

  function stopping(state: SessionState): boolean {
    return state.draining || state.ending !== undefined || !context.gate.isOpen();
  }

  function ended(state: SessionState, next: Plan, busy: number, writer: SessionWriter): SessionEnd | undefined {
    if (busy > 0 || writer.writing()) return undefined;
    if (state.ending !== undefined) return { ...state.ending, carry: toCarry(state, context) };
    if (state.enriching && !stopping(state)) return undefined;
    const again = state.own.status === undefined ? state.enrichAgainMs : Number.POSITIVE_INFINITY;
    const rest = Math.min(remaining(next), again);
    if (next.steps.length > 0 || state.dirty || writer.lease.held() || rest < longestWaitMs) return undefined;
    return { ...(Number.isFinite(rest) ? { againInMs: rest } : {}), carry: toCarry(state, context) };
  }

  /** How long until the plan has something to do by itself. */
  function remaining(next: Plan): number {
    return next.wakeAt === undefined ? Number.POSITIVE_INFINITY : next.wakeAt - context.clock.monotonic();
  }

  function startWrite(
    state: SessionState,
    next: Plan,
    busy: number,
    writer: SessionWriter,
    caller: SessionCaller,
  ): void {
    const now = context.clock.monotonic();
    if (writer.writing() || state.ending !== undefined || writer.notBefore() > now) return;
    const idle = busy === 0 && next.steps.length === 0 && remaining(next) >= longestWaitMs;
    const held = writer.lease.held();
    if (idle) {
      if (state.dirty || held) writer.start({ release: true });
      return;
    }
    const renew = held && writer.lease.renewAt(caller.anyRunning()) <= now;
    if (state.dirty || renew || (!held && needsLease(state, next)))
      writer.start({ waitMs: waitMs(next, busy, caller) });
  }

  /** Looking a recipient up needs no lease; but the look-ups of a new request run beside its claim. */
  function needsLease(state: SessionState, next: Plan): boolean {
    const claimed = state.stored?.[stateKey] !== undefined;
    return next.steps.some((step) => step.do !== "resolve" || !claimed);
  }

  /** What the lease has to cover beyond running calls: the shortest wait ahead. */
  function waitMs(next: Plan, busy: number, caller: SessionCaller): number {
    if (next.steps.length > 0 || caller.anyRunning()) return 0;
    return busy > 0 ? caller.waitedMs() : Math.max(0, Math.min(remaining(next), longestWaitMs));
  }

  function startCalls(
    state: SessionState,
    next: Plan,
    message: RequestMessage,
    writer: SessionWriter,
    caller: SessionCaller,
  ): void {
    const mayPost = writer.lease.mayStart() && statusIsStored(state);
    // The least urgent of all: where many requests are decided at once, every message says so before any gets its sign.
    const maySign = mayPost && !state.dirty && !writer.writing();
    for (const step of next.steps) {
      if (step.do === "become" || (step.do !== "resolve" && !mayPost) || (step.do === "react" && !maySign)) continue;
      caller.start(step satisfies CallStep, message);
    }
  }

  /** The next moment at which something changes by itself; what was due at the look has been started. */
  function wakeAt(
    lookedAt: number,
    state: SessionState,
    next: Plan,
    writer: SessionWriter,
    caller: SessionCaller,
  ): number | undefined {
    const times = [next.wakeAt ?? 0];
    if (!writer.writing()) times.push(writer.notBefore());
    if (!writer.writing() && writer.lease.held()) times.push(writer.lease.renewAt(caller.anyRunning()));
    const ahead = times.filter((time) => time > lookedAt);
    return ahead.length === 0 || state.ending !== undefined ? undefined : Math.min(...ahead);
  }

  return {
    wake: bell.ring,
    drain() {
      drained = true;
      // Nothing has been done yet: looking things up can simply stop.
      if (!acting) aborting.abort();
      bell.ring();
    },
    abort: () => aborting.abort(),
    run,
  };
}
