import {
  AuthService,
  EventSchema,
  type Watch,
} from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { RequestState, type WatchKind } from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { create, toBinary } from "@bufbuild/protobuf";
import { type Cluster, callerOf } from "../cluster/cluster.ts";
import type { Change } from "../cluster/event-fanout.ts";
import { type Caller, denial } from "../cluster/permissions.ts";
import type { Profile } from "../cluster/profiles.ts";
import type { GrpcHost } from "../grpc/grpc-host.ts";
import { accessDenied, badParameter, type StatusError } from "../grpc/status-error.ts";

/** The event stream: INIT with the confirmed kinds, then every change from that moment on. */
export function serveWatch(host: GrpcHost, cluster: Cluster): void {
  host.serve(AuthService, {
    watchEvents(watch, context, send) {
      const caller = callerOf(cluster, context);
      const kinds = confirmKinds(watch, caller, cluster.profile);
      return new Promise<void>((resolve, reject) => {
        const leave = cluster.fanout.subscribe({
          user: caller.user,
          deliver: (change) => {
            if (kinds.some((kind) => wants(kind, change))) send(change.bytes);
          },
          end: (error: StatusError) => {
            leave();
            reject(error);
          },
        });
        context.signal.addEventListener("abort", () => {
          leave();
          resolve();
        });
        send(toInit(kinds));
      });
    },
  });
}

function toInit(kinds: readonly WatchKind[]): Uint8Array {
  const status = {
    Kind: "watch_status",
    Version: "v1",
    Metadata: { Name: "watch-status", Namespace: "default" },
    Spec: { Kinds: [...kinds] },
  };
  return toBinary(EventSchema, create(EventSchema, { Resource: { case: "WatchStatus", value: status } }));
}

/** The kinds the caller gets, in the order asked for. Throws where Teleport refuses the whole watch. */
function confirmKinds(watch: Watch, caller: Caller, profile: Profile): readonly WatchKind[] {
  if (watch.Kinds.length === 0) throw accessDenied("can't setup global watch");
  const confirmed = watch.Kinds.filter((kind) => {
    const refusal = findRefusal(kind, caller, profile);
    if (refusal && !watch.AllowPartialSuccess) throw refusal;
    return !refusal;
  });
  if (confirmed.length === 0) throw badParameter("none of the requested kinds can be watched");
  return confirmed;
}

function findRefusal(kind: WatchKind, caller: Caller, profile: Profile): StatusError | undefined {
  if (!isServed(kind.Kind, profile)) {
    return badParameter(`resource type "${kind.Kind}" is not supported by this event stream`);
  }
  checkFilter(kind);
  const own = kind.Kind === "access_request" && kind.Filter["user"] === caller.user && caller.user !== "";
  return own || caller.may(kind.Kind, "read") ? undefined : denial(kind.Kind, "read");
}

const isServed = (kind: string, profile: Profile) =>
  kind === "access_request" || kind === "access_list" || (kind === "access_monitoring_rule" && profile.monitoringRules);

const FILTER_KEYS: readonly string[] = ["id", "user", "state"];

function checkFilter({ Kind, Filter }: WatchKind): void {
  if (Kind !== "access_request") return;
  for (const [key, value] of Object.entries(Filter)) {
    if (!FILTER_KEYS.includes(key)) throw badParameter(`unknown filter key ${key}`);
    if (key === "state" && !Object.hasOwn(RequestState, value)) throw badParameter(`unknown request state: "${value}"`);
  }
}

/** Filters look at the object after the change; deletions pass them all. */
function wants(kind: WatchKind, change: Change): boolean {
  if (kind.Kind !== change.kind || (kind.Name !== "" && kind.Name !== change.name)) return false;
  if (change.operation === "DELETE") return true;
  const { id, user, state } = kind.Filter;
  return (
    (!id || id === change.name) &&
    (!user || user === change.request?.user) &&
    (!state || state === "NONE" || state === change.request?.state)
  );
}
