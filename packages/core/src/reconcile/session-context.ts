import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Meter } from "../base/meter.ts";
import type { Random } from "../base/random.ts";
import type { Enricher } from "../enrich/enricher.ts";
import type { Messenger } from "../messenger.ts";
import type { RecipientDirectory } from "../routing/recipient-directory.ts";
import type { Router } from "../routing/router.ts";
import type { AbilitySwitch } from "./ability-switch.ts";
import type { ClientGate } from "./client-gate.ts";
import type { Delivery, RequesterNotice } from "./delivery.ts";
import type { Abilities } from "./plan.ts";
import type { PluginDataStore } from "./plugin-data-store.ts";
import type { Attempts } from "./progress.ts";
import type { ClusterView } from "./request-view.ts";

/** What all sessions of a notifier share. */
export interface SessionContext {
  readonly store: PluginDataStore;
  readonly messenger: Messenger;
  readonly directory: RecipientDirectory;
  readonly gate: ClientGate;
  readonly abilities: AbilityView;
  readonly enricher: Enricher;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly meter: Meter;
  /** Random per process: the holder in our leases. */
  readonly holder: string;
  cluster(): ClusterView;
  /** Decides who is told of a new request. */
  readonly router: Router;
  /** Teleport refuses our writes; an operator has to look at our role. */
  storeRefused(problem: string | undefined): void;
}

/** What can be done on this platform now. */
interface AbilityView extends Pick<AbilitySwitch, "turnOff"> {
  all(): Abilities;
}

/** What a session hands to the next one of the same request, within this process. */
export interface Carry {
  /** Belongs to the record with this nonce. */
  readonly nonce: string;
  readonly progress: ReadonlyMap<number, Attempts>;
  /** Messages that were posted or edited, or may have been posted, which could not be stored. */
  readonly posted: readonly Delivery[];
  /** What became of the requester's notice, if that could not be stored. */
  readonly notice?: RequesterNotice;
}

export interface SessionEnd {
  /** Look again after so many milliseconds; absent: not before something happens. */
  readonly againInMs?: number;
  readonly carry?: Carry;
}
