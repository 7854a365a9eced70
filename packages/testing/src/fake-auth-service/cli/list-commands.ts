import {
  type AccessList,
  AccessListAuditSchema,
  AccessListOwnerSchema,
  AccessListService,
  MembershipKind,
  NotificationsSchema,
} from "@access-plugins/teleport-client/gen/teleport/accesslist/v1/accesslist_pb";
import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampDate } from "@bufbuild/protobuf/wkt";
import { InvalidArgumentError } from "commander";
import { toAccessListMessage } from "../cluster/access-list-store.ts";
import { toTimestamp } from "../cluster/timestamps.ts";
import { parseDuration } from "./duration.ts";
import type { Session } from "./session.ts";

const rpc = AccessListService.method;

export interface ListFlags {
  readonly title?: string;
  readonly owners?: readonly string[];
  readonly ownerLists?: readonly string[];
  readonly members?: readonly string[];
  readonly audit?: Date;
  readonly notice?: number;
  readonly type?: string;
}

/** Makes the list, or changes what is given of the one that is there. */
export async function setList(session: Session, name: string, flags: ListFlags): Promise<undefined> {
  const accessList = (await findList(session, name)) ?? toAccessListMessage({ name, title: flags.title ?? name });
  change(accessList, flags);
  const members = (flags.members ?? []).map((member) => ({ spec: { accessList: name, name: member } }));
  await session.call(rpc.upsertAccessListWithMembers, { accessList, members });
}

export async function deleteList(session: Session, name: string): Promise<undefined> {
  await session.call(rpc.deleteAccessList, { name });
}

/** One line each: name, title, owners, audit date. */
export async function listLists(session: Session): Promise<string> {
  const { accessLists } = await session.call(rpc.listAccessLists, {});
  return accessLists
    .map(({ header, spec }) => {
      const audit = spec?.audit?.nextAuditDate;
      const owners = spec?.owners.map(({ name }) => name).join(",");
      return [header?.metadata?.name, spec?.title, owners, audit ? timestampDate(audit).toISOString() : "-"].join("\t");
    })
    .join("\n");
}

async function findList(session: Session, name: string): Promise<AccessList | undefined> {
  const { accessLists } = await session.call(rpc.listAccessLists, {});
  return accessLists.find(({ header }) => header?.metadata?.name === name);
}

function change({ spec }: AccessList, flags: ListFlags): void {
  if (!spec) return;
  spec.title = flags.title ?? spec.title;
  spec.type = flags.type ?? spec.type;
  spec.audit ??= create(AccessListAuditSchema);
  if (flags.audit) spec.audit.nextAuditDate = toTimestamp(flags.audit.getTime());
  if (flags.notice) spec.audit.notifications = create(NotificationsSchema, { start: durationFromMs(flags.notice) });
  if (!flags.owners && !flags.ownerLists) return;
  spec.owners = [
    ...(flags.owners ?? []).map((name) => toOwner(name, MembershipKind.USER)),
    ...(flags.ownerLists ?? []).map((name) => toOwner(name, MembershipKind.LIST)),
  ];
}

function toOwner(name: string, membershipKind: MembershipKind) {
  return create(AccessListOwnerSchema, { name, membershipKind });
}

/** For commander: a day (`2026-03-24`), a time, or a duration from now: `7d`, and `-2d` for what is past due. */
export function toMoment(text: string): Date {
  const ms = parseDuration(text.replace(/^-/u, ""));
  if (ms !== undefined) return new Date(Date.now() + (text.startsWith("-") ? -ms : ms));
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new InvalidArgumentError("Write a date such as 2026-03-24, or 7d, or -2d.");
  return at;
}
