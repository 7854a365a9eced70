import {
  type Event,
  EventSchema,
  Operation,
} from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { create, toBinary } from "@bufbuild/protobuf";
import { type Condition, createCondition } from "../grpc/condition.ts";
import type { StatusError } from "../grpc/status-error.ts";

/** One change: the event's bytes (the same for every watcher) and what filters look at. */
export interface Change {
  readonly kind: string;
  readonly name: string;
  readonly operation: "PUT" | "DELETE";
  /** Of a changed access request. */
  readonly request?: { readonly user: string; readonly state: string };
  readonly bytes: Uint8Array;
}

interface Subscriber {
  readonly user: string;
  deliver(change: Change): void;
  /** The server ends the watch. */
  end(error: StatusError): void;
}

/** Brings changes to all watches, in the order in which they were made. Nothing is kept for later watches. */
export interface EventFanout {
  readonly subscribers: ReadonlySet<Subscriber>;
  /** Changes whenever a watch begins or ends. */
  readonly condition: Condition;
  /** The returned function ends the subscription. */
  subscribe(subscriber: Subscriber): () => void;
  publish(change: Change): void;
  /** Sees every change before the watches do. */
  observe(see: (change: Change) => void): void;
}

export function createEventFanout(): EventFanout {
  const subscribers = new Set<Subscriber>();
  const observers: ((change: Change) => void)[] = [];
  const condition = createCondition();
  return {
    subscribers,
    condition,
    subscribe(subscriber) {
      subscribers.add(subscriber);
      condition.changed();
      return () => {
        subscribers.delete(subscriber);
        condition.changed();
      };
    },
    observe: (see) => void observers.push(see),
    publish(change) {
      for (const see of observers) see(change);
      for (const subscriber of subscribers) subscriber.deliver(change);
    },
  };
}

export const toPutBytes = (resource: Event["Resource"]) =>
  toBinary(EventSchema, create(EventSchema, { Type: Operation.PUT, Resource: resource }));

/** A deletion carries a header only: kind, version, name, namespace. */
export function toDeletion(kind: string, version: string, name: string): Change {
  const value = { Kind: kind, Version: version, Metadata: { Name: name, Namespace: "default" } };
  const event = create(EventSchema, { Type: Operation.DELETE, Resource: { case: "ResourceHeader", value } });
  return { kind, name, operation: "DELETE", bytes: toBinary(EventSchema, event) };
}
