import {
  type AccessRequestSpecV3,
  type AccessRequestV3,
  AccessRequestV3Schema,
  RequestState,
} from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { create } from "@bufbuild/protobuf";
import type { Directory } from "../cluster/directory.ts";
import type { Caller } from "../cluster/permissions.ts";
import type { Profile } from "../cluster/profiles.ts";
import { type RoleSpec, toLabelValues } from "../cluster/role.ts";
import { badParameter, notFound } from "../grpc/status-error.ts";
import { checkForm, toDistinctResources } from "./access-request-form.ts";
import { setTimes } from "./access-request-times.ts";
import { toAnnotations } from "./system-annotations.ts";
import { allowsRequesting, isRequestable, toThresholds } from "./thresholds.ts";

/** What the making of a request depends on. */
export interface CreationRules {
  readonly directory: Directory;
  readonly profile: Profile;
  readonly clusterName: string;
  /** Other clusters whose resources may be asked for. */
  readonly leafClusters: readonly string[];
  readonly pendingTtlMs: number;
  now(): Date;
  createId(): string;
}

/**
 * What the server makes of a client's wish: checked, with its own id, dates, thresholds, annotations and reviewers. Not
 * stored yet. The wish itself becomes the request. Throws InvalidArgument where Teleport does.
 */
export function toNewRequest(message: AccessRequestV3, caller: Caller, rules: CreationRules): AccessRequestV3 {
  const { Spec: spec, Metadata: metadata } = message;
  if (!spec || !metadata) throw badParameter("missing parameter spec");
  checkForm(metadata.Name, spec, [rules.clusterName, ...rules.leafClusters]);
  const holder = toHolder(spec.User, caller, rules.directory);
  demandCreation(spec, caller);
  metadata.Name = rules.createId();
  metadata.Namespace = "default";
  message.Kind = "access_request";
  message.Version = "v3";
  spec.State ||= RequestState.PENDING;
  spec.RequestedResourceIDs = toDistinctResources(spec.RequestedResourceIDs);
  spec.Roles = toRoles(spec, holder, rules.directory);
  checkReason(spec, holder);
  Object.assign(spec, toServerFields(spec, holder));
  setTimes(message, {
    now: rules.now().getTime(),
    identityTtlMs: caller.user === spec.User ? caller.expires - Date.now() : Number.POSITIVE_INFINITY,
    wanted: spec.Roles.flatMap((name) => rules.directory.roles.get(name) ?? []),
    held: holder.roles,
    pendingTtlMs: rules.pendingTtlMs,
    profile: rules.profile,
  });
  if (rules.profile.numericIds) metadata.ID = BigInt(rules.now().getTime()) * 1_000_000n;
  return message;
}

/** The person the request is for: roles and traits decide what may be requested. */
interface Holder {
  readonly user: string;
  readonly roles: readonly RoleSpec[];
  readonly traits: Readonly<Record<string, readonly string[]>>;
}

function toHolder(user: string, caller: Caller, directory: Directory): Holder {
  if (user === caller.user) return caller;
  const other = directory.users.get(user);
  if (!other) throw notFound(`user "${user}" not found`);
  return { user, roles: directory.resolveRoles(other.roles), traits: other.traits ?? {} };
}

/** For oneself no permission is needed; for others, and for a state other than pending, `create` is. */
function demandCreation(spec: AccessRequestSpecV3, caller: Caller): void {
  const pending = spec.State === RequestState.NONE || spec.State === RequestState.PENDING;
  if (spec.User !== caller.user || !pending) caller.demand("access_request", "create");
  if (!pending && spec.User === caller.user) {
    throw badParameter("cannot create an access request for oneself in a state other than pending");
  }
}

/** Expands `*` and roles for resources, removes repeats, sorts, and refuses what may not be requested. */
function toRoles(spec: AccessRequestSpecV3, { user, roles: held, traits }: Holder, directory: Directory): string[] {
  const forResources = spec.RequestedResourceIDs.length > 0;
  let wanted = spec.Roles;
  if (wanted.length === 1 && wanted[0] === "*") wanted = toRequestable(held, traits, directory);
  if (wanted.length === 0 && forResources) wanted = held.flatMap((role) => role.allow?.request?.searchAsRoles ?? []);
  if (wanted.length === 0) {
    if (forResources) throw badParameter(`user "${user}" has no roles that allow requesting these resources`);
    throw badParameter("access request does not specify any roles or resources");
  }
  const refused = wanted.find((name) => !isRequestable(held, name, traits, forResources));
  if (refused !== undefined) throw badParameter(`user "${user}" can not request role "${refused}"`);
  return [...new Set(wanted)].sort();
}

/** Every role that exists, may be requested and is not held. */
function toRequestable(held: readonly RoleSpec[], traits: Holder["traits"], directory: Directory): string[] {
  return [...directory.roles.values()]
    .filter((role) => !held.includes(role) && isRequestable(held, role.name, traits, false))
    .map((role) => role.name);
}

function checkReason(spec: AccessRequestSpecV3, holder: Holder): void {
  if (!needsReason(spec, holder) || spec.RequestReason.trim() !== "" || spec.DryRun) return;
  throw badParameter("request reason must be specified (required by static role configuration)");
}

/** Whether a request of these roles by this person needs a reason. */
export function needsReason(spec: AccessRequestSpecV3, holder: Pick<Holder, "roles" | "traits">): boolean {
  const forResources = spec.RequestedResourceIDs.length > 0;
  return holder.roles.some((role) => {
    if (role.options?.requestAccess === "reason") return true;
    if (role.allow?.request?.reasonMode !== "required") return false;
    return spec.Roles.some((name) => allowsRequesting(role, name, holder.traits, forResources));
  });
}

/** The fields only the server may fill; whatever the client put there is gone. */
function toServerFields(spec: AccessRequestSpecV3, holder: Holder): Partial<AccessRequestSpecV3> {
  const forResources = spec.RequestedResourceIDs.length > 0;
  const granting = holder.roles.filter((role) =>
    spec.Roles.some((name) => allowsRequesting(role, name, holder.traits, forResources)),
  );
  const full = create(AccessRequestV3Schema, { Spec: toThresholds(holder, spec.Roles, forResources) }).Spec;
  const suggested = granting.flatMap((role) => role.allow?.request?.suggestedReviewers ?? []);
  return {
    Thresholds: full?.Thresholds ?? [],
    RoleThresholdMapping: full?.RoleThresholdMapping ?? {},
    SystemAnnotations: toLabelValues(toAnnotations(granting, holder)),
    ResolveAnnotations: toLabelValues({}),
    Reviews: [],
    SuggestedReviewers: spec.SuggestedReviewers.length > 0 ? spec.SuggestedReviewers : [...new Set(suggested)],
  };
}
