import type { ErrorCode } from "../base/plugin-error.ts";
import type { RequestState } from "../domain/access-request.ts";
import type { MessageStatus } from "../domain/request-message.ts";
import type { Recipient } from "../messenger.ts";
import type { DeliveryState } from "../reconcile/delivery.ts";
import type { RoutedReviewer, RoutedRole, RoutingTier } from "../routing/recipient-router.ts";
import type { JudgedRule } from "../routing/rule-router.ts";

/**
 * Who is told of one Access Request, and why. As JSON it is what `explain --json` prints: fields may be added, none
 * changes its meaning. Texts come from people and from the cluster: whoever prints them makes them harmless.
 */
export interface Explanation {
  readonly request: ExplainedRequest;
  /** Name of the plugin: rules are meant for it that carry exactly this name. */
  readonly plugin: string;
  /** Whether somebody was told of this request, or is going to be, as far as can be told. */
  readonly told: boolean;
  /** What could not be read, and what else the reader has to know about this explanation. */
  readonly notes: readonly ExplanationNote[];
  /** What was decided when the request was first seen. It holds, whatever changed since. Absent: nothing yet. */
  readonly decided?: FrozenDecision;
  /** What a request like this one would lead to now. Absent when the request itself is gone. */
  readonly now?: FreshDecision;
}

/** The request as far as it is known; of one that is gone, what the first decision kept. */
export interface ExplainedRequest {
  readonly id: string;
  readonly user: string;
  readonly roles: readonly string[];
  readonly state: RequestState | "gone";
  readonly created?: Date;
  /** As `/cluster/kind/name[/sub]`. */
  readonly resources: readonly string[];
  readonly suggestedReviewers: readonly string[];
}

export interface ExplanationNote {
  readonly message: string;
  readonly fix?: string;
}

/** What stands in the plugin data of the request. */
export interface FrozenDecision {
  /** `adopted`: the official plugin chose. */
  readonly tier: RoutingTier;
  /** The final status that was decided; absent while the request is open. */
  readonly status?: MessageStatus;
  readonly recipients: readonly FrozenRecipient[];
  /** Suggested reviewers left out because there were too many. */
  readonly cut: number;
  /** Recipients left out for want of space. */
  readonly omitted: number;
}

export interface FrozenRecipient {
  /** As configured or suggested; empty where the official plugin told somebody and stored only the message. */
  readonly raw: string;
  /** `sent`: told. `waiting`: going to be told. `blocked`: an operator has to change something first. */
  readonly state: Exclude<DeliveryState, "omitted">;
  /** Why it is blocked or gone. */
  readonly code?: ErrorCode;
  readonly to?: Recipient;
  /** The message, as the official plugin would write its address. */
  readonly message?: string;
  /** What the platform says of it now; absent when it was told already, or when nobody asked. */
  readonly lookUp?: LookUp;
}

/** The answer of the platform. */
export type LookUp =
  | { readonly found: Recipient }
  | { readonly error: { readonly code: ErrorCode; readonly message: string; readonly fix?: string } };

/** The evaluation, step by step. */
export interface FreshDecision {
  /** Every rule for this plugin, by name. */
  readonly rules: readonly JudgedRule[];
  /** Every requested role, with the entry of the role map that serves it. */
  readonly roles: readonly RoutedRole[];
  readonly reviewers: readonly RoutedReviewer[];
  /** The tier whose recipients are told. */
  readonly tier: RoutingTier;
  /** The rules chose, and the platform knows nobody of theirs: the next tier serves. */
  readonly fellThrough: boolean;
  /** In the order they are told; of a tier that was left as well. */
  readonly recipients: readonly FreshRecipient[];
  /** Suggested reviewers left out because there are too many. */
  readonly cut: number;
}

export interface FreshRecipient {
  readonly raw: string;
  /** Who brought it: rules, entries of the role map, and `suggested` for a suggested reviewer. */
  readonly from: readonly RecipientSource[];
  readonly tier: RoutingTier;
  /**
   * `told`: would be told (where nobody asked the platform: tried). `duplicate`: the same place as one before it.
   * `retry`: the platform gave no answer, it would be asked again. `blocked`: an operator has to change something.
   * `refused`: the platform refuses the plugin as a whole. `gone`: will never work. `omitted`: no space for so many.
   */
  readonly outcome: "told" | "duplicate" | "retry" | "blocked" | "refused" | "gone" | "omitted";
  /** Absent when nobody asked the platform. */
  readonly lookUp?: LookUp;
}

export type RecipientSource =
  | { readonly rule: string }
  | { readonly role: string; readonly entry: string }
  | { readonly suggested: true };
