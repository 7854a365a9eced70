import { randomUUID } from "node:crypto";
import { AccessListService } from "@access-plugins/teleport-client/gen/teleport/accesslist/v1/accesslist_pb";
import { AuthService } from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import {
  type AccessRequestV3,
  AccessRequestV3Schema,
  RequestState,
} from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { type MessageInitShape, toJson } from "@bufbuild/protobuf";
import { InvalidArgumentError } from "commander";
import { stateName } from "../access-requests/access-request-store.ts";
import { toTimestamp } from "../cluster/timestamps.ts";
import type { Session } from "./session.ts";

export interface CreateFlags {
  readonly roles?: readonly string[];
  readonly reason: string;
  readonly reviewers?: readonly string[];
  readonly resources?: readonly string[];
  readonly ttl?: number;
  readonly maxDuration?: number;
  readonly pendingTtl?: number;
  readonly dryRun: boolean;
  readonly user?: string;
}

/** Gives what to print: the new request's id, or what a dry run would make. */
export async function createRequest(session: Session, flags: CreateFlags): Promise<string> {
  const wish = toWish(flags.user ?? session.user, flags);
  const made = await session.call(AuthService.method.createAccessRequestV2, wish);
  return flags.dryRun ? toJsonText([made]) : (made.Metadata?.Name ?? "");
}

function toWish(user: string, flags: CreateFlags): MessageInitShape<typeof AccessRequestV3Schema> {
  const at = (name: string, ms: number | undefined) => (ms ? { [name]: toTimestamp(Date.now() + ms) } : {});
  return {
    Metadata: { Name: randomUUID() },
    Spec: {
      User: user,
      Roles: [...(flags.roles ?? [])],
      RequestReason: flags.reason,
      SuggestedReviewers: [...(flags.reviewers ?? [])],
      RequestedResourceIDs: (flags.resources ?? []).map(toResourceId),
      DryRun: flags.dryRun,
      ...at("Expires", flags.ttl),
      ...at("MaxDuration", flags.maxDuration),
      ...at("ResourceExpiry", flags.pendingTtl),
    },
  };
}

function toResourceId(text: string) {
  const [, ClusterName, Kind, Name, ...sub] = text.split("/");
  if (!ClusterName || !Kind || !Name) {
    throw new InvalidArgumentError(`${text} is no resource: write /cluster/kind/name[/sub].`);
  }
  return { ClusterName, Kind, Name, SubResourceName: sub.join("/") };
}

export async function reviewRequest(session: Session, id: string, state: "approved" | "denied", reason: string) {
  const Review = { Author: session.user, ProposedState: states[state], Reason: reason };
  const after = await session.call(AuthService.method.submitAccessReview, { RequestID: id, Review });
  return stateName(after.Spec?.State ?? RequestState.NONE);
}

export async function resolveRequest(
  session: Session,
  id: string,
  state: "approved" | "denied",
  { reason, roles = [] }: { readonly reason: string; readonly roles?: readonly string[] },
): Promise<string> {
  const setter = { ID: id, State: states[state], Reason: reason, Roles: [...roles], Annotations: {} };
  await session.call(AuthService.method.setAccessRequestState, setter);
  return state.toUpperCase();
}

/** `list`: the name or the title of an access list. */
export async function promoteRequest(session: Session, id: string, list: string, reason: string): Promise<string> {
  const { listAccessLists, accessRequestPromote } = AccessListService.method;
  const { accessLists } = await session.call(listAccessLists, {});
  const found = accessLists.find(({ header, spec }) => header?.metadata?.name === list || spec?.title === list);
  const accessListName = found?.header?.metadata?.name ?? list;
  const { accessRequest } = await session.call(accessRequestPromote, { requestId: id, accessListName, reason });
  return stateName(accessRequest?.Spec?.State ?? RequestState.NONE);
}

/** Has nothing to print. */
export async function deleteRequest(session: Session, id: string): Promise<undefined> {
  await session.call(AuthService.method.deleteAccessRequest, { ID: id });
}

const states = { approved: RequestState.APPROVED, denied: RequestState.DENIED } as const;

/** One line each: id, state, user, roles, reason. */
export const toTable = (requests: readonly AccessRequestV3[]) =>
  requests
    .map(({ Metadata, Spec }) =>
      [
        Metadata?.Name,
        stateName(Spec?.State ?? RequestState.NONE),
        Spec?.User,
        Spec?.Roles.join(","),
        JSON.stringify(Spec?.RequestReason ?? ""),
      ].join("\t"),
    )
    .join("\n");

export const toJsonText = (requests: readonly AccessRequestV3[]) =>
  JSON.stringify(
    requests.map((request) => toJson(AccessRequestV3Schema, request)),
    null,
    2,
  );
