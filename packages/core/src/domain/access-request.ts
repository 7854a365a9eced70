/**
 * An Access Request as this project sees it: Teleport's `types.AccessRequestV3` without its wire oddities. A time that
 * Teleport never set is absent. Texts are exactly what people typed: hostile until an adapter has neutralised them.
 */
export interface AccessRequest {
  /** UUID. */
  readonly id: string;
  readonly user: string;
  readonly roles: readonly string[];
  readonly state: RequestState;
  /** Changes with every write of the request on the server. */
  readonly revision: string;
  readonly reason: string;
  readonly resolveReason: string;
  readonly created?: Date;
  /** End of the elevated access. Plugin data is dropped one hour after it. */
  readonly accessExpiry?: Date;
  /** End of the request object itself: the pending TTL, the access expiry once approved. */
  readonly requestExpiry?: Date;
  /** Absolute time until which the access may be used at the most. */
  readonly maxDuration?: Date;
  /** Absolute end of one session that assumes this request. */
  readonly sessionExpiry?: Date;
  /** The access may not be assumed before this time. */
  readonly assumeStart?: Date;
  readonly suggestedReviewers: readonly string[];
  readonly resources: readonly ResourceId[];
  readonly annotations: Readonly<Record<string, readonly string[]>>;
  readonly reviews: readonly Review[];
  readonly thresholds: readonly ReviewThreshold[];
  /** Role to sets of threshold indexes: every set needs one threshold met. */
  readonly roleThresholds: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly kind: RequestKind;
  readonly promotedTo?: PromotedAccessList;
}

/** `none` never arrives: servers store it as pending. */
export type RequestState = "pending" | "approved" | "denied" | "promoted";

/** `unspecified` is what servers before long-term requests send. */
export type RequestKind = "unspecified" | "short_term" | "long_term";

export interface ResourceId {
  readonly cluster: string;
  readonly kind: string;
  readonly name: string;
  readonly subResource?: string;
}

export interface Review {
  readonly author: string;
  readonly state: RequestState;
  readonly reason: string;
  readonly created?: Date;
  readonly thresholdIndexes: readonly number[];
  readonly assumeStart?: Date;
  readonly promotedTo?: PromotedAccessList;
}

export interface ReviewThreshold {
  readonly name: string;
  readonly approve: number;
  readonly deny: number;
}

export interface PromotedAccessList {
  readonly name: string;
  readonly title: string;
}

/** The text form of a resource id in Teleport's own user interface: `/cluster/kind/name[/sub]`. */
export function toResourceText(id: ResourceId): string {
  const base = `/${id.cluster}/${id.kind}/${id.name}`;
  return id.subResource ? `${base}/${id.subResource}` : base;
}
