import type { status } from "@grpc/grpc-js";
import { createCondition } from "./condition.ts";

/** One call as the server saw it. */
export interface CallRecord {
  /** Method name without its service: `UpdatePluginData`. */
  readonly method: string;
  readonly service: string;
  /** User of the client certificate; empty without one. */
  readonly caller: string;
  /** What the call was about, as far as one word tells: request id, plugin data address, name. */
  readonly subject: string;
  /** When it arrived, in milliseconds since 1970. */
  readonly at: number;
  /** Undefined while the call runs; 0 is success. */
  readonly code: status | undefined;
}

/** Every call since the start or the last `clear`, oldest first. */
export interface CallJournal {
  readonly all: readonly CallRecord[];
  /** How many calls of the method arrived, optionally from one caller only. */
  count(method: string, caller?: string): number;
  /** The calls of one method, oldest first. */
  of(method: string): readonly CallRecord[];
  /** Waits until a call fits, past ones included. Rejects after `timeoutMs` (10 s). */
  until(fits: (call: CallRecord) => boolean, timeoutMs?: number): Promise<CallRecord>;
  /** Waits until `count` calls of the method have arrived. */
  untilCount(method: string, count: number, timeoutMs?: number): Promise<void>;
  clear(): void;
}

/** The writing side of a {@link CallJournal}. */
export interface CallRecorder {
  begin(call: Omit<CallRecord, "at" | "code">): CallRecord;
  end(call: CallRecord, code: status): void;
}

export function createCallJournal(): CallJournal & CallRecorder {
  type Entry = { -readonly [K in keyof CallRecord]: CallRecord[K] };
  const entries: Entry[] = [];
  const counts = new Map<string, number>();
  const condition = createCondition();
  const of = (method: string) => entries.filter((entry) => entry.method === method);
  const count = (method: string, caller?: string) =>
    caller === undefined ? (counts.get(method) ?? 0) : of(method).filter((entry) => entry.caller === caller).length;
  return {
    all: entries,
    count,
    of,
    until: (fits, timeoutMs) => condition.until(() => entries.find(fits), "a fitting call", timeoutMs),
    async untilCount(method, wanted, timeoutMs) {
      const enough = () => (count(method) >= wanted ? true : undefined);
      await condition.until(enough, `${wanted} calls of ${method}`, timeoutMs);
    },
    clear() {
      entries.length = 0;
      counts.clear();
    },
    begin(call) {
      const entry: Entry = { ...call, at: Date.now(), code: undefined };
      entries.push(entry);
      counts.set(call.method, (counts.get(call.method) ?? 0) + 1);
      condition.changed();
      return entry;
    },
    end(call, code) {
      (call as Entry).code = code;
      condition.changed();
    },
  };
}
