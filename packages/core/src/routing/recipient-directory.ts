import { abortable } from "../base/abortable.ts";
import type { Clock } from "../base/clock.ts";
import { PluginError } from "../base/plugin-error.ts";
import type { Call, Messenger, Recipient } from "../messenger.ts";

/** Finds recipients once: answers are kept for a while, and callers that ask for the same one share the look-up. */
export interface RecipientDirectory {
  find(raw: string, as: "any" | "person", call: Call): Promise<Recipient>;
  /** Forgets the answers that may have been mended by an operator: "unknown", "not allowed". */
  forgetFailures(): void;
}

export interface DirectoryOptions {
  readonly messenger: Messenger;
  readonly clock: Clock;
  /** How long a found recipient is believed. */
  readonly foundMs?: number;
  /** How long "unknown" is believed. */
  readonly unknownMs?: number;
  /** The most answers kept; the oldest go first. */
  readonly capacity?: number;
}

interface Answer {
  readonly result: Promise<Recipient>;
  until: number;
  failed: boolean;
}

const hour = 60 * 60 * 1_000;
/** Answers of the platform about the recipient itself; anything else is no answer and is not kept. */
const answers: ReadonlySet<string> = new Set([
  "recipient_unknown",
  "recipient_forbidden",
  "recipient_gone",
  "app_not_installed",
]);

export function createRecipientDirectory(options: DirectoryOptions): RecipientDirectory {
  const { messenger, clock, foundMs = hour, unknownMs = 60_000, capacity = 10_000 } = options;
  const known = new Map<string, Answer>();

  function keep(key: string, answer: Answer): void {
    known.delete(key);
    known.set(key, answer);
    const oldest = known.keys().next();
    if (known.size > capacity && !oldest.done) known.delete(oldest.value);
  }

  function lookUp(key: string, raw: string, as: "any" | "person", call: Call): Promise<Recipient> {
    const result = messenger.findRecipient(raw, as, call);
    const answer: Answer = { result, until: Number.POSITIVE_INFINITY, failed: false };
    keep(key, answer);
    result.then(
      () => {
        answer.until = clock.monotonic() + foundMs;
      },
      (thrown: unknown) => {
        answer.failed = true;
        if (thrown instanceof PluginError && answers.has(thrown.code)) answer.until = clock.monotonic() + unknownMs;
        else if (known.get(key) === answer) known.delete(key);
      },
    );
    return result;
  }

  /** The look-up we share belongs to another caller: if that one gave up, the answer is not ours. */
  async function share(raw: string, as: "any" | "person", call: Call, answer: Answer): Promise<Recipient> {
    try {
      return await abortable(answer.result, call.signal);
    } catch (thrown) {
      const theirs = thrown instanceof PluginError && (thrown.code === "aborted" || thrown.code === "conflict");
      if (!theirs || call.signal.aborted) throw thrown;
      return find(raw, as, call);
    }
  }

  async function find(raw: string, as: "any" | "person", call: Call): Promise<Recipient> {
    const key = `${as} ${raw}`;
    const answer = known.get(key);
    if (answer !== undefined && answer.until > clock.monotonic()) return share(raw, as, call, answer);
    return lookUp(key, raw, as, call);
  }

  return {
    find,
    forgetFailures() {
      for (const [key, answer] of known) if (answer.failed) known.delete(key);
    },
  };
}
