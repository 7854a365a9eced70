import {
  type AccessMonitoringRule,
  type AccessRequest,
  type ClusterInfo,
  type PluginData,
  type PluginDataAddress,
  PluginError,
  type ResourceDetails,
  type ResourceId,
  type Review,
  type Role,
  type TeleportClient,
  toResourceText,
  type WatchEvent,
} from "@access-plugins/core";
import { createDataLives, createMemoryAccessLists, type MemoryAccessLists } from "./memory-access-lists.ts";

/**
 * A Teleport cluster in memory, behind core's own interface: for tests of core that run on a fake clock and want every
 * order of events. Real gRPC is the job of the simulated Auth Service.
 */
export interface MemoryTeleport extends TeleportClient {
  readonly cluster: MemoryCluster;
}

type Method = Exclude<keyof TeleportClient, "watch">;

/** The cluster's side: what users do, what goes wrong, and what was asked. */
export interface MemoryCluster {
  create(fields: Partial<AccessRequest> & { id: string }): void;
  review(id: string, review: Partial<Review> & { author: string; state: Review["state"] }): void;
  update(id: string, change: Partial<AccessRequest>): void;
  /** Deletes the request; its plugin data stays, as Teleport keeps it for an hour. */
  delete(id: string): void;
  /** Drops the plugin data as well. */
  purge(id: string): void;
  /** Ends all watches with an error. */
  endWatches(error?: PluginError): void;
  /** Announces renewed credentials on all watches. */
  supersede(): void;
  /** While down, every call and watch fails as unavailable. */
  setDown(down: boolean): void;
  /** The roles that our own identity holds. */
  setRoles(roles: readonly Role[]): void;
  /** A role that requests may name, besides `editor` with the login `root`; others are unknown. */
  setRole(name: string, logins: readonly string[]): void;
  /** A resource of this cluster; others are not shown. */
  setResource(id: Omit<ResourceId, "cluster">, details: Partial<ResourceDetails>): void;
  /** Writes a rule that notifies the plugin `memory` unless told otherwise. */
  setRule(fields: Partial<AccessMonitoringRule> & { name: string }): void;
  deleteRule(name: string): void;
  readonly accessLists: MemoryAccessLists;
  /** Users without traits are unknown. */
  setTraits(user: string, traits: Readonly<Record<string, readonly string[]>>): void;
  /** Runs before a call takes effect; throw to refuse it, return a promise to hold it. */
  before: ((method: Method, args: readonly unknown[]) => void | Promise<void>) | undefined;
  /** Runs after a call took effect; throw to lose its answer. */
  after: ((method: Method, args: readonly unknown[]) => void | Promise<void>) | undefined;
  /** Every call so far. */
  readonly calls: readonly { readonly method: Method; readonly id?: string }[];
  countCalls(method: Method): number;
  clearCalls(): void;
  pluginData(id: string, plugin: string): PluginData | undefined;
  setPluginData(id: string, plugin: string, data: PluginData): void;
  watches(): number;
}

const allRole: Role = {
  name: "access-plugin",
  allow: { logins: [], rules: [{ resources: ["access_request"], verbs: ["list", "read"], where: "" }] },
  deny: { logins: [], rules: [] },
};

/** `now` is when plugin data of access lists ends; without it never. */
export function createMemoryTeleport(
  info: Partial<ClusterInfo> = {},
  now: () => Date = () => new Date(0),
): MemoryTeleport {
  const { clusterName = "example.com" } = info;
  const requests = new Map<string, AccessRequest>();
  const entries = new Map<string, Map<string, Record<string, string>>>();
  const accessLists = createMemoryAccessLists();
  const lives = createDataLives(now);
  const watchers = new Set<Watcher>();
  const calls: { method: Method; id?: string }[] = [];
  const rules = new Map<string, AccessMonitoringRule>();
  const traits = new Map<string, Readonly<Record<string, readonly string[]>>>();
  const requestable = new Map([["editor", toRole("editor", ["root"])]]);
  const resources = new Map<string, ResourceDetails>();
  let roles: readonly Role[] = [allRole];
  let revisions = 0;
  let down = false;

  function store(request: AccessRequest): void {
    const revised = { ...request, revision: `r${++revisions}` };
    requests.set(request.id, revised);
    emit({ type: "put", kind: "access_request", request: revised });
  }

  function emit(event: WatchEvent): void {
    for (const watcher of watchers) watcher.push(event);
  }

  const cluster: MemoryCluster = {
    before: undefined,
    after: undefined,
    calls,
    accessLists,
    create: (fields) => store({ ...emptyRequest, ...fields }),
    review(id, review) {
      const request = known(id);
      const full: Review = { reason: "", thresholdIndexes: [], ...review };
      const state = review.state === "pending" ? request.state : review.state;
      store({ ...request, reviews: [...request.reviews, full], state, resolveReason: full.reason });
    },
    update: (id, change) => store({ ...known(id), ...change }),
    delete(id) {
      requests.delete(id);
      emit({ type: "delete", kind: "access_request", name: id });
    },
    purge: (id) => void entries.delete(id),
    endWatches(error = new PluginError("unavailable", "event fanout system reset")) {
      for (const watcher of watchers) watcher.end(error);
      watchers.clear();
    },
    supersede: () => emit({ type: "superseded" }),
    setDown(value) {
      down = value;
      if (down) cluster.endWatches();
    },
    setRule(fields) {
      const rule = { ...emptyRule, ...fields, revision: `r${++revisions}` };
      rules.set(rule.name, rule);
      emit({ type: "put", kind: "access_monitoring_rule", rule });
    },
    deleteRule(name) {
      rules.delete(name);
      emit({ type: "delete", kind: "access_monitoring_rule", name });
    },
    setTraits: (user, values) => void traits.set(user, values),
    setRoles(value) {
      roles = value;
    },
    setRole: (name, logins) => void requestable.set(name, toRole(name, logins)),
    setResource(id, details) {
      resources.set(toResourceText({ cluster: clusterName, ...id }), { labels: {}, ...details });
    },
    countCalls: (method) => calls.filter((call) => call.method === method).length,
    clearCalls: () => void calls.splice(0),
    pluginData: (id, plugin) => entryOf(id).get(plugin),
    setPluginData(id, plugin, data) {
      entryOf(id).set(plugin, { ...data });
    },
    watches: () => watchers.size,
  };

  function known(id: string): AccessRequest {
    const request = requests.get(id);
    if (request === undefined) throw new Error(`the test never created ${id}`);
    return request;
  }

  function entryOf(id: string): Map<string, Record<string, string>> {
    if (lives.isOver(id)) entries.delete(id);
    const found = entries.get(id) ?? new Map<string, Record<string, string>>();
    entries.set(id, found);
    return found;
  }

  async function call<T>(method: Method, args: readonly unknown[], signal: AbortSignal, effect: () => T): Promise<T> {
    calls.push({ method, ...(typeof args[0] === "string" ? { id: args[0] } : {}) });
    signal.throwIfAborted();
    if (down) throw new PluginError("unavailable", "connection refused");
    await cluster.before?.(method, args);
    const result = effect();
    await cluster.after?.(method, args);
    return result;
  }

  function update(of: PluginDataAddress, set: PluginData, expect: PluginData): void {
    if (Object.keys(expect).length === 0) throw new PluginError("invalid_argument", "an empty Expect is no condition");
    if (of.kind === "access_request" && !requests.has(of.resource) && !entries.has(of.resource)) {
      throw new PluginError("not_found", `no access request matching "${of.resource}"`);
    }
    const entry = entryOf(of.resource).get(of.plugin) ?? {};
    for (const [key, value] of Object.entries(expect)) {
      if ((entry[key] ?? "") !== value) throw new PluginError("conflict", `expectations not met for field "${key}"`);
    }
    const next = Object.fromEntries(Object.entries({ ...entry, ...set }).filter(([, value]) => value !== ""));
    const all = new Map(entryOf(of.resource)).set(of.plugin, next);
    if (JSON.stringify(Object.fromEntries(all)).length > 1_000_000) {
      throw new PluginError("too_large", "plugin data size limit exceeded");
    }
    entries.set(of.resource, all);
    if (of.kind === "access_list") lives.write(of.resource);
  }

  return {
    cluster,
    ping: (signal) =>
      call("ping", [], signal, () => ({
        clusterName,
        serverVersion: "18.0.0",
        proxyPublicAddr: "proxy.example.com:443",
        advancedAccessWorkflows: false,
        ...info,
      })),
    async *watch(_kinds, signal) {
      if (down) throw new PluginError("unavailable", "connection refused");
      const watcher = createWatcher();
      watchers.add(watcher);
      const stop = () => watcher.end(new PluginError("aborted", "stopped"));
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) stop();
      try {
        yield { type: "init", confirmed: ["access_request", "access_monitoring_rule"] };
        for (;;) yield await watcher.next();
      } finally {
        signal.removeEventListener("abort", stop);
        watchers.delete(watcher);
      }
    },
    async *listAccessRequests(signal) {
      yield await call("listAccessRequests", [], signal, () => [...requests.values()]);
    },
    getAccessRequest: (id, signal) => call("getAccessRequest", [id], signal, () => requests.get(id)),
    getPluginData: (of, signal) =>
      call("getPluginData", [of.resource], signal, () => {
        const entry = entryOf(of.resource).get(of.plugin);
        return entry === undefined || Object.keys(entry).length === 0 ? undefined : { ...entry };
      }),
    getAllPluginData: (_kind, plugin, signal) =>
      call("getAllPluginData", [], signal, () => {
        const all = [...entries].map(([id, byPlugin]) => [id, byPlugin.get(plugin)] as const);
        return new Map(all.flatMap(([id, entry]) => (entry === undefined ? [] : [[id, { ...entry }] as const])));
      }),
    updatePluginData: (of, set, expect, signal) =>
      call("updatePluginData", [of.resource, set, expect], signal, () => update(of, set, expect)),
    getOwnRoles: (signal) => call("getOwnRoles", [], signal, () => roles),
    getRole: (name, signal) =>
      call("getRole", [name], signal, () => {
        const found = requestable.get(name);
        if (found === undefined) throw new PluginError("not_found", `role ${name} is not found`);
        return found;
      }),
    findResources: (ids, signal) =>
      call("findResources", [ids], signal, () => {
        const texts = ids.map(toResourceText);
        return new Map([...resources].filter(([text]) => texts.includes(text)));
      }),
    getUserTraits: (name, signal) =>
      call("getUserTraits", [name], signal, () => {
        const found = traits.get(name);
        if (found === undefined) throw new PluginError("not_found", `user ${name} is not found`);
        return found;
      }),
    async *listAccessMonitoringRules(_plugin, signal) {
      yield await call("listAccessMonitoringRules", [], signal, () => [...rules.values()]);
    },
    async *listAccessLists(signal) {
      for (const list of await call("listAccessLists", [], signal, () => accessLists.all())) yield [list];
    },
    getAccessListOwners: ({ name }, signal) =>
      call("getAccessListOwners", [name], signal, () => accessLists.ownersOf(name)),
    getUser: (name, signal) =>
      call("getUser", [name], signal, () => {
        throw new PluginError("not_found", `user ${name} is not found`);
      }),
  };
}

function toRole(name: string, logins: readonly string[]): Role {
  const none = { logins: [], rules: [] };
  return { name, allow: { ...none, logins }, deny: none };
}

const emptyRule: Omit<AccessMonitoringRule, "name"> = {
  revision: "",
  subjects: ["access_request"],
  condition: "true",
  notification: { name: "memory", recipients: ["rule-room"] },
  schedules: [],
};

const emptyRequest: Omit<AccessRequest, "id"> = {
  user: "alice",
  roles: ["editor"],
  state: "pending",
  revision: "",
  reason: "",
  resolveReason: "",
  suggestedReviewers: [],
  resources: [],
  annotations: {},
  reviews: [],
  thresholds: [],
  roleThresholds: {},
  kind: "unspecified",
};

interface Watcher {
  push(event: WatchEvent): void;
  end(error: PluginError): void;
  next(): Promise<WatchEvent>;
}

function createWatcher(): Watcher {
  const events: WatchEvent[] = [];
  let ended: PluginError | undefined;
  let wake = Promise.withResolvers<void>();
  return {
    push(event) {
      events.push(event);
      wake.resolve();
    },
    end(error) {
      ended ??= error;
      wake.resolve();
    },
    async next() {
      for (;;) {
        const event = events.shift();
        if (event !== undefined) return event;
        if (ended !== undefined) throw ended;
        await wake.promise;
        wake = Promise.withResolvers<void>();
      }
    },
  };
}
