/** Somebody with an account on the simulated platform. */
export interface SimulatedPerson {
  /** As shown by the platform: `Alice`. */
  readonly name: string;
  readonly email: string;
}

/** Whom a role's requests go to, without the platform's own notation. */
export type SimulatedRecipient =
  | { readonly person: string /** e-mail address; need not exist, to show what happens then */ }
  | { readonly channel: string /** name; the channel is created with the bot in it */ };

/** What one simulation is started with. */
export interface SimulationOptions {
  /** `host:port` of the simulated Auth Service. */
  readonly addr: string;
  /** Path of the plugin's identity file. */
  readonly identity: string;
  /** An existing folder of its own; the configuration is written there. */
  readonly dir: string;
  readonly people: readonly SimulatedPerson[];
  /** Role name, or `*`, to recipients. */
  readonly roles: Readonly<Record<string, readonly SimulatedRecipient[]>>;
}

/** A message as its readers see it now. */
export interface SimulatedMessage {
  /** The same for all states of one message. */
  readonly id: string;
  /** Where it is, for people: `#access-requests`, `Alice (direct message)`. */
  readonly place: string;
  /** What a reader sees, for a terminal: several lines, replies indented below. */
  readonly text: string;
}

/** What the plugin asks of a platform, in words all platforms share. */
export type SimulatedCallKind = "look-up" | "post" | "edit" | "reply";

/** One call of the plugin to the platform, as it happened. */
export interface SimulatedCall {
  /** Counts from 1 on each host of the platform. */
  readonly number: number;
  readonly kind: SimulatedCallKind | "other";
  /** The place it is about, as in {@link SimulatedMessage}; empty when it is about none. */
  readonly place: string;
  /** What was sent, and for a reply what it replies to: enough to find a request's id in it. */
  readonly text: string;
  /** When it arrived, in milliseconds since 1970. */
  readonly at: number;
  /** When its answer was complete or its caller gone; undefined while it is open. */
  readonly endedAt: number | undefined;
  /** Whether it took effect. */
  readonly accepted: boolean;
  /** `ok`, the platform's own word for a refusal, an HTTP status or the fault it met. */
  readonly outcome: string;
  /** No honest answer reached the caller: a cut, a time-out, a 5xx, or the caller is gone. */
  readonly unanswered: boolean;
}

/**
 * What goes wrong with calls at the platform. Without effect: `unavailable` (503), `throttled` (429, wait a second),
 * `throttled-silently` (429 without a time), `cut`. With effect: `lost` (the connection is cut before the answer),
 * `garbled` (half an answer), `hanging` (no answer at all).
 */
export type PlatformTrouble =
  | "unavailable"
  | "throttled"
  | "throttled-silently"
  | "cut"
  | "lost"
  | "garbled"
  | "hanging";

/** Which calls meet a trouble. */
export interface TroubleOptions {
  /** Absent: every call, signing in and looking up included. */
  readonly call?: SimulatedCallKind;
  /** For how many calls; absent: until it is healed. */
  readonly times?: number;
  /** Only calls about this channel, by its simulated name. */
  readonly channel?: string;
}

/** What people do at the platform that ends a message, a place or a person for good, or takes the bot away. */
export type Mishap =
  | { readonly what: "message deleted"; readonly id: string }
  | { readonly what: "channel archived" | "bot removed"; readonly channel: string }
  | { readonly what: "person deactivated"; readonly person: string };

/** Which calls of the plugin stand still at the platform. */
export interface HoldOptions {
  readonly call: SimulatedCallKind;
  /** `before`: the platform has accepted nothing. `after`: it has, and has not answered. */
  readonly when: "before" | "after";
  /** Only posts to this channel, by its simulated name. */
  readonly channel?: string;
}

/** Calls that stand still at the platform until they are released or their caller is gone. */
export interface HeldCalls {
  /** Waits until so many calls (1) stand still; rejects after 20 s. */
  untilHeld(count?: number): Promise<void>;
  release(): void;
}

/** What benches need: much, and cheap to look at. What the platform refuses it refuses all the while. */
export interface SimulatedLoad {
  /** From now on every call takes so long. */
  setLatency(ms: number): void;
  /**
   * From now on each channel takes so many messages a second and not two at once; what is more is answered with 429 and
   * Retry-After. A platform that counts all channels together takes as many as all of them may.
   */
  limitPosts(perSecond: number): void;
  /** `calls()` without what was said; a reply may count as `post`. */
  traffic(): readonly Traffic[];
}

/** One call, for counting. */
export type Traffic = Pick<SimulatedCall, "kind" | "at" | "endedAt" | "accepted">;

/** A chat platform at work on this machine. */
export interface RunningSimulation {
  /** Arguments of the plugin's `start`; run `[entry, ...args]` with Node. */
  readonly args: readonly string[];
  /** All messages, oldest first. */
  messages(): readonly SimulatedMessage[];
  /** Each message when it appears and again whenever it looks different, until `signal` aborts. */
  changes(signal: AbortSignal): AsyncIterable<SimulatedMessage>;
  /** Waits until the messages fit; rejects after `timeoutMs` (20 s). */
  untilMessages(fits: (messages: readonly SimulatedMessage[]) => boolean, timeoutMs?: number): Promise<void>;
  hold(options: HoldOptions): HeldCalls;
  /** Every call so far, oldest first on each host. */
  calls(): readonly SimulatedCall[];
  trouble(what: PlatformTrouble, options?: TroubleOptions): void;
  /** Ends all troubles and opens everything held. */
  heal(): void;
  befall(mishap: Mishap): void;
  /** From now on every call takes so long, in milliseconds. */
  setLatency(ms: number): void;
  /**
   * From now on the limits the platform documents are enforced, counted anew; at first none are. Gives how many requests
   * at once, told in three channels each, are too many for them.
   */
  enforceRates(): number;
  readonly load: SimulatedLoad;
  /** The credentials the plugin uses here: no line it prints may hold them. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

/**
 * One platform on a laptop. Every app exports its own as `simulation` from `src/simulate.ts`, so that the playground
 * finds platforms by glob and imports none.
 */
export interface Simulation {
  /** The platform's name as people write it. */
  readonly title: string;
  /** The app's name, which is also its folder below `apps`. */
  readonly app: string;
  /** Absolute path of the script that is the plugin, unbuilt. */
  readonly entry: string;
  /** How its messages show that they carry the sign of an approval; absent where bots cannot react. */
  readonly approvalSign?: string;
  /** Starts the fake platform and writes the plugin's configuration. */
  start(options: SimulationOptions): Promise<RunningSimulation>;
}
