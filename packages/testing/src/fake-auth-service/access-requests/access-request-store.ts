import { randomUUID } from "node:crypto";
import { Operation } from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import {
  type AccessRequestSpecV3,
  type AccessRequestV3,
  AccessRequestV3Schema,
  RequestState,
} from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { type EventFanout, toDeletion } from "../cluster/event-fanout.ts";
import { toMillis } from "../cluster/timestamps.ts";

/** A request as stored. Nobody changes a stored message: every write puts a new one in its place. */
export interface StoredRequest {
  readonly id: string;
  readonly spec: AccessRequestSpecV3;
  readonly message: AccessRequestV3;
  /** The encoded message. */
  readonly bytes: Uint8Array;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** End of the elevated access, milliseconds since 1970. */
  readonly accessExpiry: number;
  /** End of the request object, milliseconds since 1970. */
  readonly requestExpiry: number;
}

/** All requests of the cluster. Writing assigns a new revision and tells the watches. */
export interface AccessRequestStore {
  readonly size: number;
  get(id: string): StoredRequest | undefined;
  all(): Iterable<StoredRequest>;
  /** Counts the writes: as long as it is the same, nothing has changed. */
  readonly version: number;
  put(message: AccessRequestV3): StoredRequest;
  /** Brings a request of an earlier run back as it was; nobody is told. */
  restore(message: AccessRequestV3): void;
  /** False when there is none. */
  delete(id: string): boolean;
  /** Sees every write after it was made; undefined is a deletion. */
  onChange(see: (id: string, request: StoredRequest | undefined) => void): void;
}

export function createAccessRequestStore(fanout: EventFanout): AccessRequestStore {
  const requests = new Map<string, StoredRequest>();
  const observers: ((id: string, request: StoredRequest | undefined) => void)[] = [];
  let version = 0;
  const tell = (id: string, request: StoredRequest | undefined) => {
    version += 1;
    for (const see of observers) see(id, request);
  };
  return {
    get size() {
      return requests.size;
    },
    get version() {
      return version;
    },
    get: (id) => requests.get(id),
    all: () => requests.values(),
    restore(message) {
      const stored = toStored(message);
      requests.set(stored.id, stored);
      version += 1;
    },
    put(message) {
      if (message.Metadata) message.Metadata.Revision = randomUUID();
      const stored = toStored(message);
      requests.set(stored.id, stored);
      const request = { user: stored.spec.User, state: stateName(stored.spec.State) };
      fanout.publish({
        kind: "access_request",
        name: stored.id,
        operation: "PUT",
        request,
        bytes: toPutEvent(stored.bytes),
      });
      tell(stored.id, stored);
      return stored;
    },
    delete(id) {
      if (!requests.delete(id)) return false;
      fanout.publish(toDeletion("access_request", "v3", id));
      tell(id, undefined);
      return true;
    },
    onChange: (see) => void observers.push(see),
  };
}

/** What a writer changes and puts back: copies of everything but the fields' own contents, which are to be replaced. */
export function toDraft(stored: StoredRequest): { message: AccessRequestV3; spec: AccessRequestSpecV3 } {
  const { Metadata: metadata } = stored.message;
  const spec = { ...stored.spec };
  return { message: { ...stored.message, Spec: spec, ...(metadata ? { Metadata: { ...metadata } } : {}) }, spec };
}

function toStored(message: AccessRequestV3): StoredRequest {
  const { Metadata: metadata, Spec: spec } = message;
  if (!metadata || !spec) throw new Error("An access request needs metadata and a spec.");
  const accessExpiry = toMillis(spec.Expires) ?? Number.POSITIVE_INFINITY;
  return {
    id: metadata.Name,
    spec,
    message,
    bytes: toBinary(AccessRequestV3Schema, message),
    created: toMillis(spec.Created) ?? 0,
    accessExpiry,
    requestExpiry: toMillis(spec.ResourceExpiry) ?? toMillis(metadata.Expires) ?? accessExpiry,
  };
}

const EVENT_TYPE = 1;
const EVENT_ACCESS_REQUEST = 14;

/** `proto.Event{Type: PUT, AccessRequest: …}` around the encoded request, so that it is encoded only once. */
function toPutEvent(request: Uint8Array): Uint8Array {
  return new BinaryWriter()
    .tag(EVENT_TYPE, WireType.Varint)
    .int32(Operation.PUT)
    .tag(EVENT_ACCESS_REQUEST, WireType.LengthDelimited)
    .bytes(request)
    .finish();
}

const names = new Map<number, string>(Object.entries(RequestState).map(([name, value]) => [value, name]));

/** `PENDING`, `APPROVED` …, as filters and messages have it. */
export const stateName = (state: number) => names.get(state) ?? String(state);
