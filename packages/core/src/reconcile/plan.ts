import { isFinal } from "../domain/request-message.ts";
import { isTierLeft } from "../routing/decision.ts";
import { type Delivery, isLive, type OwnState, type Shown } from "./delivery.ts";

/**
 * The heart of delivery, pure: what is wanted and what is known in, what to do now out. It is asked again after every
 * result and every event, so it never has to think ahead.
 */
export interface PlanInput {
  readonly own: OwnState;
  /** What every message has to show. */
  readonly wanted: Wanted;
  /** Calls under way and waits, by index of the delivery; absent means idle and free. */
  readonly progress: ReadonlyMap<number, Progress>;
  readonly abilities: Abilities;
  /** First posts wait until this moment for what look-ups may still find; absent when they need not. */
  readonly postNotBefore?: number;
  /** Monotonic milliseconds. */
  readonly now: number;
}

export interface Wanted {
  readonly shows: Shown;
  /** True when the request itself is in sight; false leaves only its status to compare. */
  readonly complete: boolean;
  /** Reviews submitted so far. */
  readonly reviews: number;
}

/** Where one delivery of a running session stands. */
export interface Progress {
  readonly busy?: boolean;
  /** Nothing may start before this moment, in monotonic milliseconds. */
  readonly notBefore?: number;
  /** The reply waits on its own: a failing reply never holds up an edit. */
  readonly replyNotBefore?: number;
  /** So does the sign. */
  readonly signNotBefore?: number;
}

/** What the platform can do, from the optional methods of its messenger, as far as it is switched on. */
export interface Abilities {
  readonly reply: boolean;
  readonly findPosted: boolean;
  readonly react: boolean;
  readonly notify: boolean;
}

/** Stands for the requester's notice among the indexes of deliveries. */
export const requesterIndex = -1;

export type Step =
  | { readonly do: "resolve" | "search" | "post" | "edit" | "outcome" | "react"; readonly index: number }
  | { readonly do: "notify"; readonly index: typeof requesterIndex }
  | { readonly do: "reply"; readonly index: number; readonly review: number }
  /** No call: the delivery simply becomes this. */
  | { readonly do: "become"; readonly index: number; readonly delivery: Delivery };

export interface Plan {
  readonly steps: readonly Step[];
  /** When the next step becomes possible by itself, in monotonic milliseconds. */
  readonly wakeAt?: number;
  /** The next tier of recipients has to be asked: the platform knows nobody of this one. */
  readonly fallThrough: boolean;
}

export function plan(input: PlanInput): Plan {
  const { own, progress, now } = input;
  const taken = takenPlaces(input);
  const steps: Step[] = [];
  let wakeAt: number | undefined;

  /** The first of a delivery's steps that may be taken; else the moment when one may. */
  function take(index: number, due: readonly Step[]): void {
    let soonest: number | undefined;
    for (const step of due) {
      const at = earliest(step, progress.get(index) ?? idle, input);
      if (at <= now) {
        steps.push(step);
        return;
      }
      soonest = Math.min(soonest ?? at, at);
    }
    if (soonest !== undefined) wakeAt = Math.min(wakeAt ?? soonest, soonest);
  }

  // Each message waits for itself alone, and so does the requester's notice.
  own.deliveries.forEach((delivery, index) => {
    if (!progress.get(index)?.busy) take(index, dueSteps(delivery, index, input, taken));
  });
  if (!progress.get(requesterIndex)?.busy) take(requesterIndex, tellRequester(input));
  return { steps, ...(wakeAt === undefined ? {} : { wakeAt }), fallThrough: nobodyKnown(input) };
}

const idle: Progress = {};

function earliest(step: Step, progress: Progress, input: PlanInput): number {
  switch (step.do) {
    case "become":
      return 0;
    case "reply":
      return progress.replyNotBefore ?? 0;
    case "react":
      return progress.signNotBefore ?? 0;
    case "post":
      return Math.max(progress.notBefore ?? 0, input.postNotBefore ?? 0);
    default:
      return progress.notBefore ?? 0;
  }
}

/**
 * Which delivery owns each resolved place: the one that told it, else one whose call is under way or came to an unknown
 * end, else the first that is going to post. Two raw forms of one place must never post side by side.
 */
function takenPlaces({ own, progress }: PlanInput): ReadonlyMap<string, number> {
  const taken = new Map<string, number>();
  const ranks: number[] = [];
  own.deliveries.forEach((delivery, index) => {
    const place = delivery.to?.id;
    const rank = claimRank(delivery, progress.get(index));
    if (place === undefined || rank === undefined) return;
    ranks[index] = rank;
    const holder = taken.get(place);
    // Of equal claims the first holds.
    if (holder === undefined || rank < (ranks[holder] ?? 0)) taken.set(place, index);
  });
  return taken;
}

/** How strong a claim on its place is, 0 the strongest; undefined when there is none. */
function claimRank(delivery: Delivery, progress: Progress | undefined): number | undefined {
  if (delivery.address !== undefined) return 0;
  if (delivery.state !== "waiting" && delivery.state !== "blocked") return undefined;
  if (progress?.busy) return 1;
  if (delivery.unsure) return 2;
  return delivery.state === "waiting" ? 3 : 4;
}

/** What this delivery still needs, most urgent first. */
function dueSteps(
  delivery: Delivery,
  index: number,
  input: PlanInput,
  taken: ReadonlyMap<string, number>,
): readonly Step[] {
  switch (delivery.state) {
    case "waiting":
    case "blocked":
      return isFinal(input.wanted.shows.status)
        ? [closedBeforeTold(delivery, index, input, taken)]
        : [tell(delivery, index, input, taken)];
    case "sent":
      return isLive(delivery) ? keepTrue(delivery, index, input) : [];
    default:
      return [];
  }
}

/**
 * Nobody is told of a request that is over already; but a message may be out there that we do not know of. Where it can be
 * searched it is found and edited. Else, if whoever was posting died over it, the outcome is posted: a reader of the first
 * message has to learn it. What the platform itself left open (an outage, mostly) is counted and left.
 */
function closedBeforeTold(
  delivery: Delivery,
  index: number,
  input: PlanInput,
  taken: ReadonlyMap<string, number>,
): Step {
  if (!delivery.unsure) return { do: "become", index, delivery: { ...delivery, state: "skipped" } };
  // A place that the platform does not find cannot be searched, and one that refuses us is not asked again for ever.
  const blocked = delivery.state === "blocked";
  const canLearn = input.abilities.findPosted ? !blocked || delivery.to !== undefined : !blocked && delivery.cutOff;
  if (!canLearn) return { do: "become", index, delivery: { ...delivery, state: "orphan" } };
  return tell(delivery, index, input, taken);
}

function tell(delivery: Delivery, index: number, input: PlanInput, taken: ReadonlyMap<string, number>): Step {
  if (delivery.to === undefined) return { do: "resolve", index };
  // Its message may be out there even where another delivery owns the place by now.
  if (delivery.unsure && input.abilities.findPosted) return { do: "search", index };
  const owner = taken.get(delivery.to.id) ?? index;
  if (owner !== index) return { do: "become", index, delivery: { ...delivery, state: "skipped" } };
  return { do: "post", index };
}

/** The newest edit first, then the replies in order, then the sign; none that has to wait ever holds up an edit. */
function keepTrue(delivery: Delivery, index: number, { own, wanted, abilities }: PlanInput): Step[] {
  const steps: Step[] = [];
  if (!delivery.locked && isStale(delivery, wanted)) steps.push({ do: "edit", index });
  if (abilities.reply && delivery.replies < wanted.reviews) {
    steps.push({ do: "reply", index, review: delivery.replies });
  }
  if (delivery.locked && abilities.reply && outcomeIsUntold(delivery, wanted)) steps.push({ do: "outcome", index });
  if (abilities.react && signIsMissing(delivery, own, wanted)) steps.push({ do: "react", index });
  return steps;
}

/** With the request out of sight only the status can be judged: what else the message shows stays as it is. */
export function isStale(delivery: Delivery, wanted: Wanted): boolean {
  const { shows } = delivery;
  if (shows === undefined || shows.status !== wanted.shows.status) return true;
  if (!wanted.complete) return false;
  if (shows.digest === undefined) return (shows.reviews ?? 0) < wanted.reviews;
  return shows.digest !== wanted.shows.digest;
}

/** A locked message cannot be edited; its reply counts as shown once it is out. */
function outcomeIsUntold(delivery: Delivery, wanted: Wanted): boolean {
  return isFinal(wanted.shows.status) && delivery.shows?.status !== wanted.shows.status;
}

/** A message carries no sign of an outcome that it does not show. */
function signIsMissing(delivery: Delivery, own: OwnState, wanted: Wanted): boolean {
  const { status } = wanted.shows;
  return own.sign === status && delivery.sign !== status && delivery.shows?.status === status;
}

/** Once for each outcome; who cannot be reached is not tried for ever. */
function tellRequester({ own, wanted, abilities }: PlanInput): readonly Step[] {
  const { notice } = own;
  const due = abilities.notify && notice?.state === "waiting" && notice.status === wanted.shows.status;
  return due ? [{ do: "notify", index: requesterIndex }] : [];
}

/** Whether the platform knows nobody of this tier. */
function nobodyKnown({ own, wanted }: PlanInput): boolean {
  const answers = own.deliveries.map(({ state, code }) => (state === "blocked" ? code : undefined));
  return !isFinal(wanted.shows.status) && isTierLeft(answers);
}
