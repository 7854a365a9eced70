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

/** Which calls of the plugin stand still at the platform. */
export interface HoldOptions {
  readonly call: "look-up" | "post" | "edit" | "reply";
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
  /** Starts the fake platform and writes the plugin's configuration. */
  start(options: SimulationOptions): Promise<RunningSimulation>;
}
