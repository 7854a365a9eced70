import type { AccessRequestV3 } from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import type { Profile } from "../cluster/profiles.ts";
import type { RoleSpec } from "../cluster/role.ts";
import { matchesAny } from "../cluster/role-matcher.ts";
import { toMillis, toTimestamp } from "../cluster/timestamps.ts";
import { badParameter } from "../grpc/status-error.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MAX_SESSION_MS = 30 * HOUR_MS;
const MAX_DURATION_MS = 14 * DAY_MS;
const MAX_PENDING_MS = 7 * DAY_MS;
const MAX_START_DELAY_MS = 7 * DAY_MS;

/** What limits the times of a request. */
export interface TimeLimits {
  readonly now: number;
  /** How much longer the requester's certificate is good. */
  readonly identityTtlMs: number;
  /** The requested roles. */
  readonly wanted: readonly RoleSpec[];
  /** The requester's own roles. */
  readonly held: readonly RoleSpec[];
  /** How long a request waits for reviews when it does not say so itself. */
  readonly pendingTtlMs: number;
  readonly profile: Profile;
}

/** Absolute times, milliseconds since 1970. */
interface RequestTimes {
  readonly session: number;
  readonly access: number;
  readonly pending: number;
}

/** Writes all times of a new request: creation, access expiry, maximum duration, session, its own expiry. */
export function setTimes(message: AccessRequestV3, limits: TimeLimits): void {
  const { Spec: spec, Metadata: metadata } = message;
  if (!spec || !metadata) throw badParameter("missing parameter spec");
  const times = toTimes(message, limits);
  checkStart(toMillis(spec.AssumeStartTime), limits.now, times.access);
  spec.Created = toTimestamp(limits.now);
  spec.SessionTTL = toTimestamp(times.session);
  spec.MaxDuration = toTimestamp(times.access);
  spec.Expires = toTimestamp(times.access);
  setRequestExpiry(message, times.pending, limits.profile);
}

/** 18 keeps the end of the object in the spec, older servers in the metadata. */
export function setRequestExpiry({ Spec: spec, Metadata: metadata }: AccessRequestV3, at: number, profile: Profile) {
  if (!spec || !metadata) return;
  if (profile.resourceExpiry) {
    spec.ResourceExpiry = toTimestamp(at);
    delete metadata.Expires;
  } else {
    metadata.Expires = toTimestamp(at);
    delete spec.ResourceExpiry;
  }
}

function toTimes({ Spec: spec, Metadata: metadata }: AccessRequestV3, limits: TimeLimits): RequestTimes {
  const { now } = limits;
  const maxDuration = toMaxDuration(toMillis(spec?.MaxDuration), limits);
  const session = toSessionTtl(toMillis(spec?.Expires), limits);
  const access = now + (maxDuration ?? session);
  const asked = toMillis(spec?.ResourceExpiry) ?? toMillis(metadata?.Expires);
  return {
    session: now + Math.min(session, maxDuration ?? session),
    access,
    pending: Math.min(toPending(asked, limits), access),
  };
}

function toSessionTtl(asked: number | undefined, { now, identityTtlMs, wanted }: TimeLimits): number {
  if (asked !== undefined && asked <= now)
    throw badParameter("invalid request TTL: Access request can not be created in the past");
  const roleLimits = wanted.map((role) => role.options?.maxSessionTtlMs ?? MAX_SESSION_MS);
  return Math.min(MAX_SESSION_MS, identityTtlMs, asked === undefined ? MAX_SESSION_MS : asked - now, ...roleLimits);
}

/** Undefined: no maximum duration was asked for, so one session is all there is. */
function toMaxDuration(asked: number | undefined, { now, held, wanted }: TimeLimits): number | undefined {
  if (asked === undefined) return undefined;
  if (asked <= now) throw badParameter("invalid maxDuration: must be greater than creation time");
  if (asked - now > MAX_DURATION_MS) throw badParameter("max_duration must be less or equal 14 days");
  const names = wanted.map((role) => role.name);
  const roleLimits = held
    .filter((role) => names.some((name) => matchesAny(role.allow?.request?.roles, name)))
    .flatMap((role) => role.allow?.request?.maxDurationMs ?? []);
  return Math.min(asked - now, ...roleLimits);
}

function toPending(asked: number | undefined, { now, pendingTtlMs }: TimeLimits): number {
  if (asked === undefined) return now + pendingTtlMs;
  if (asked <= now) throw badParameter("invalid request TTL: Access request can not be created in the past");
  if (asked - now > MAX_PENDING_MS)
    throw badParameter("invalid request TTL: Access request can not be longer than 168h0m0s");
  return asked;
}

function checkStart(start: number | undefined, now: number, access: number): void {
  if (start === undefined) return;
  if (start < now) throw badParameter("request start time has to be in the future");
  if (start >= access) throw badParameter("request start time must be prior to access expiry time");
  if (start > now + MAX_START_DELAY_MS && access > now + MAX_START_DELAY_MS) {
    throw badParameter("assume start time is too far in the future, latest time allowed is 168h0m0s after creation");
  }
}
