import type { SimulatedCall, SimulatedMessage } from "../simulation.ts";
import { type RequestOf, requestIdIn } from "./request-id-in.ts";

/** Which messages may have been posted without anybody knowing: each of them excuses one more. */
export interface Excuses {
  /**
   * A process has just died or stands still: what it posted and nobody has stored yet, and the posts under way, are
   * unknown to whoever comes next.
   */
  strike(): void;
  /** To be called about once a second: what stays unstored for half a lease may be taken over by another replica. */
  look(): void;
  /** Ids of all messages that are excused by now. */
  list(): ReadonlySet<string>;
}

export interface ExcuseSources {
  readonly now: () => number;
  messages(): readonly SimulatedMessage[];
  calls(): readonly SimulatedCall[];
  isStored(message: SimulatedMessage): boolean;
  readonly requestOf: RequestOf;
  /** Several processes share the work: then a lease can be lost. */
  readonly shared: boolean;
}

const halfLeaseMs = 4_000;

export function createExcuses(sources: ExcuseSources): Excuses {
  const excused = new Set<string>();
  const settled = new Set<string>();
  const firstSeen = new Map<string, number>();
  /** Posts that were under way at a strike, by number. */
  const struck = new Set<number>();

  function unsettled(): SimulatedMessage[] {
    const open = sources.messages().filter(({ id }) => !settled.has(id));
    for (const message of open) if (sources.isStored(message)) settled.add(message.id);
    return open.filter(({ id }) => !settled.has(id));
  }

  function posts(): SimulatedCall[] {
    return sources.calls().filter(({ kind }) => kind === "post");
  }

  function isUnknown({ unanswered, number }: SimulatedCall): boolean {
    return unanswered || struck.has(number);
  }

  return {
    strike() {
      for (const { id } of unsettled()) excused.add(id);
      for (const post of posts()) if (post.endedAt === undefined) struck.add(post.number);
    },
    look() {
      const now = sources.now();
      for (const { id } of unsettled()) {
        const since = firstSeen.get(id) ?? now;
        firstSeen.set(id, since);
        if (sources.shared && now - since >= halfLeaseMs) excused.add(id);
      }
    },
    list() {
      const accepted = Map.groupBy(
        posts().filter((post) => post.accepted),
        ({ place, text }) => `${requestIdIn(text)} ${place}`,
      );
      const shown = Map.groupBy(sources.messages(), (message) => `${sources.requestOf(message)} ${message.place}`);
      for (const [delivery, messages] of shown) {
        const made = accepted.get(delivery) ?? [];
        // A platform that recognises a repeated post makes fewer messages of them: then nobody knows which made which.
        const paired = made.length === messages.length;
        for (const [at, { id }] of messages.entries()) {
          const blamed = paired ? made.slice(at, at + 1) : made;
          if (blamed.some(isUnknown)) excused.add(id);
        }
      }
      return excused;
    },
  };
}
