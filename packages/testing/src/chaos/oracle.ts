/** What is known of one request when a run is judged. */
export interface RequestFacts {
  readonly id: string;
  /** How people left it. */
  readonly state: "pending" | "approved" | "denied" | "promoted" | "deleted";
  /** Its messages, oldest first. */
  readonly messages: readonly MessageFacts[];
}

export interface MessageFacts {
  readonly id: string;
  /** One of the places everybody is told at. */
  readonly place: string;
  /** The whole text as its readers see it. */
  readonly text: string;
  /** Whether the plugin's record knows it. */
  readonly stored: boolean;
  /** Whether nobody could know that it was posted: see {@link createExcuses}. */
  readonly excused: boolean;
}

/** One broken promise. */
interface Failure {
  readonly kind: "lost" | "stale" | "duplicate" | "unknown";
  readonly request: string;
  readonly text: string;
}

export interface Verdict {
  readonly failures: readonly Failure[];
  /** Messages beyond the first of one request in one place, and how many of all messages excuse one. */
  readonly duplicates: number;
  readonly excuses: number;
}

/** The words a final state may be shown by; a deletion that nobody watched is told as such. */
const finalWords: Readonly<Record<Exclude<RequestFacts["state"], "pending">, readonly string[]>> = {
  approved: ["APPROVED"],
  denied: ["DENIED"],
  promoted: ["PROMOTED"],
  deleted: ["REMOVED", "EXPIRED", "CLOSED"],
};

/** Judges by the platform's own messages: nobody lost, nothing stale, nobody told twice without a call to blame. */
export function judge(requests: readonly RequestFacts[], places: readonly string[]): Verdict {
  const failures: Failure[] = [];
  let duplicates = 0;
  let excuses = 0;
  for (const request of requests) {
    failures.push(...findUntrue(request));
    for (const place of places) {
      const there = request.messages.filter((message) => message.place === place);
      const excused = there.filter((message) => message.excused).length;
      const extra = Math.max(0, there.length - 1);
      duplicates += extra;
      excuses += excused;
      // An orphan of an open request does not count as told: somebody who can be kept up to date is missing.
      if (request.state === "pending" && !there.some(({ stored }) => stored))
        failures.push(fail("lost", request, `never told: ${place}`));
      if (extra > excused) {
        const text = `${there.length} messages in ${place}, ${excused} of them posted by a call nobody knows the end of`;
        failures.push(fail("duplicate", request, text));
      }
    }
  }
  return { failures, duplicates, excuses };
}

function findUntrue(request: RequestFacts): Failure[] {
  return request.messages.flatMap((message): Failure[] => {
    if (!message.stored) {
      // A message without a record is the orphan of a call that nobody knows the end of.
      return message.excused
        ? []
        : [fail("unknown", request, `${message.place}: no record of a message that stands there`)];
    }
    const words = request.state === "pending" ? ["PENDING"] : finalWords[request.state];
    if (words.some((word) => message.text.includes(word))) return [];
    return [fail("stale", request, `${message.place} does not show ${words.join(" or ")}: ${firstLine(message.text)}`)];
  });
}

function fail(kind: Failure["kind"], { id }: RequestFacts, text: string): Failure {
  return { kind, request: id, text };
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
