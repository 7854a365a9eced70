import { randomUUID } from "node:crypto";
import {
  type PluginDataFilter,
  type PluginDataUpdateParams,
  type PluginDataV3,
  PluginDataV3Schema,
} from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { create } from "@bufbuild/protobuf";
import { badParameter, compareFailed, notFound } from "../grpc/status-error.ts";
import { toTimestamp } from "./timestamps.ts";

const MAX_JSON_BYTES = 1_000_000;
const HOUR_MS = 3_600_000;
const ACCESS_LIST_TTL_MS = 14 * 24 * HOUR_MS;

type Entry = Readonly<Record<string, string>>;

/** All plugins' entries on one subject. */
export interface PluginDataObject {
  readonly kind: "access_request" | "access_list";
  readonly subject: string;
  readonly revision: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** By plugin name. */
  readonly entries: Readonly<Record<string, Entry>>;
}

/** The compare-and-set store: one object per subject, one entry per plugin in it. */
export interface PluginDataStore {
  find(filter: PluginDataFilter): readonly PluginDataObject[];
  get(kind: "access_request" | "access_list", subject: string): PluginDataObject | undefined;
  /** Throws the errors of `UpdatePluginData`; then nothing was written. */
  update(params: PluginDataUpdateParams): PluginDataObject;
  all(): Iterable<PluginDataObject>;
  /** Brings an object of an earlier run back as it was; nobody is told. */
  restore(object: PluginDataObject): void;
  /** Drops what has outlived its subject. */
  expire(): void;
  onChange(see: (object: PluginDataObject) => void): void;
}

export interface PluginDataStoreOptions {
  now(): Date;
  /** End of the access that a stored request gives, in milliseconds since 1970; undefined when there is no such request. */
  findAccessExpiry(requestId: string): number | undefined;
}

export function createPluginDataStore({ now, findAccessExpiry }: PluginDataStoreOptions): PluginDataStore {
  const objects = new Map<string, PluginDataObject>();
  const observers: ((object: PluginDataObject) => void)[] = [];
  const isAlive = (object: PluginDataObject) => object.expires > now().getTime();
  const get = (kind: string, subject: string) => {
    const object = objects.get(`${kind}/${subject}`);
    return object && isAlive(object) ? object : undefined;
  };
  const create = (kind: PluginDataObject["kind"], subject: string): PluginDataObject => {
    const accessExpiry = kind === "access_list" ? now().getTime() : findAccessExpiry(subject);
    if (accessExpiry === undefined) throw notFound(`no access request matching "${subject}"`);
    return { kind, subject, revision: "", expires: accessExpiry + HOUR_MS, entries: {} };
  };
  return {
    get,
    all: () => objects.values(),
    restore: (object) => void objects.set(`${object.kind}/${object.subject}`, object),
    find({ Kind, Resource, Plugin }) {
      checkKind(Kind);
      const one = Resource === "" ? undefined : get(Kind, Resource);
      const candidates = Resource === "" ? [...objects.values()].filter(isAlive) : one ? [one] : [];
      return candidates.filter(
        ({ kind, entries }) => kind === Kind && (Plugin === "" || Object.hasOwn(entries, Plugin)),
      );
    },
    update({ Kind, Resource, Plugin, Set: set, Expect: expect }) {
      const kind = checkKind(Kind);
      if (Resource === "" || Plugin === "") throw badParameter("missing required field resource or plugin");
      const before = get(kind, Resource) ?? create(kind, Resource);
      const own = Object.hasOwn(before.entries, Plugin) ? before.entries[Plugin] : undefined;
      checkExpectations(own ?? {}, expect);
      const after: PluginDataObject = {
        ...before,
        revision: randomUUID(),
        expires: kind === "access_list" ? now().getTime() + ACCESS_LIST_TTL_MS : before.expires,
        entries: withEntry(before.entries, Plugin, { ...own, ...set }),
      };
      checkSize(after);
      objects.set(`${kind}/${Resource}`, after);
      for (const see of observers) see(after);
      return after;
    },
    expire() {
      for (const [key, object] of objects) if (!isAlive(object)) objects.delete(key);
    },
    onChange: (see) => void observers.push(see),
  };
}

function checkKind(kind: string): PluginDataObject["kind"] {
  if (kind !== "access_request" && kind !== "access_list") throw badParameter(`unsupported resource kind "${kind}"`);
  return kind;
}

/** Only the listed keys are compared; empty means "absent"; none listed is no condition. */
function checkExpectations(entry: Entry, expect: Entry): void {
  for (const [key, wanted] of Object.entries(expect)) {
    const actual = Object.hasOwn(entry, key) ? entry[key] : "";
    if (actual !== wanted) throw compareFailed(`expectations not met for field "${key}"`);
  }
}

/** Empty values delete their key; an entry without keys goes, the object stays. */
function withEntry(entries: PluginDataObject["entries"], plugin: string, merged: Entry): PluginDataObject["entries"] {
  const kept = Object.entries(merged).filter(([, value]) => value !== "");
  const others = Object.entries(entries).filter(([name]) => name !== plugin);
  return Object.fromEntries(kept.length > 0 ? [...others, [plugin, Object.fromEntries(kept)]] : others);
}

/** The limit is on the stored JSON of the whole object, all plugins together. */
function checkSize(object: PluginDataObject): void {
  const spec = { entries: Object.fromEntries(Object.entries(object.entries).map(([name, data]) => [name, { data }])) };
  const envelope = { kind: "plugin_data", sub_kind: object.kind, version: "v3", metadata: toMetadata(object), spec };
  if (Buffer.byteLength(JSON.stringify(envelope)) > MAX_JSON_BYTES)
    throw badParameter("plugin data size limit exceeded");
}

const toMetadata = ({ subject, expires, revision }: PluginDataObject) => ({
  name: subject,
  namespace: "default",
  expires: new Date(expires).toISOString(),
  revision,
});

/** The object as the wire has it: with the entries of all plugins. */
export function toPluginDataMessage({ kind, subject, revision, expires, entries }: PluginDataObject): PluginDataV3 {
  const wire = Object.entries(entries).map(([plugin, data]) => [plugin, { Data: { ...data } }] as const);
  return create(PluginDataV3Schema, {
    Kind: "plugin_data",
    SubKind: kind,
    Version: "v3",
    Metadata: { Name: subject, Namespace: "default", Expires: toTimestamp(expires), Revision: revision },
    Spec: { Entries: Object.fromEntries(wire) },
  });
}
