import { randomUUID } from "node:crypto";
import {
  type AccessList,
  type AccessListOwner,
  AccessListOwnerSchema,
  AccessListSchema,
  IneligibleStatus,
  MembershipKind,
  ReviewDayOfMonth,
  ReviewFrequency,
} from "@access-plugins/teleport-client/gen/teleport/accesslist/v1/accesslist_pb";
import { clone, create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { type EventFanout, toDeletion, toPutBytes } from "./event-fanout.ts";
import { toTimestamp } from "./timestamps.ts";

const KIND = "access_list";

/** An access list as tests write it. */
export interface AccessListSpec {
  /** A UUID in real clusters. */
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  /** Users, or other lists whose members own this one. */
  readonly owners?: readonly { readonly name: string; readonly kind?: "user" | "list"; readonly isGone?: boolean }[];
  /** Users: what nested ownership resolves to. */
  readonly members?: readonly string[];
  readonly nextAudit?: Date;
  readonly everyMonths?: 1 | 3 | 6 | 12;
  readonly dayOfMonth?: 1 | 15 | 31;
  /** How long before the audit the owners are told; unset means two weeks. */
  readonly noticeMs?: number;
  /** Empty or `dynamic`; `static` and `scim` lists are not audited. */
  readonly type?: string;
}

/** A list as the wire has it. */
interface StoredAccessList {
  readonly message: AccessList;
  /** Users: what nested ownership resolves to. */
  readonly members: readonly string[];
}

/** All access lists of the cluster. Writing tells the watches. */
export interface AccessListStore {
  readonly all: ReadonlyMap<string, StoredAccessList>;
  /** Adds or replaces. */
  set(list: AccessListSpec): void;
  /** Adds or replaces, with a new revision. */
  put(message: AccessList, members: readonly string[]): AccessList;
  /** Tells whether there was one. */
  delete(name: string): boolean;
  /** Brings a list of an earlier run back, without its members; nobody is told. */
  restore(message: AccessList): void;
  /** Owners with nested lists resolved to users; undefined for an unknown list. */
  findOwners(name: string): readonly AccessListOwner[] | undefined;
}

export function createAccessListStore(fanout: EventFanout, lists: readonly AccessListSpec[]): AccessListStore {
  const all = new Map<string, StoredAccessList>();

  function keep(message: AccessList, members: readonly string[]): void {
    all.set(message.header?.metadata?.name ?? "", { message, members });
  }

  function put(message: AccessList, members: readonly string[]): AccessList {
    const stored = withRevision(message);
    keep(stored, members);
    const bytes = toPutBytes({ case: "AccessList", value: stored });
    fanout.publish({ kind: KIND, name: stored.header?.metadata?.name ?? "", operation: "PUT", bytes });
    return stored;
  }

  for (const list of lists) keep(withRevision(toAccessListMessage(list)), list.members ?? []);
  return {
    all,
    put,
    set: (list) => void put(toAccessListMessage(list), list.members ?? []),
    delete(name) {
      const existed = all.delete(name);
      if (existed) fanout.publish(toDeletion(KIND, "v1", name));
      return existed;
    },
    restore: (message) => keep(message, all.get(message.header?.metadata?.name ?? "")?.members ?? []),
    findOwners(name) {
      const list = all.get(name);
      if (!list) return undefined;
      const names = (list.message.spec?.owners ?? []).flatMap((owner) =>
        owner.membershipKind === MembershipKind.LIST ? (all.get(owner.name)?.members ?? []) : [owner.name],
      );
      return [...new Set(names)].map((owner) => toOwner({ name: owner }));
    },
  };
}

function withRevision(message: AccessList): AccessList {
  const stored = clone(AccessListSchema, message);
  if (stored.header?.metadata) stored.header.metadata.revision = randomUUID();
  return stored;
}

/** As tests write it, on the wire: with the empty parts that genuine clients insist on. */
export function toAccessListMessage(list: AccessListSpec): AccessList {
  return create(AccessListSchema, {
    header: { kind: KIND, version: "v1", metadata: { name: list.name } },
    spec: {
      title: list.title,
      description: list.description ?? "",
      type: list.type ?? "",
      owners: (list.owners ?? []).map(toOwner),
      membershipRequires: {},
      ownershipRequires: {},
      grants: {},
      ownerGrants: {},
      audit: {
        recurrence: {
          frequency: list.everyMonths ?? ReviewFrequency.SIX_MONTHS,
          dayOfMonth: list.dayOfMonth ?? ReviewDayOfMonth.FIRST,
        },
        notifications: list.noticeMs === undefined ? {} : { start: durationFromMs(list.noticeMs) },
        ...(list.nextAudit ? { nextAuditDate: toTimestamp(list.nextAudit.getTime()) } : {}),
      },
    },
  });
}

function toOwner({ name, kind, isGone }: NonNullable<AccessListSpec["owners"]>[number]): AccessListOwner {
  return create(AccessListOwnerSchema, {
    name,
    membershipKind: kind === "list" ? MembershipKind.LIST : MembershipKind.USER,
    ineligibleStatus: isGone ? IneligibleStatus.USER_NOT_EXIST : IneligibleStatus.ELIGIBLE,
  });
}
