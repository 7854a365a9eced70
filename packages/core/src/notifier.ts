import type { Clock } from "./base/clock.ts";
import type { Log } from "./base/log.ts";
import type { Meter } from "./base/meter.ts";
import type { Random } from "./base/random.ts";
import type { Messenger } from "./messenger.ts";
import type { TeleportClient } from "./teleport.ts";

/** What a notifier is built from. */
export interface NotifierOptions {
  /**
   * Name of our entry in Teleport's plugin data and of the Access Monitoring Rules meant for us. The official plugins
   * use the name of their platform; an in-house notifier takes a name of its own.
   */
  readonly pluginName: string;
  readonly teleport: TeleportClient;
  readonly messenger: Messenger;
  readonly routes: Routes;
  /** Tells requesters the outcome in a message of their own, where the platform can. Default true. */
  readonly notifyRequester?: boolean;
  /** Puts a sign of the outcome on every message, where the platform has such signs. Default true. */
  readonly statusReactions?: boolean;
  /** Oldest Teleport version to work with, as a semantic version; older servers end the start. */
  readonly minServerVersion?: string;
  /** End with an error instead of reconnecting when the watch ends (`TELEPORT_PLUGIN_FAIL_FAST`). */
  readonly failFast?: boolean;
  /**
   * Remind the owners of access lists of the reviews they owe, when the messenger can. Default true; off by itself where
   * the cluster has no access lists or the role may not list them.
   */
  readonly accessListReminders?: boolean;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  readonly meter?: Meter;
}

/** Who is told, from the configuration. */
export interface Routes {
  /** Role name to raw recipients; `"*"` serves roles without an entry of their own. */
  readonly roleToRecipients: Readonly<Record<string, readonly string[]>>;
  /** The most suggested reviewers of one request that are told; the rest is counted and shown. */
  readonly maxSuggestedReviewers: number;
}

/** Why a notifier is or is not ready, one line per dependency. */
export interface NotifierStatus {
  readonly ready: boolean;
  /** What keeps it from being ready, as sentences an operator can act on; empty when ready. */
  readonly problems: readonly string[];
  readonly openRequests: number;
}

/** Watches one cluster and keeps one platform's messages true. */
export interface Notifier {
  /**
   * Runs until `signal` aborts: then it takes in nothing new, finishes or persists what is in flight and resolves.
   * Rejects with a {@link PluginError} for what no retry can mend (refused credentials, a server that is too old, a
   * failed platform check), or, with `failFast`, when the watch ends.
   */
  run(signal: AbortSignal): Promise<void>;
  status(): NotifierStatus;
  /** Resolves when the first start join is done, as often as asked; rejects when `run` ends before. */
  ready(): Promise<void>;
  /** Tries everything again that waits for an operator: blocked recipients, a refused client. After a reload. */
  retryNow(): void;
}
