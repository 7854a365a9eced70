import type { Call } from "./base/call.ts";
import type { Reminder } from "./domain/reminder.ts";
import type { MessageStatus, Notice, Reply, RequestMessage } from "./domain/request-message.ts";

export type { Call } from "./base/call.ts";

/**
 * A place messages go to, as the platform knows it. `id` is never empty and is the identity used for
 * de-duplication: two raw recipients of one person or channel give the same id.
 */
export interface Recipient {
  readonly id: string;
  readonly kind: "person" | "channel";
}

/** The address of a posted message. Strings only, few and short: it is stored in Teleport's plugin data. */
export type SentMessage = Readonly<Record<string, string>>;

/** One finding of {@link Messenger.check}. */
export interface Check {
  /** Stable, for machines: `token`, `scopes`, `app`. */
  readonly code: string;
  readonly level: "ok" | "warning" | "error";
  /** What was found, as a sentence. */
  readonly message: string;
  /** What to do about it; on warnings and errors. */
  readonly fix?: string;
}

/**
 * How the official plugin writes one message address into its `messages` key, so that either program can take over
 * from the other.
 */
export interface StoredAddress {
  /** One entry, without the separating comma. */
  encode(sent: SentMessage): string;
  /** Undefined for an entry that is not in this form: it is skipped, as the official plugin does. */
  decode(entry: string): SentMessage | undefined;
  /**
   * The most bytes one encoded entry can take, and also the address it stands for with its keys, as JSON. Space for both
   * is reserved before posting, and 64 bytes for the recipient's id.
   */
  readonly maxBytes: number;
}

/**
 * One chat platform. Small methods that do one thing to one place and throw {@link PluginError} only. Retries,
 * deadlines, order, memory and the choice of recipients are core's. A missing optional method means that the platform
 * cannot do it.
 */
export interface Messenger {
  /** For logs and metrics. */
  readonly platform: string;
  readonly stored: StoredAddress;
  /** Looks at token, scopes, app: one finding each. Throws only for what prevents looking (network, 5xx). */
  check(call: Call): AsyncIterable<Check>;
  /**
   * Resolves one configured or suggested recipient. `person` never gives a channel. Not found throws
   * `recipient_unknown`, a place we may not use `recipient_forbidden`, a deactivated or archived one
   * `recipient_gone`, each with its fix; never an empty id.
   */
  findRecipient(raw: string, as: "any" | "person", call: Call): Promise<Recipient>;
  /**
   * The same for somebody who only wants to know: changes nothing that people on the platform could notice. The id tells
   * places apart, but need not be the one to post to. Absent where {@link findRecipient} changes nothing anyway.
   */
  previewRecipient?(raw: string, as: "any" | "person", call: Call): Promise<Recipient>;
  /**
   * Posts a new message. `key` is the same for every try of one delivery and cannot be guessed by anybody else: for
   * platforms that de-duplicate or let us search for our own mark.
   */
  post(to: Recipient, message: RequestMessage, key: string, call: Call): Promise<SentMessage>;
  /** Searches for a message posted with this key, checking author and place. Undefined: there is none. */
  findPosted?(to: Recipient, key: string, call: Call): Promise<SentMessage | undefined>;
  /** Makes the message show `message`. Harmless when repeated; may return a refreshed address. */
  edit(sent: SentMessage, message: RequestMessage, call: Call): Promise<SentMessage>;
  /** Adds one reply below the message. */
  reply?(sent: SentMessage, what: Reply, key: string, call: Call): Promise<void>;
  /**
   * Marks the message with the platform's sign for `status` and takes away the sign for `before`, if it had one;
   * repeating is harmless. A token that may not do this throws `missing_scope`, and everything else still works.
   */
  react?(sent: SentMessage, status: MessageStatus, before: MessageStatus | undefined, call: Call): Promise<void>;
  /** Tells the requester the outcome in a message of their own, with `key` as in {@link post}. */
  notify?(to: Recipient, notice: Notice, key: string, call: Call): Promise<SentMessage>;
  /** Reminds the owner of access lists of the reviews they owe. `key` as for {@link Messenger.post}. */
  remind?(to: Recipient, reminder: Reminder, key: string, call: Call): Promise<SentMessage>;
  /** Removes the app from the recipient. */
  uninstall?(to: Recipient, call: Call): Promise<void>;
}
