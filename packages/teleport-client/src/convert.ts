/**
 * The only file that knows both protobuf and domain. Traps it settles: a time may be absent or year 1, both mean "not
 * set" (1970 is a time); state NONE is stored as pending; `RequestedResourceAccessIDs` wins over
 * `RequestedResourceIDs`; servers up to 15 write the request's own expiry into the metadata.
 */
import type {
  AccessList,
  AccessMonitoringRule,
  AccessRequest,
  ClusterInfo,
  PluginData,
  PromotedAccessList,
  RequestKind,
  RequestState,
  ResourceDetails,
  ResourceId,
  Review,
  Role,
  RoleConditions,
  User,
  WatchEvent,
} from "@access-plugins/core";
import { type Duration, durationMs, type Timestamp } from "@bufbuild/protobuf/wkt";
import * as lists from "./gen/teleport/accesslist/v1/accesslist_pb.ts";
import type * as rules from "./gen/teleport/accessmonitoringrules/v1/accessmonitoringrules_pb.ts";
import {
  type Event,
  Operation,
  type PaginatedResource,
  type PingResponse,
} from "./gen/teleport/legacy/client/proto/authservice_pb.ts";
import * as types from "./gen/teleport/legacy/types/types_pb.ts";
import type { LabelValues } from "./gen/teleport/legacy/types/wrappers/wrappers_pb.ts";
import type { UserLoginState } from "./gen/teleport/userloginstate/v1/userloginstate_pb.ts";

/** Seconds of 0001-01-01T00:00:00Z: a time that Go never set. */
const goZeroSeconds = -62_135_596_800n;

export function toClusterInfo(ping: PingResponse): ClusterInfo {
  return {
    clusterName: ping.ClusterName,
    serverVersion: ping.ServerVersion.replace(/^v/u, ""),
    proxyPublicAddr: ping.ProxyPublicAddr,
    advancedAccessWorkflows: ping.ServerFeatures?.AdvancedAccessWorkflows ?? false,
  };
}

export function toAccessList({ header, spec }: lists.AccessList): AccessList {
  const audit = spec?.audit;
  return {
    name: header?.metadata?.name ?? "",
    title: spec?.title ?? "",
    type: spec?.type ?? "",
    owners: toOwnerNames(spec?.owners ?? []),
    ...optional("nextAudit", toTime(audit?.nextAuditDate)),
    noticeMs: toNoticeMs(audit?.notifications?.start),
  };
}

/** Users, each once. An owner may be another list: whose members own this one is for the server to say. */
export function toOwnerNames(owners: readonly lists.AccessListOwner[]): readonly string[] {
  const users = owners.filter(({ membershipKind }) => membershipKind !== lists.MembershipKind.LIST);
  return [...new Set(users.map(({ name }) => name))];
}

const twoWeeksMs = 14 * 24 * 60 * 60 * 1_000;

/** Zero is Go's way to say "not set". */
function toNoticeMs(start: Duration | undefined): number {
  const ms = start === undefined ? 0 : durationMs(start);
  return ms > 0 ? ms : twoWeeksMs;
}

export function toAccessMonitoringRule({ metadata, spec }: rules.AccessMonitoringRule): AccessMonitoringRule {
  const { name = "", revision = "" } = metadata ?? {};
  const notification = spec?.notification;
  return {
    name,
    revision,
    subjects: spec?.subjects ?? [],
    condition: spec?.condition ?? "",
    ...(notification === undefined
      ? {}
      : { notification: { name: notification.name, recipients: notification.recipients } }),
    schedules: Object.entries(spec?.schedules ?? {}).map(([schedule, { time }]) => ({
      name: schedule,
      timezone: time?.timezone ?? "",
      shifts: (time?.shifts ?? []).map(({ weekday, start, end }) => ({ weekday, start, end })),
    })),
  };
}

export function toAccessRequest(message: types.AccessRequestV3): AccessRequest {
  const spec = message.Spec;
  const meta = message.Metadata;
  return {
    id: meta?.Name ?? "",
    revision: meta?.Revision ?? "",
    user: spec?.User ?? "",
    roles: spec?.Roles ?? [],
    state: toRequestState(spec?.State),
    kind: toRequestKind(spec?.RequestKind),
    reason: spec?.RequestReason ?? "",
    resolveReason: spec?.ResolveReason ?? "",
    suggestedReviewers: spec?.SuggestedReviewers ?? [],
    resources: toResources(spec),
    annotations: toRecord(spec?.SystemAnnotations),
    reviews: (spec?.Reviews ?? []).map(toReview),
    thresholds: (spec?.Thresholds ?? []).map(({ Name, Approve, Deny }) => ({
      name: Name,
      approve: Approve,
      deny: Deny,
    })),
    roleThresholds: toRoleThresholds(spec),
    ...optional("created", toTime(spec?.Created)),
    ...optional("accessExpiry", toTime(spec?.Expires)),
    ...optional("requestExpiry", toTime(spec?.ResourceExpiry) ?? toTime(meta?.Expires)),
    ...optional("maxDuration", toTime(spec?.MaxDuration)),
    ...optional("sessionExpiry", toTime(spec?.SessionTTL)),
    ...optional("assumeStart", toTime(spec?.AssumeStartTime)),
    ...optional("promotedTo", toPromotedAccessList(spec?.accessList)),
  };
}

/** An event as a watch tells it; undefined for content we do not know or never tell. */
export function toWatchEvent(event: Event): Exclude<WatchEvent, { type: "init" | "superseded" }> | undefined {
  const { Resource: content, Type: type } = event;
  if (type === Operation.PUT && content.case === "AccessRequest") {
    return { type: "put", kind: "access_request", request: toAccessRequest(content.value) };
  }
  if (type === Operation.PUT && content.case === "AccessMonitoringRule") {
    return { type: "put", kind: "access_monitoring_rule", rule: toAccessMonitoringRule(content.value) };
  }
  if (type === Operation.DELETE && content.case === "ResourceHeader") {
    const { Kind: kind, Metadata: meta } = content.value;
    if (kind === "access_request" || kind === "access_monitoring_rule") {
      return { type: "delete", kind, name: meta?.Name ?? "" };
    }
  }
  return undefined;
}

/** The kinds that an INIT confirms; undefined when it says nothing about them. */
export function toConfirmedKinds(init: Event): readonly string[] | undefined {
  if (init.Resource.case !== "WatchStatus") return undefined;
  return (init.Resource.value.Spec?.Kinds ?? []).map((kind) => kind.Kind);
}

/** The entry of one plugin; undefined when the resource has none. Empty values do not exist. */
export function toPluginData(data: types.PluginDataV3, plugin: string): PluginData | undefined {
  const entry = data.Spec?.Entries[plugin];
  if (entry === undefined) return undefined;
  const set = Object.entries(entry.Data).filter(([, value]) => value !== "");
  return set.length === 0 ? undefined : Object.fromEntries(set);
}

export function toRole(message: types.RoleV6): Role {
  return {
    name: message.Metadata?.Name ?? "",
    allow: toRoleConditions(message.Spec?.Allow),
    deny: toRoleConditions(message.Spec?.Deny),
  };
}

export function toUser(message: types.UserV2): User {
  return {
    name: message.Metadata?.Name ?? "",
    roles: message.Spec?.Roles ?? [],
    traits: toRecord(message.Spec?.Traits),
  };
}

/** A resource of a listing with the name that ids carry; undefined for content we do not know. */
export function toListedResource({ resource }: PaginatedResource): ListedResource | undefined {
  switch (resource.case) {
    case "Node":
    case "gitServer":
      return toListed(resource.value.Metadata, resource.value.Spec?.CmdLabels, resource.value.Spec?.Hostname);
    case "AppServer":
      return toListedApp(resource.value.Spec?.App);
    case "DatabaseServer": {
      const database = resource.value.Spec?.Database;
      return toListed(database?.Metadata, database?.Spec?.DynamicLabels);
    }
    case "KubernetesServer": {
      const cluster = resource.value.Spec?.Cluster;
      return toListed(cluster?.Metadata, cluster?.Spec?.DynamicLabels);
    }
    case "UserGroup":
    case "WindowsDesktop":
      return toListed(resource.value.Header?.Metadata);
    default:
      return undefined;
  }
}

/** Accounts of AWS Identity Center are listed as apps; their description is what people call them. */
function toListedApp(app: types.AppV3 | undefined): ListedResource | undefined {
  const account = app?.Spec?.IdentityCenter === undefined ? undefined : app.Metadata?.Description;
  return toListed(app?.Metadata, app?.Spec?.DynamicLabels, account);
}

export interface ListedResource {
  readonly name: string;
  readonly details: ResourceDetails;
}

/** What an Okta integration calls its apps, groups and roles, the most telling first. */
const oktaNames = ["app", "group", "role"].map((kind) => `teleport.internal/okta-${kind}-name`);

function toListed(
  meta: types.Metadata | undefined,
  dynamic: { readonly [label: string]: types.CommandLabelV2 } = {},
  known = "",
): ListedResource | undefined {
  if (meta === undefined) return undefined;
  const printed = Object.entries(dynamic).map(([label, { Result }]) => [label, Result]);
  const labels: Readonly<Record<string, string>> = { ...meta.Labels, ...Object.fromEntries(printed) };
  const isOkta = labels["teleport.dev/origin"] === "okta";
  const okta = oktaNames.map((label) => labels[label]).find((name) => name !== undefined) ?? meta.Description;
  const name = isOkta ? okta : known;
  return { name: meta.Name, details: { labels, ...optional("name", name === "" ? undefined : name) } };
}

function toReview(review: types.AccessReview): Review {
  return {
    author: review.Author,
    state: toRequestState(review.ProposedState),
    reason: review.Reason,
    thresholdIndexes: review.ThresholdIndexes,
    ...optional("created", toTime(review.Created)),
    ...optional("assumeStart", toTime(review.AssumeStartTime)),
    ...optional("promotedTo", toPromotedAccessList(review.accessList)),
  };
}

function toRequestState(state: types.RequestState | undefined): RequestState {
  if (state === types.RequestState.APPROVED) return "approved";
  if (state === types.RequestState.DENIED) return "denied";
  if (state === types.RequestState.PROMOTED) return "promoted";
  return "pending";
}

function toRequestKind(kind: types.AccessRequestKind | undefined): RequestKind {
  if (kind === types.AccessRequestKind.SHORT_TERM) return "short_term";
  if (kind === types.AccessRequestKind.LONG_TERM) return "long_term";
  return "unspecified";
}

function toResources(spec: types.AccessRequestSpecV3 | undefined): readonly ResourceId[] {
  if (spec === undefined) return [];
  const ids = spec.RequestedResourceAccessIDs.flatMap((access) => (access.id === undefined ? [] : [access.id]));
  return (ids.length > 0 ? ids : spec.RequestedResourceIDs).map((id) => ({
    cluster: id.ClusterName,
    kind: id.Kind,
    name: id.Name,
    ...(id.SubResourceName === "" ? {} : { subResource: id.SubResourceName }),
  }));
}

function toRoleThresholds(spec: types.AccessRequestSpecV3 | undefined): AccessRequest["roleThresholds"] {
  const roles = Object.entries(spec?.RoleThresholdMapping ?? {});
  return Object.fromEntries(roles.map(([role, { Sets }]) => [role, Sets.map((set) => set.Indexes)]));
}

function toRoleConditions(conditions: types.RoleConditions | undefined): RoleConditions {
  return {
    logins: conditions?.Logins ?? [],
    rules: (conditions?.Rules ?? []).map(({ Resources, Verbs, Where }) => ({
      resources: Resources,
      verbs: Verbs,
      where: Where,
    })),
  };
}

function toPromotedAccessList(list: types.PromotedAccessList | undefined): PromotedAccessList | undefined {
  return list === undefined ? undefined : { name: list.Name, title: list.Title };
}

export function toTraits({ spec }: UserLoginState): User["traits"] {
  return Object.fromEntries((spec?.traits ?? []).map(({ key, values }) => [key, values]));
}

function toRecord(labels: LabelValues | undefined): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(labels?.Values ?? {}).map(([key, { Values }]) => [key, Values]));
}

function toTime(time: Timestamp | undefined): Date | undefined {
  if (time === undefined || time.seconds === goZeroSeconds) return undefined;
  return new Date(Number(time.seconds) * 1_000 + Math.floor(time.nanos / 1_000_000));
}

/** An absent value is an absent key. */
function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
