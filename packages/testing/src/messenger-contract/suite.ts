import type { Clock, ErrorCode, Log, Messenger, RateLimiter, Recipient, SentMessage } from "@access-plugins/core";
import type { Judgement } from "../hostile/judgement.ts";

/** The optional methods of a messenger. */
export type Ability = "findPosted" | "reply" | "react" | "notify" | "remind" | "uninstall";

/** What the contract gives to every messenger it has built; the adapter passes them on to its own `createX`. */
export interface ContractDeps {
  readonly log: Log;
  readonly limiter: RateLimiter;
  /** Stands still until the contract moves it: adapters time their deadlines by it. */
  readonly clock: Clock;
}

/** Something that happens to the next HTTP call, whichever it is. */
export type ContractFault =
  /** The platform's way to say "too fast"; without `retryAfterSeconds` it does not say for how long. */
  | { readonly kind: "rate-limited"; readonly retryAfterSeconds?: number }
  /** HTTP 503; nothing has been carried out. */
  | { readonly kind: "server-error" }
  /** The connection is cut instead of an answer. */
  | { readonly kind: "cut"; readonly carriedOut: boolean }
  /** Nothing comes any more: no answer at all, or only its head. */
  | { readonly kind: "silence"; readonly at: "head" | "body" }
  /** HTTP 200 with the page of a captive portal. */
  | { readonly kind: "proxy-page" }
  /** HTTP 500 with the request's own headers in the body, as debugging proxies answer. */
  | { readonly kind: "echo" };

/** A message as the fake platform holds it. */
export interface ShownMessage {
  /** What a reader sees, without markup. */
  readonly text: string;
  /** Contents it has had, the first one included. */
  readonly versions: number;
  readonly replies: readonly ShownMessage[];
  /** Signs below it, in the platform's own words. */
  readonly reactions: readonly string[];
  /** The verdict of a parser that shares no code with what renders the messages. */
  judge(): Judgement;
}

/** One fake platform with its people and channels, for one test. */
export interface ContractRig {
  /** A messenger as after a restart of the process. */
  createMessenger(deps: ContractDeps): Messenger;
  /** Tokens and the like: none of them may ever be printed. */
  readonly secrets: readonly string[];
  /** Method and URL of every HTTP call so far, but for those that only fetch a token. */
  readonly requests: readonly string[];
  fault(fault: ContractFault): void;
  /** From now on the platform refuses the credentials. */
  breakCredentials(): void;
  /** Messages at the top level, deleted ones not counted. */
  messageCount(): number;
  find(sent: SentMessage): ShownMessage | undefined;
  /** As a person would. */
  deleteMessage(sent: SentMessage): void;
  /** Resolves once a call meets silence. */
  untilSilent(): Promise<void>;
  /** Resolves once the client has closed the connection of a call that was not answered. */
  untilAbandoned(): Promise<void>;
  close(): Promise<void>;
}

/** A way to write a recipient that the platform's documentation offers. */
export interface RecipientForm {
  /** In words, for the test's name: "e-mail address". */
  readonly form: string;
  readonly raw: string;
  readonly kind: Recipient["kind"];
}

/** A recipient that cannot be served. */
export interface RefusedRecipient {
  readonly why: string;
  readonly raw: string;
  readonly code: ErrorCode;
}

/** What differs between platforms. Everything else is the contract. */
export interface ContractSuite {
  /** Starts a fresh fake; called for each test. */
  open(): Promise<ContractRig>;
  readonly abilities: readonly Ability[];
  /** The adapter's deadline for one HTTP call, in milliseconds. */
  readonly deadlineMs: number;
  /** Every documented form; the first one is used wherever any will do. */
  readonly recipients: readonly [RecipientForm, ...RecipientForm[]];
  /** Raw forms of one and the same place, which must give one id. */
  readonly samePlace: readonly (readonly string[])[];
  readonly refused: readonly RefusedRecipient[];
  readonly stored: {
    /** One `messages` entry as the official plugin writes it, and what it means. */
    readonly official: { readonly entry: string; readonly sent: SentMessage };
    readonly malformed: readonly string[];
  };
}
