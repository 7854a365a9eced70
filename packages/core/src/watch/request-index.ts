import type { Clock } from "../base/clock.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import type { MessageStatus } from "../domain/request-message.ts";
import type { PluginData } from "../teleport.ts";

/**
 * What this process knows of every open Access Request: the request as last seen, how it ended, and our entry as last
 * read or written. It decides nothing about messages.
 */
export interface RequestIndex {
  /** An event: newer than anything listed before. True when it differs from what was known. */
  put(request: AccessRequest, stream: number): boolean;
  /** A DELETE event. On a stream that has shown the request before it proves how the request ended. */
  delete(id: string, stream: number): void;
  /** A listed request; never overwrites what an event of the same stream said. True when it differs. */
  list(request: AccessRequest, stream: number): boolean;
  /** Proved to be gone without a DELETE event: how it ended was not observed. */
  vanish(id: string): void;
  /** Taken before a call for many entries, for {@link store}: what is remembered from now on is newer than its answer. */
  moment(): number;
  /**
   * Our entry as a call read it that began at `moment`; never overwrites what a session read or wrote since. An id nobody
   * knew gets an entry of its own.
   */
  store(id: string, data: PluginData | undefined, moment: number): void;
  /** What we believe to be stored has to be read again. */
  distrust(id: string): void;
  forget(id: string): void;
  has(id: string): boolean;
  ids(): Iterable<string>;
  /** Seen or stored, and not known to be gone: a listing should show it. */
  expected(): Iterable<string>;
  /** Whether an event of this stream was about the request. */
  touched(id: string, stream: number): boolean;
  isGone(id: string): boolean;
  laneOf(id: string): string;
  /** Requests that are not known to be gone. */
  countOpen(): number;
  source(id: string): RequestSource;
}

/** What is known of one request outside of its session. */
export interface RequestSource {
  readonly id: string;
  /** The request as last seen, and how it ended if it is gone. */
  view(): { readonly request?: AccessRequest; readonly gone?: MessageStatus } | undefined;
  /** Our entry as last read or written; `unread` when it has to be read first. */
  stored(): StoredEntry | "unread";
  /** Keeps what was read or written; `unread` forgets it. */
  remember(data: PluginData | undefined | "unread"): void;
}

export interface StoredEntry {
  readonly data: PluginData | undefined;
  /** Since when this process has seen the present lease value, in monotonic milliseconds. */
  readonly leaseSince: number;
  /** Since when this process has seen this very entry. */
  readonly since: number;
}

interface Entry {
  request?: AccessRequest;
  gone?: MessageStatus;
  stored: StoredEntry | "unread";
  /** The newest stream on which the request was seen, by event or listing. */
  seenOn: number;
  /** The newest stream with an event about it. */
  touchedOn: number;
  /** When a session last read, wrote or gave up what is stored, on the index's own count; -1 when none has. */
  rememberedAt: number;
  /** The lease value last seen and since when, kept while the entry has to be read again. */
  lease?: { readonly value: string; readonly since: number };
}

/** A deletion so shortly before the expiry is an expiry: clocks differ, and nobody deletes by hand just then. */
const expiryToleranceMs = 60_000;

/** `leaseOf` reads the lease value from an entry: how long it has stood there decides about taking over. */
export function createRequestIndex(clock: Clock, leaseOf: (data: PluginData) => string | undefined): RequestIndex {
  const entries = new Map<string, Entry>();
  let moments = 0;

  function entryOf(id: string): Entry {
    const found = entries.get(id);
    if (found !== undefined) return found;
    const created: Entry = { stored: "unread", seenOn: -1, touchedOn: -1, rememberedAt: -1 };
    entries.set(id, created);
    return created;
  }

  function see(request: AccessRequest, stream: number): boolean {
    const isNew = !entries.has(request.id);
    const entry = entryOf(request.id);
    // A request nobody has reviewed is new to all of us: the first write proves it, no read is needed.
    if (isNew && request.state === "pending" && request.reviews.length === 0) remember(entry, undefined);
    const changed = entry.request === undefined || versionOf(entry.request) !== versionOf(request);
    entry.request = request;
    entry.seenOn = stream;
    return changed;
  }

  function remember(entry: Entry, data: PluginData | undefined): void {
    const now = clock.monotonic();
    const value = (data && leaseOf(data)) ?? "";
    if (entry.lease?.value !== value) entry.lease = { value, since: now };
    const before = entry.stored === "unread" ? undefined : entry.stored;
    const same = before !== undefined && sameData(before.data, data);
    entry.stored = { data, leaseSince: entry.lease.since, since: same ? before.since : now };
  }

  function endOf(entry: Entry, stream: number): MessageStatus {
    if (entry.request === undefined || entry.seenOn !== stream) return "closed";
    const expiry = entry.request.requestExpiry?.getTime() ?? Number.POSITIVE_INFINITY;
    return expiry - expiryToleranceMs <= clock.now().getTime() ? "expired" : "removed";
  }

  return {
    put(request, stream) {
      const changed = see(request, stream);
      entryOf(request.id).touchedOn = stream;
      return changed;
    },
    delete(id, stream) {
      const entry = entryOf(id);
      entry.gone = endOf(entry, stream);
      entry.touchedOn = stream;
    },
    list(request, stream) {
      const entry = entries.get(request.id);
      if (entry?.touchedOn === stream || entry?.gone !== undefined) return false;
      return see(request, stream);
    },
    vanish(id) {
      entryOf(id).gone ??= "closed";
    },
    moment: () => moments,
    store(id, data, moment) {
      const entry = entryOf(id);
      if (entry.rememberedAt <= moment) remember(entry, data);
    },
    distrust(id) {
      const entry = entries.get(id);
      if (entry !== undefined) entry.stored = "unread";
    },
    forget: (id) => void entries.delete(id),
    has: (id) => entries.has(id),
    ids: () => [...entries.keys()],
    expected: () => [...entries].filter(([, entry]) => entry.gone === undefined).map(([id]) => id),
    touched: (id, stream) => entries.get(id)?.touchedOn === stream,
    isGone: (id) => entries.get(id)?.gone !== undefined,
    laneOf: (id) => entries.get(id)?.request?.user ?? "",
    countOpen: () => [...entries.values()].filter((entry) => entry.gone === undefined).length,
    source: (id) => ({
      id,
      view() {
        const entry = entries.get(id);
        if (entry === undefined) return undefined;
        const { request, gone } = entry;
        return { ...(request === undefined ? {} : { request }), ...(gone === undefined ? {} : { gone }) };
      },
      stored: () => entries.get(id)?.stored ?? "unread",
      remember(data) {
        const entry = entries.get(id);
        if (entry === undefined) return;
        entry.rememberedAt = ++moments;
        if (data === "unread") entry.stored = "unread";
        else remember(entry, data);
      },
    }),
  };
}

/** Servers before 14 send no revision: then the parts that can change tell versions apart. */
function versionOf(request: AccessRequest): string {
  return request.revision || `${request.state} ${request.reviews.length} ${request.resolveReason}`;
}

function sameData(a: PluginData | undefined, b: PluginData | undefined): boolean {
  const [before, after] = [Object.entries(a ?? {}), Object.entries(b ?? {})];
  return before.length === after.length && before.every(([key, value]) => b?.[key] === value);
}
