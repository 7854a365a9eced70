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
import { create } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
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

/** A list as written, and as the wire has it. */
interface StoredAccessList {
  readonly spec: AccessListSpec;
  readonly message: AccessList;
}

/** All access lists of the cluster. Writing tells the watches. */
export interface AccessListStore {
  readonly all: ReadonlyMap<string, StoredAccessList>;
  /** Adds or replaces. */
  set(list: AccessListSpec): void;
  delete(name: string): void;
  /** Owners with nested lists resolved to users; undefined for an unknown list. */
  findOwners(name: string): readonly AccessListOwner[] | undefined;
}

export function createAccessListStore(fanout: EventFanout, lists: readonly AccessListSpec[]): AccessListStore {
  const toStored = (spec: AccessListSpec): StoredAccessList => ({ spec, message: toAccessListMessage(spec) });
  const all = new Map(lists.map((list) => [list.name, toStored(list)]));
  return {
    all,
    set(list) {
      const stored = toStored(list);
      all.set(list.name, stored);
      const bytes = toPutBytes({ case: "AccessList", value: stored.message });
      fanout.publish({ kind: KIND, name: list.name, operation: "PUT", bytes });
    },
    delete(name) {
      if (all.delete(name)) fanout.publish(toDeletion(KIND, "v1", name));
    },
    findOwners(name) {
      const list = all.get(name)?.spec;
      if (!list) return undefined;
      const names = (list.owners ?? []).flatMap((owner) =>
        owner.kind === "list" ? (all.get(owner.name)?.spec.members ?? []) : [owner.name],
      );
      return [...new Set(names)].map((owner) => toOwner({ name: owner }));
    },
  };
}

function toAccessListMessage(list: AccessListSpec): AccessList {
  const message = create(AccessListSchema, {
    header: { kind: KIND, version: "v1", metadata: { name: list.name, revision: randomUUID() } },
    spec: {
      title: list.title,
      description: list.description ?? "",
      type: list.type ?? "",
      owners: (list.owners ?? []).map(toOwner),
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
  if (message.spec) message.spec.$unknown = EMPTY_SUBMESSAGES;
  return message;
}

/** membership_requires, ownership_requires, grants, owner_grants: our protos have no use for them, genuine clients insist. */
const EMPTY_SUBMESSAGES = [4, 5, 6, 11].map((no) => ({
  no,
  wireType: WireType.LengthDelimited,
  data: Uint8Array.of(0),
}));

function toOwner({ name, kind, isGone }: NonNullable<AccessListSpec["owners"]>[number]): AccessListOwner {
  return create(AccessListOwnerSchema, {
    name,
    membershipKind: kind === "list" ? MembershipKind.LIST : MembershipKind.USER,
    ineligibleStatus: isGone ? IneligibleStatus.USER_NOT_EXIST : IneligibleStatus.ELIGIBLE,
  });
}
