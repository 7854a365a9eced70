import { createSeededRandom } from "@access-plugins/testing/doubles";
import { PluginError } from "../base/plugin-error.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import { isFinal, type MessageStatus, type Notice, type RequestMessage } from "../domain/request-message.ts";
import type { Call, Messenger, Recipient, SentMessage } from "../messenger.ts";
import { takeStep } from "../reconcile/calls.ts";
import { type Delivery, isLive, type OwnState, type RequesterNotice, type Shown } from "../reconcile/delivery.ts";
import { sendNotice } from "../reconcile/notice-call.ts";
import { afterNoticeFailure } from "../reconcile/notice-progress.ts";
import { decide } from "../reconcile/outcome.ts";
import { decodeOwnState, encodeOwnState } from "../reconcile/own-state.ts";
import { type Abilities, isStale, type Plan, plan, requesterIndex, type Step, type Wanted } from "../reconcile/plan.ts";
import { type Attempts, afterFailure, type CallStep, type DeliveryStep, freshAttempts } from "../reconcile/progress.ts";
import { settleStatus } from "../reconcile/record.ts";
import { toRequestMessage, toShown } from "../reconcile/request-view.ts";
import { takeOver } from "../reconcile/takeover.ts";
import type { RecipientDirectory } from "../routing/recipient-directory.ts";
import { slashAddress, toFacts, toOwnState, toRequest, toReview } from "./samples.ts";

/** How a call ends. `lost`: it took effect, its answer never came. `silent`: it had none, but nobody can know. */
export type Ending =
  | "ok"
  | "lost"
  | "silent"
  | "unavailable"
  | "rate_limited"
  | "content_rejected"
  | "recipient_forbidden"
  | "conflict"
  | "internal";

export type Command =
  | { readonly do: "end"; readonly which: number; readonly how: Ending }
  | { readonly do: "review" }
  | { readonly do: "close"; readonly status: MessageStatus }
  | { readonly do: "advance"; readonly ms: number }
  | { readonly do: "deleteMessage" | "lockMessage"; readonly which: number }
  /** The process dies; what is under way takes effect or not, and another process takes over. */
  | { readonly do: "die"; readonly effect: boolean };

interface PlatformMessage {
  readonly place: string;
  readonly id: string;
  readonly key: string;
  shown: Shown;
  readonly reviews: string[];
  readonly outcomes: MessageStatus[];
  sign: MessageStatus | undefined;
  deleted: boolean;
  locked: boolean;
}

/** What the platform's one requester was told. */
interface PlatformNotice {
  readonly key: string;
  readonly status: MessageStatus;
}

type Flight = { readonly message: RequestMessage } & (
  | { readonly step: DeliveryStep; readonly delivery: Delivery }
  | { readonly step: Extract<CallStep, { do: "notify" }>; readonly notice: RequesterNotice }
);

/** One request's deliveries on a tiny platform: what a session does with `plan`, without store, lease and time. */
export interface DeliveryModel {
  run(command: Command): Promise<void>;
  /** From now on every call gets its honest answer; ends when there is nothing left to do but to ask again hourly. */
  calmDown(): Promise<void>;
  own(): OwnState;
  wanted(): Wanted;
  plan(): Plan;
  readonly messages: readonly PlatformMessage[];
  /** Posts per place whose outcome nobody could know: the most duplicates that are allowed. */
  readonly unknownPosts: ReadonlyMap<string, number>;
  readonly notices: readonly PlatformNotice[];
  /** The same for the requester's notices, by outcome. */
  readonly unknownNotices: ReadonlyMap<MessageStatus, number>;
  /** Rules that a plan broke on the way. */
  readonly violations: readonly string[];
}

export interface ModelOptions {
  /** Raw recipient to place; without one the platform does not know it. */
  readonly places: Readonly<Record<string, string | undefined>>;
  readonly abilities: Abilities;
}

const hour = 3_600_000;
const call: Call = { signal: new AbortController().signal, lane: "alice", mayStart: () => true };

export function createDeliveryModel({ places, abilities }: ModelOptions): DeliveryModel {
  const messages: PlatformMessage[] = [];
  const notices: PlatformNotice[] = [];
  const unknownPosts = new Map<string, number>();
  const unknownNotices = new Map<MessageStatus, number>();
  const violations: string[] = [];
  const flights = new Map<number, Flight>();
  const random = createSeededRandom(7);
  let progress = new Map<number, Attempts>();
  let request: AccessRequest = toRequest();
  let observed: MessageStatus = "pending";
  let now = 1_000;
  let own = toOwnState(Object.keys(places).map((raw) => ({ raw, state: "waiting" as const, replies: 0 })));

  const messenger = createPlatform(messages, notices, abilities);
  const directory: RecipientDirectory = {
    async find(raw, as) {
      if (as === "person") return { id: raw, kind: "person" };
      const id = places[raw];
      if (id === undefined) throw new PluginError("recipient_unknown", `Nobody is called ${raw}.`);
      return { id, kind: "channel" };
    },
    forgetFailures: () => {},
  };

  function look(): { message: RequestMessage; wanted: Wanted } {
    const status = settleStatus(observed, own.status);
    if (isFinal(status) && status !== own.status) own = decide(own, status, abilities);
    const view = { id: request.id, request, facts: toFacts(), status };
    const message = toRequestMessage(view, own, { name: "example.com" });
    return { message, wanted: { shows: toShown(message), complete: true, reviews: request.reviews.length } };
  }

  function planNow(): Plan {
    const busy = new Map([...progress].map(([at, state]) => [at, { ...state, busy: flights.has(at) }]));
    for (const at of flights.keys()) busy.set(at, { ...busy.get(at), busy: true });
    // Looking may settle an outcome.
    const { wanted } = look();
    return plan({ own, wanted, progress: busy, abilities, now });
  }

  function change(index: number, to: (delivery: Delivery) => Delivery): void {
    own = { ...own, deliveries: own.deliveries.map((one, at) => (at === index ? to(one) : one)) };
  }

  /** Starts everything that is planned; what needs no call happens at once. */
  function start(): void {
    for (;;) {
      const { steps } = planNow();
      judge(steps);
      const changes = steps.filter((step) => step.do === "become");
      for (const { index, delivery } of changes) change(index, () => delivery);
      if (changes.length > 0) continue;
      for (const step of steps) {
        const { message } = look();
        const delivery = own.deliveries[step.index];
        if (step.do === "notify") {
          if (own.notice !== undefined) flights.set(step.index, { step, notice: own.notice, message });
        } else if (step.do !== "become" && delivery) flights.set(step.index, { step, delivery, message });
      }
      return;
    }
  }

  function judge(steps: readonly Step[]): void {
    const { wanted } = look();
    const indexes = steps.map(({ index }) => index);
    if (new Set(indexes).size < indexes.length) violations.push("two steps for one delivery");
    for (const step of steps) {
      const delivery = own.deliveries[step.index];
      if (step.do === "notify") judgeNotice(wanted);
      else if (delivery === undefined || flights.has(step.index)) violations.push(`${step.do} beside a call under way`);
      else judgeStep(step, delivery, wanted);
    }
    const posting = [...steps, ...[...flights.values()].map(({ step }) => step)]
      .filter((step) => step.do === "post")
      .map(({ index }) => own.deliveries[index]?.to?.id);
    if (new Set(posting).size < posting.length) violations.push("two posts side by side to one place");
  }

  function judgeNotice(wanted: Wanted): void {
    if (flights.has(requesterIndex)) violations.push("two notices side by side");
    if (!isFinal(wanted.shows.status)) violations.push("notice of an open request");
    if (own.notice?.state !== "waiting") violations.push("second notice of one outcome");
  }

  function judgeStep(step: Step, delivery: Delivery, wanted: Wanted): void {
    const waits = (progress.get(step.index)?.notBefore ?? 0) > now;
    if (step.do === "post" && isFinal(wanted.shows.status) && !delivery.cutOff)
      violations.push("post for a closed request");
    if (step.do === "post" && delivery.address !== undefined) violations.push("second post of one delivery");
    if (["edit", "reply", "outcome", "react"].includes(step.do) && !isLive(delivery)) {
      violations.push(`${step.do} of a ${delivery.state} message`);
    }
    if (step.do === "edit" && delivery.locked) violations.push("edit of a locked message");
    if (step.do === "reply" && !delivery.locked && isStale(delivery, wanted) && !waits) {
      violations.push("reply before the edit that is due");
    }
    if (step.do === "react" && delivery.shows?.status !== wanted.shows.status) {
      violations.push("sign of an outcome that the message does not show");
    }
    if (step.do === "reply" && step.review !== delivery.replies) violations.push("reply out of order");
  }

  async function end(index: number, how: Ending): Promise<void> {
    const flight = flights.get(index);
    if (flight === undefined) return;
    if ("notice" in flight) {
      await endNotice(flight, how);
      return;
    }
    const { step, delivery, message } = flight;
    if (step.do === "post" && ["lost", "silent", "internal"].includes(how)) countUnknown(delivery);
    try {
      const context = { messenger, directory, own, message, call };
      if (how !== "ok" && how !== "lost") throw toError(how);
      const done = await takeStep(step, delivery, context);
      if (how === "lost") throw toError(how);
      change(index, done);
      const before = progress.get(index);
      progress.set(index, { ...before, ...freshAttempts(step) });
    } catch (thrown) {
      fail(index, step, PluginError.from(thrown));
    }
    flights.delete(index);
  }

  async function endNotice(flight: Extract<Flight, { notice: RequesterNotice }>, how: Ending): Promise<void> {
    const { notice, message } = flight;
    if (how === "lost" || how === "silent" || how === "internal") countUnknownNotice(notice);
    try {
      if (how !== "ok" && how !== "lost") throw toError(how);
      await sendNotice(notice, { messenger, directory, own, message, call });
      if (how === "lost") throw toError(how);
      settleNotice({ ...notice, state: "told" });
      progress.delete(requesterIndex);
    } catch (thrown) {
      const before = progress.get(requesterIndex) ?? {};
      const failed = afterNoticeFailure(notice, before, PluginError.from(thrown), now, random);
      settleNotice(failed.notice);
      progress.set(requesterIndex, failed.progress);
    }
    flights.delete(requesterIndex);
  }

  function settleNotice(notice: RequesterNotice): void {
    if (own.notice?.status === notice.status) own = { ...own, notice };
  }

  function countUnknownNotice({ status }: RequesterNotice): void {
    unknownNotices.set(status, (unknownNotices.get(status) ?? 0) + 1);
  }

  function fail(index: number, step: DeliveryStep, error: PluginError): void {
    const delivery = own.deliveries[index];
    if (delivery === undefined) return;
    const failed = afterFailure(step, delivery, progress.get(index) ?? {}, error, now, random);
    change(index, () => failed.delivery);
    progress.set(index, failed.progress);
  }

  function countUnknown(delivery: Delivery): void {
    const place = delivery.to?.id ?? "";
    unknownPosts.set(place, (unknownPosts.get(place) ?? 0) + 1);
  }

  async function die(effect: boolean): Promise<void> {
    for (const flight of flights.values()) {
      const context = { messenger, directory, own, message: flight.message, call };
      if ("notice" in flight) {
        countUnknownNotice(flight.notice);
        if (effect) await sendNotice(flight.notice, context);
        continue;
      }
      if (flight.step.do === "post") countUnknown(flight.delivery);
      if (effect) await takeStep(flight.step, flight.delivery, context).catch(() => undefined);
    }
    flights.clear();
    progress = new Map();
    const stored = decodeOwnState(encodeOwnState(own));
    if (stored === undefined) violations.push("a state that cannot be read again");
    else own = takeOver(stored);
  }

  return {
    messages,
    notices,
    unknownPosts,
    unknownNotices,
    violations,
    own: () => own,
    wanted: () => look().wanted,
    plan: planNow,
    async run(command) {
      start();
      const flight = "which" in command ? [...flights.keys()][command.which % Math.max(1, flights.size)] : undefined;
      const message = "which" in command ? messages[command.which % Math.max(1, messages.length)] : undefined;
      if (command.do === "end" && flight !== undefined) await end(flight, command.how);
      if (command.do === "review")
        request = { ...request, reviews: [...request.reviews, toReview({ reason: `${now}` })] };
      if (command.do === "close") observed = settleStatus(command.status, observed);
      if (command.do === "advance") now += command.ms;
      if (command.do === "deleteMessage" && message) message.deleted = true;
      if (command.do === "lockMessage" && message) message.locked = true;
      if (command.do === "die") await die(command.effect);
    },
    async calmDown() {
      const until = now + 3 * hour;
      for (let round = 0; ; round += 1) {
        if (round > 1_000) {
          violations.push("never comes to rest");
          return;
        }
        start();
        const index = [...flights.keys()][0];
        if (index !== undefined) await end(index, "ok");
        else {
          const { wakeAt } = planNow();
          if (wakeAt === undefined || wakeAt > until) return;
          now = Math.max(now, wakeAt);
        }
      }
    },
  };
}

function toError(how: Exclude<Ending, "ok">): Error {
  if (how === "lost" || how === "silent") return new PluginError("timeout", "no answer", { ambiguous: true });
  if (how === "internal") return new TypeError("a fault of ours");
  return new PluginError(how, "refused", how === "rate_limited" ? { retryAfterMs: 3_000 } : {});
}

const untouched = { sign: undefined, deleted: false, locked: false };

function createPlatform(messages: PlatformMessage[], notices: PlatformNotice[], abilities: Abilities): Messenger {
  function find(sent: SentMessage): PlatformMessage {
    const found = messages.find(({ place, id }) => place === sent["channel"] && id === sent["id"]);
    if (found === undefined || found.deleted) throw new PluginError("message_not_found", "The message was deleted.");
    return found;
  }

  return {
    platform: "model",
    stored: slashAddress,
    async *check() {},
    findRecipient: async (raw): Promise<Recipient> => ({ id: raw, kind: "channel" }),
    async post(to, message, key) {
      const id = `m${messages.length}`;
      const shown = toShown(message);
      messages.push({ place: to.id, id, key, shown, reviews: [], outcomes: [], ...untouched });
      return { channel: to.id, id };
    },
    async edit(sent, message) {
      const found = find(sent);
      if (found.locked) throw new PluginError("message_locked", "Too old to be edited.");
      found.shown = toShown(message);
      return sent;
    },
    ...(abilities.reply && {
      async reply(sent: SentMessage, what: Parameters<NonNullable<Messenger["reply"]>>[1]) {
        const found = find(sent);
        if (what.kind === "review") found.reviews.push(what.reason);
        else found.outcomes.push(what.status);
      },
    }),
    ...(abilities.react && {
      async react(sent: SentMessage, status: MessageStatus) {
        find(sent).sign = status;
      },
    }),
    ...(abilities.notify && {
      async notify(to: Recipient, { status }: Notice, key: string) {
        notices.push({ key, status });
        return { channel: to.id, id: `n${notices.length}` };
      },
    }),
    ...(abilities.findPosted && {
      async findPosted(to: Recipient, key: string) {
        if (notices.some((notice) => notice.key === key)) return { channel: to.id, id: "notice" };
        const found = messages.find((message) => message.place === to.id && message.key === key && !message.deleted);
        return found === undefined ? undefined : { channel: found.place, id: found.id };
      },
    }),
  };
}
