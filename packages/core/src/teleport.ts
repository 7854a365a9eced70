import type { AccessList } from "./domain/access-list.ts";
import type { AccessMonitoringRule } from "./domain/access-monitoring-rule.ts";
import type { AccessRequest, ResourceId } from "./domain/access-request.ts";

/**
 * What core needs of a Teleport cluster, in domain terms. Implementations throw {@link PluginError} only; codes as the
 * server means them: `forbidden` (PermissionDenied), `conflict` (FailedPrecondition: an expectation was not met),
 * `not_found`, `invalid_argument`, `too_large` (plugin data over its limit, an answer over the receive limit),
 * `not_implemented`, `unauthenticated` (our certificate is refused), `unavailable`, `timeout`, `aborted`.
 */
export interface TeleportClient {
  ping(signal: AbortSignal): Promise<ClusterInfo>;
  /**
   * One watch on a connection of its own: the first event is always `init`; it ends only by throwing. A connection
   * that went silent throws `unavailable` within 30 s. After the signal aborts it throws `aborted`.
   */
  watch(kinds: readonly WatchKind[], signal: AbortSignal): AsyncIterable<WatchEvent>;
  /** All Access Requests visible to us, page by page, any order. */
  listAccessRequests(signal: AbortSignal): AsyncIterable<readonly AccessRequest[]>;
  /** One Access Request, undefined when the server has none (or lets us see none) with this id. */
  getAccessRequest(id: string, signal: AbortSignal): Promise<AccessRequest | undefined>;
  /** Our plugin's entry on one resource; undefined when there is none. */
  getPluginData(of: PluginDataAddress, signal: AbortSignal): Promise<PluginData | undefined>;
  /** Our plugin's entries on all resources of the kind, by resource name. One unpaged answer: may throw `too_large`. */
  getAllPluginData(kind: PluginDataKind, plugin: string, signal: AbortSignal): Promise<ReadonlyMap<string, PluginData>>;
  /**
   * Compare-and-set. Every key of `expect` must hold exactly that value ("" means absent), else `conflict` and nothing
   * is written. `expect` must not be empty: the server takes that as "no condition". Keys of `set` are written, ""
   * deletes, others stay. `not_found` when the request is gone and its plugin data with it; data of an access list is
   * kept for 14 days from its last write, whether the list exists or not.
   */
  updatePluginData(
    of: PluginDataAddress,
    set: Readonly<Record<string, string>>,
    expect: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void>;
  /** The roles our own identity holds, with what they allow and deny. */
  getOwnRoles(signal: AbortSignal): Promise<readonly Role[]>;
  /** `not_found` or `forbidden` are thrown. */
  getRole(name: string, signal: AbortSignal): Promise<Role>;
  /** `not_found` or `forbidden` are thrown. */
  getUser(name: string, signal: AbortSignal): Promise<User>;
  /**
   * Traits of a user as they are when the user logs in: of the login state if there is one, else of the user.
   * `not_found` or `forbidden` are thrown.
   */
  getUserTraits(name: string, signal: AbortSignal): Promise<Readonly<Record<string, readonly string[]>>>;
  /**
   * What the cluster tells about requested resources, by the text form of their ids (`toResourceText`). Left out are
   * resources of other clusters, kinds that Teleport cannot list, and what is gone or not shown to us. One call per
   * kind; `forbidden` is thrown when one of the kinds may not be listed.
   */
  findResources(ids: readonly ResourceId[], signal: AbortSignal): Promise<ReadonlyMap<string, ResourceDetails>>;
  /**
   * The Access Monitoring Rules about Access Requests that notify this plugin, page by page; none from servers that
   * have no rules. `forbidden` is thrown.
   */
  listAccessMonitoringRules(plugin: string, signal: AbortSignal): AsyncIterable<readonly AccessMonitoringRule[]>;
  /**
   * All access lists, page by page. `forbidden` and, from editions and versions without access lists,
   * `not_implemented` are thrown.
   */
  listAccessLists(signal: AbortSignal): AsyncIterable<readonly AccessList[]>;
  /**
   * The users who own `list`, those of nested lists among them, each once; from servers that cannot resolve nested
   * lists those the list names itself. `not_found` (deleted meanwhile) and `forbidden` are thrown.
   */
  getAccessListOwners(list: AccessList, signal: AbortSignal): Promise<readonly string[]>;
}

/** One plugin's entry: string keys and values; empty values do not exist. */
export type PluginData = Readonly<Record<string, string>>;

export type PluginDataKind = "access_request" | "access_list";

export interface PluginDataAddress {
  readonly kind: PluginDataKind;
  /** Name of the resource: the request id, the access list's name. */
  readonly resource: string;
  /** Name of the plugin's entry. */
  readonly plugin: string;
}

/** What `Ping` tells. */
export interface ClusterInfo {
  readonly clusterName: string;
  /** Semantic version without a leading `v`. */
  readonly serverVersion: string;
  /** Public address of the Proxy, `host[:port]`; empty when the cluster has none. */
  readonly proxyPublicAddr: string;
  /** The licence includes advanced access workflows: only then does the web UI have a page for each request. */
  readonly advancedAccessWorkflows: boolean;
}

export type WatchKind = "access_request" | "access_monitoring_rule";

/**
 * What a watch delivers. Kinds nobody asked for and events of unknown content are left out. `superseded`: our
 * credentials were renewed; open a new watch, and let go of this one once the new one is ready.
 */
export type WatchEvent =
  | { readonly type: "init"; readonly confirmed: readonly WatchKind[] }
  | { readonly type: "superseded" }
  | { readonly type: "put"; readonly kind: "access_request"; readonly request: AccessRequest }
  | { readonly type: "delete"; readonly kind: WatchKind; readonly name: string }
  | { readonly type: "put"; readonly kind: "access_monitoring_rule"; readonly rule: AccessMonitoringRule };

export interface Role {
  readonly name: string;
  readonly allow: RoleConditions;
  readonly deny: RoleConditions;
}

export interface RoleConditions {
  readonly logins: readonly string[];
  readonly rules: readonly RoleRule[];
}

export interface RoleRule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** A predicate; empty means "always". */
  readonly where: string;
}

export interface User {
  readonly name: string;
  readonly roles: readonly string[];
  readonly traits: Readonly<Record<string, readonly string[]>>;
}

export interface ResourceDetails {
  /** The name people know it by; absent where Teleport has none but the one in the id. */
  readonly name?: string;
  /** Static labels and those that commands on its host print. */
  readonly labels: Readonly<Record<string, string>>;
}
