import { createAnswerCache } from "../base/answer-cache.ts";
import type { Clock } from "../base/clock.ts";
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
  /** The most answers kept; those nobody has asked for the longest go first. */
  readonly capacity?: number;
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
  const failedMs = ({ code }: { readonly code: string }) => (answers.has(code) ? unknownMs : 0);
  const known = createAnswerCache<Recipient>({ clock, foundMs, failedMs, capacity });
  return {
    find: (raw, as, call) => known.find(`${as} ${raw}`, call, () => messenger.findRecipient(raw, as, call)),
    forgetFailures: known.forgetFailures,
  };
}
