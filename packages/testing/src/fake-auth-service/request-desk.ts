import { randomUUID } from "node:crypto";
import { RequestStateSetterSchema } from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import {
  type AccessRequestV3,
  AccessRequestV3Schema,
  AccessReviewSchema,
  RequestState,
} from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { create } from "@bufbuild/protobuf";
import type { AccessRequestOperations } from "./access-requests/access-request-operations.ts";
import type { Cluster } from "./cluster/cluster.ts";
import { defaultUserNames } from "./cluster/defaults.ts";
import { type Caller, toCaller } from "./cluster/permissions.ts";
import type { PluginDataObject } from "./cluster/plugin-data-store.ts";
import { toLabelValues } from "./cluster/role.ts";
import { toTimestamp } from "./cluster/timestamps.ts";
import { createCondition } from "./grpc/condition.ts";

/** What a person asks for. Everything has a default. */
export interface RequestInput {
  /** Default: the default requester. */
  readonly user?: string;
  /** Default `["editor"]`; without it when resources are asked for. */
  readonly roles?: readonly string[];
  readonly reason?: string;
  readonly suggestedReviewers?: readonly string[];
  readonly resources?: readonly { cluster?: string; kind: string; name: string; sub?: string }[];
  /** How long one session may last, and the access when no maximum duration is given. Milliseconds from now. */
  readonly accessTtlMs?: number;
  /** Milliseconds from now. */
  readonly maxDurationMs?: number;
  /** When the request ends unless somebody decides. Milliseconds from now. */
  readonly pendingTtlMs?: number;
  /** Milliseconds from now. */
  readonly assumeStartMs?: number;
}

export interface ReviewInput {
  /** Default: the default reviewer. */
  readonly author?: string;
  readonly state?: "approved" | "denied";
  readonly reason?: string;
}

export interface ResolveInput {
  /** Default: the default admin. */
  readonly by?: string;
  readonly reason?: string;
  /** Grants only these of the requested roles. */
  readonly roles?: readonly string[];
  readonly annotations?: Readonly<Record<string, readonly string[]>>;
}

/**
 * What people do to requests, without the way over the network: as users of the directory, with their permissions and
 * the server's errors ({@link StatusError} with code and text). Everything else sees it as if it had come in by RPC.
 */
export interface RequestDesk {
  /** Gives the id. */
  createRequest(input?: RequestInput): string;
  review(id: string, input?: ReviewInput): void;
  /** Overrides reviews, as `tctl requests approve|deny` does. */
  resolve(id: string, state: "approved" | "denied", input?: ResolveInput): void;
  promote(
    id: string,
    list: { readonly name: string; readonly title: string },
    input?: Pick<ResolveInput, "by" | "reason">,
  ): void;
  deleteRequest(id: string): void;
  /** The stored request; undefined when there is none. */
  request(id: string): AccessRequestV3 | undefined;
  /** All stored requests, in the order of their creation. */
  requests(): readonly AccessRequestV3[];
  /** Waits until the stored request fits; undefined is a deleted one. Rejects after `timeoutMs` (10 s). */
  untilRequest(id: string, fits: (request: AccessRequestV3 | undefined) => boolean, timeoutMs?: number): Promise<void>;
  /** The entries of all plugins on a request (or access list), by plugin name. Empty when there are none. */
  pluginData(subject: string, kind?: PluginDataObject["kind"]): PluginDataObject["entries"];
  /** Writes an entry as some other program would; empty values delete, `expect` may stop it. */
  setPluginData(
    subject: string,
    plugin: string,
    set: Readonly<Record<string, string>>,
    expect?: Readonly<Record<string, string>>,
  ): void;
  /** Waits until the plugin's entry fits (an absent one is empty). Gives it. Rejects after `timeoutMs` (10 s). */
  waitForPluginData(
    subject: string,
    plugin: string,
    fits: (entry: Readonly<Record<string, string>>) => boolean,
    timeoutMs?: number,
  ): Promise<Readonly<Record<string, string>>>;
}

export function createRequestDesk(cluster: Cluster, operations: AccessRequestOperations): RequestDesk {
  const changes = createCondition();
  cluster.requests.onChange(changes.changed);
  cluster.pluginData.onChange(changes.changed);
  const as = (name: string): Caller => {
    const user = cluster.directory.users.get(name);
    if (!user) throw new Error(`There is no user ${name}: add it with directory.setUser first.`);
    const { roles } = user;
    return toCaller({ user: name, roles, expires: Number.POSITIVE_INFINITY, certificate: "user" }, cluster.directory);
  };
  const entries = (subject: string, kind: PluginDataObject["kind"] = "access_request") =>
    cluster.pluginData.get(kind, subject)?.entries ?? {};
  return {
    createRequest(input = {}) {
      const user = input.user ?? defaultUserNames.requester;
      return operations.create(toWish(user, input, cluster), as(user)).Metadata?.Name ?? "";
    },
    review(id, { author = defaultUserNames.reviewer, state = "approved", reason = "" } = {}) {
      const review = create(AccessReviewSchema, { Author: author, ProposedState: states[state], Reason: reason });
      operations.review(id, review, as(author));
    },
    resolve(id, state, { by = defaultUserNames.admin, reason = "", roles = [], annotations = {} } = {}) {
      const Annotations = toLabelValues(annotations);
      const setter = { ID: id, State: states[state], Reason: reason, Roles: [...roles], Annotations };
      operations.setState(create(RequestStateSetterSchema, setter), as(by));
    },
    promote: (id, list, { by = defaultUserNames.admin, reason = "" } = {}) =>
      void operations.promote(id, list, reason, as(by)),
    deleteRequest: (id) => operations.delete(id, as(defaultUserNames.admin)),
    request: (id) => cluster.requests.get(id)?.message,
    requests: () => [...cluster.requests.all()].map(({ message }) => message),
    async untilRequest(id, fits, timeoutMs) {
      const probe = () => (fits(cluster.requests.get(id)?.message) ? true : undefined);
      await changes.until(probe, `request ${id} to fit`, timeoutMs);
    },
    pluginData: entries,
    setPluginData(subject, plugin, set, expect = {}) {
      cluster.pluginData.update({
        $typeName: "types.PluginDataUpdateParams",
        Kind: "access_request",
        Resource: subject,
        Plugin: plugin,
        Set: { ...set },
        Expect: { ...expect },
      });
    },
    waitForPluginData: (subject, plugin, fits, timeoutMs) =>
      changes.until(
        () => {
          const entry = entries(subject)[plugin] ?? {};
          return fits(entry) ? entry : undefined;
        },
        `plugin data of ${plugin} on ${subject}`,
        timeoutMs,
      ),
  };
}

const states = { approved: RequestState.APPROVED, denied: RequestState.DENIED } as const;

function toWish(user: string, input: RequestInput, cluster: Cluster): AccessRequestV3 {
  const now = cluster.now();
  const at = (name: string, ms: number | undefined) => (ms === undefined ? {} : { [name]: toTimestamp(now + ms) });
  const resources = (input.resources ?? []).map(({ cluster: home = cluster.name, kind, name, sub = "" }) => ({
    ClusterName: home,
    Kind: kind,
    Name: name,
    SubResourceName: sub,
  }));
  return create(AccessRequestV3Schema, {
    Metadata: { Name: randomUUID() },
    Spec: {
      User: user,
      Roles: [...(input.roles ?? (resources.length > 0 ? [] : ["editor"]))],
      RequestReason: input.reason ?? "",
      SuggestedReviewers: [...(input.suggestedReviewers ?? [])],
      RequestedResourceIDs: resources,
      ...at("Expires", input.accessTtlMs),
      ...at("MaxDuration", input.maxDurationMs),
      ...at("ResourceExpiry", input.pendingTtlMs),
      ...at("AssumeStartTime", input.assumeStartMs),
    },
  });
}
