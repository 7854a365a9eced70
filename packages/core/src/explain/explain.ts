import { type ErrorCode, PluginError } from "../base/plugin-error.ts";
import type { Random } from "../base/random.ts";
import { type AccessRequest, toResourceText } from "../domain/access-request.ts";
import type { Recipient, StoredAddress } from "../messenger.ts";
import { createClaim } from "../reconcile/claim.ts";
import type { Delivery, OwnState } from "../reconcile/delivery.ts";
import { toVerdict } from "../reconcile/failure-table.ts";
import { toClaimFacts } from "../reconcile/official-record.ts";
import type { PluginRecord } from "../reconcile/record.ts";
import { type Decision, isTierLeft } from "../routing/decision.ts";
import type { Routing } from "../routing/recipient-router.ts";
import type {
  ExplainedRequest,
  Explanation,
  ExplanationNote,
  FreshDecision,
  FreshRecipient,
  FrozenDecision,
  FrozenRecipient,
  LookUp,
  RecipientSource,
} from "./explanation.ts";

/** Everything an explanation is made of. */
export interface ExplainInput {
  readonly id: string;
  readonly plugin: string;
  /** Absent when the request is gone. */
  readonly request?: AccessRequest;
  /** Absent exactly when the request is. */
  readonly decision?: Decision;
  /** What is stored on the request; absent when nobody looked. */
  readonly record?: PluginRecord;
  /** What the platform says of raw recipients; of those that are missing it was not asked. */
  readonly answers: ReadonlyMap<string, Recipient | PluginError>;
  /** How messages are stored; absent where nothing is. */
  readonly stored?: StoredAddress;
  readonly notes: readonly ExplanationNote[];
}

/** Puts the explanation together. Pure. */
export function explain(input: ExplainInput): Explanation {
  const { id, plugin, request, decision, record } = input;
  const decided = record?.kind === "known" ? toFrozen(record.own, input) : undefined;
  const now = request === undefined || decision === undefined ? undefined : toFresh(request, decision, input);
  return {
    request: request === undefined ? toGoneRequest(id, record) : toExplainedRequest(request),
    plugin,
    told: isTold(request, decided, now),
    notes: [...input.notes, ...toRecordNotes(record)],
    ...(decided === undefined ? {} : { decided }),
    ...(now === undefined ? {} : { now }),
  };
}

/** The tiers whose recipients matter now: one, and the next where the platform knows nobody of the first. */
export function toTiers({ routing, byRoles }: Decision, answers: ExplainInput["answers"]): readonly Routing[] {
  if (routing.tier !== "rules" || byRoles.recipients.length === 0) return [routing];
  return isTierLeft(routing.recipients.map((raw) => codeOf(answers.get(raw)))) ? [routing, byRoles] : [routing];
}

type Answer = Recipient | PluginError | undefined;

function codeOf(answer: Answer): ErrorCode | undefined {
  return answer instanceof PluginError ? answer.code : undefined;
}

/** What was decided holds; of an ended request that was never routed nobody is told any more. */
function isTold(request: AccessRequest | undefined, decided?: FrozenDecision, now?: FreshDecision): boolean {
  if (decided !== undefined) return decided.recipients.some(({ state }) => state === "sent" || state === "waiting");
  if (request?.state !== "pending") return false;
  return now?.recipients.some(({ outcome }) => outcome === "told" || outcome === "retry") ?? false;
}

function toExplainedRequest(request: AccessRequest): ExplainedRequest {
  const { id, user, roles, state, created, suggestedReviewers } = request;
  const resources = request.resources.map(toResourceText);
  return { id, user, roles, state, ...(created === undefined ? {} : { created }), resources, suggestedReviewers };
}

function toGoneRequest(id: string, record: PluginRecord | undefined): ExplainedRequest {
  const facts = record !== undefined && "facts" in record ? record.facts : undefined;
  const { user = "", roles = [], resources = [], suggestedReviewers = [] } = facts ?? {};
  return { id, user, roles, state: "gone", resources, suggestedReviewers };
}

function toRecordNotes(record: PluginRecord | undefined): ExplanationNote[] {
  if (record?.kind === "foreign") {
    return [
      { message: "A newer version of this program has decided; this one cannot read what, and leaves it alone." },
    ];
  }
  if (record?.kind !== "bare") return [];
  return [
    {
      message:
        "The official plugin has claimed this request and told nobody yet. If that stays so for a minute, this plugin takes over.",
    },
  ];
}

function toFrozen(own: OwnState, input: ExplainInput): FrozenDecision {
  const { tier, status, cut, omitted } = own;
  return {
    tier,
    ...(status === undefined ? {} : { status }),
    recipients: own.deliveries.flatMap((delivery) => toFrozenRecipient(delivery, input)),
    cut,
    omitted,
  };
}

function toFrozenRecipient({ raw, state, code, to, address }: Delivery, input: ExplainInput): FrozenRecipient[] {
  if (state === "omitted") return [];
  const answer = state === "sent" ? undefined : input.answers.get(raw);
  return [
    {
      raw,
      state,
      ...(code === undefined ? {} : { code }),
      ...(to === undefined ? {} : { to }),
      ...(address === undefined || input.stored === undefined ? {} : { message: input.stored.encode(address) }),
      ...toLookUp(answer),
    },
  ];
}

function toFresh(request: AccessRequest, decision: Decision, input: ExplainInput): FreshDecision {
  const tiers = toTiers(decision, input.answers);
  const last = tiers.at(-1) ?? decision.routing;
  return {
    rules: decision.byRules.judged,
    roles: decision.byRoles.roles,
    reviewers: decision.byRoles.reviewers,
    tier: last.tier,
    fellThrough: tiers.length > 1,
    recipients: tiers.flatMap((routing) => toFreshRecipients(request, routing, decision, input)),
    cut: last.cut,
  };
}

/** Space for the record is counted, not random. */
const noRandom: Random = { next: () => 0, token: (bytes) => "x".repeat(Math.ceil((bytes * 4) / 3)) };

function toFreshRecipients(
  request: AccessRequest,
  routing: Routing,
  decision: Decision,
  { answers, stored }: ExplainInput,
): FreshRecipient[] {
  const fitting = stored === undefined ? routing.recipients.length : countFitting(request, routing, stored);
  const taken = new Set<string>();
  return routing.recipients.map((raw, at) => {
    const answer = answers.get(raw);
    const outcome = at < fitting ? toOutcome(answer, taken) : "omitted";
    return { raw, from: toSources(raw, routing, decision), tier: routing.tier, outcome, ...toLookUp(answer) };
  });
}

function countFitting(request: AccessRequest, routing: Routing, stored: StoredAddress): number {
  return createClaim(routing, toClaimFacts(request), stored, noRandom).deliveries.length;
}

const outcomes = {
  retry: "retry",
  again: "retry",
  stopped: "retry",
  client: "refused",
  blocked: "blocked",
  content: "blocked",
  locked: "blocked",
  gone: "gone",
} as const;

/** Of two raw forms of one place the first is told. */
function toOutcome(answer: Answer, taken: Set<string>): FreshRecipient["outcome"] {
  if (answer === undefined) return "told";
  if (answer instanceof PluginError) return outcomes[toVerdict(answer.code)];
  if (taken.has(answer.id)) return "duplicate";
  taken.add(answer.id);
  return "told";
}

function toSources(raw: string, { tier }: Routing, { byRules, byRoles }: Decision): RecipientSource[] {
  if (tier === "rules") {
    return byRules.judged
      .filter(({ verdict, recipients }) => verdict.outcome === "matched" && recipients.includes(raw))
      .map(({ rule }) => ({ rule }));
  }
  const roles = byRoles.roles.flatMap(({ role, entry, recipients }) =>
    entry !== undefined && recipients.includes(raw) ? [{ role, entry }] : [],
  );
  const isReviewer = byRoles.reviewers.some(({ reviewer, outcome }) => reviewer === raw && outcome === "told");
  return isReviewer ? [...roles, { suggested: true }] : roles;
}

function toLookUp(answer: Answer): { readonly lookUp?: LookUp } {
  if (answer === undefined) return {};
  if (!(answer instanceof PluginError)) return { lookUp: { found: { id: answer.id, kind: answer.kind } } };
  const { code, message, fix } = answer;
  return { lookUp: { error: { code, message, ...(fix === undefined ? {} : { fix }) } } };
}
