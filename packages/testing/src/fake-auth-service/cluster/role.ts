import {
  type RoleConditionsSchema,
  type RoleV6,
  RoleV6Schema,
} from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import {
  type LabelValues,
  LabelValuesSchema,
} from "@access-plugins/teleport-client/gen/teleport/legacy/types/wrappers/wrappers_pb";
import { create, type MessageInitShape } from "@bufbuild/protobuf";

/** A role as tests write it. Durations are milliseconds; what is left out is empty, as in Teleport. */
export interface RoleSpec {
  readonly name: string;
  readonly allow?: RoleConditions;
  readonly deny?: RoleConditions;
  readonly options?: {
    readonly maxSessionTtlMs?: number;
    /** `reason`: every request of a holder needs a reason. */
    readonly requestAccess?: "optional" | "reason";
  };
}

export interface RoleConditions {
  readonly logins?: readonly string[];
  readonly rules?: readonly RoleRule[];
  readonly request?: RequestConditions;
  readonly reviewRequests?: ReviewConditions;
}

/** `*` stands for every resource or verb. An allow rule with `where` never applies here: it is not evaluated. */
export interface RoleRule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly where?: string;
}

/** What a holder may request. Role names may hold `*` or be a regular expression `^…$`. */
export interface RequestConditions {
  readonly roles?: readonly string[];
  readonly claimsToRoles?: readonly ClaimMapping[];
  readonly searchAsRoles?: readonly string[];
  /** Values may hold `{{external.trait}}` and `{{internal.trait}}`. */
  readonly annotations?: Readonly<Record<string, readonly string[]>>;
  /** None: one approval, one denial. */
  readonly thresholds?: readonly Threshold[];
  readonly suggestedReviewers?: readonly string[];
  readonly maxDurationMs?: number;
  readonly reasonMode?: "optional" | "required";
}

/** What a holder may review. `where` is a predicate over `reviewer` and `request`. */
export interface ReviewConditions {
  readonly roles?: readonly string[];
  readonly claimsToRoles?: readonly ClaimMapping[];
  readonly where?: string;
  readonly previewAsRoles?: readonly string[];
}

/** Holders of the trait value (`*` allowed) get these roles. */
export interface ClaimMapping {
  readonly claim: string;
  readonly value: string;
  readonly roles: readonly string[];
}

/** 0 approvals can never approve, 0 denials never deny. `filter` is a predicate over reviewer, request and review. */
export interface Threshold {
  readonly name?: string;
  readonly filter?: string;
  readonly approve: number;
  readonly deny: number;
}

const NANOS_PER_MS = 1_000_000n;

/** The role as the wire has it. */
export function toRoleMessage(role: RoleSpec): RoleV6 {
  return create(RoleV6Schema, {
    Kind: "role",
    Version: "v7",
    Metadata: { Name: role.name, Namespace: "default", Revision: "1" },
    Spec: {
      Options: { MaxSessionTTL: toNanos(role.options?.maxSessionTtlMs) },
      Allow: toConditions(role.allow ?? {}),
      Deny: toConditions(role.deny ?? {}),
    },
  });
}

function toConditions(from: RoleConditions): MessageInitShape<typeof RoleConditionsSchema> {
  return {
    Logins: [...(from.logins ?? [])],
    Rules: (from.rules ?? []).map((rule) => ({
      Resources: [...rule.resources],
      Verbs: [...rule.verbs],
      Where: rule.where ?? "",
    })),
    ...(from.request ? { Request: toRequestConditions(from.request) } : {}),
    ...(from.reviewRequests
      ? {
          ReviewRequests: {
            Roles: [...(from.reviewRequests.roles ?? [])],
            ClaimsToRoles: toClaims(from.reviewRequests.claimsToRoles),
            Where: from.reviewRequests.where ?? "",
            PreviewAsRoles: [...(from.reviewRequests.previewAsRoles ?? [])],
          },
        }
      : {}),
  };
}

function toRequestConditions(from: RequestConditions) {
  return {
    Roles: [...(from.roles ?? [])],
    ClaimsToRoles: toClaims(from.claimsToRoles),
    SearchAsRoles: [...(from.searchAsRoles ?? [])],
    Annotations: toLabelValues(from.annotations ?? {}),
    Thresholds: (from.thresholds ?? []).map(toThreshold),
    SuggestedReviewers: [...(from.suggestedReviewers ?? [])],
    MaxDuration: toNanos(from.maxDurationMs),
    ...(from.reasonMode ? { Reason: { Mode: from.reasonMode } } : {}),
  };
}

const toClaims = (claims: readonly ClaimMapping[] = []) =>
  claims.map(({ claim, value, roles }) => ({ Claim: claim, Value: value, Roles: [...roles] }));

/** A threshold in wire form. */
export const toThreshold = ({ name = "", filter = "", approve, deny }: Threshold) => ({
  Name: name,
  Filter: filter,
  Approve: approve,
  Deny: deny,
});

/** Traits, annotations and labels in wire form. */
export function toLabelValues(from: Readonly<Record<string, readonly string[]>>): LabelValues {
  const entries = Object.entries(from).map(([key, values]): [string, { Values: string[] }] => [
    key,
    { Values: [...values] },
  ]);
  return create(LabelValuesSchema, { Values: Object.fromEntries(entries) });
}

const toNanos = (ms = 0) => BigInt(Math.round(ms)) * NANOS_PER_MS;
