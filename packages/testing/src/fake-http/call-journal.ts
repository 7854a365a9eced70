import type { CallName } from "./call-match.ts";

/** One HTTP call to a fake, as it happened. Without the token. */
export interface CallRecord extends CallName {
  /** Counts from 1. */
  readonly number: number;
  /** HTTP method, path and query, as they came. */
  readonly url: string;
  /** The parsed body, or what the fake makes of it. */
  readonly content: unknown;
  /** When its last byte had arrived, in milliseconds since 1970. */
  readonly at: number;
  /** Whether it was carried out. */
  accepted: boolean;
  /** What it was answered: `ok`, the platform's own error code, an HTTP status or the fault. */
  outcome: string | undefined;
  /** When its answer was complete, or the connection had gone. */
  endedAt: number | undefined;
  /** The client closed the connection before an answer was complete. */
  abandoned: boolean;
}

export interface CallJournal {
  readonly calls: readonly CallRecord[];
  open(call: CallName & Pick<CallRecord, "url" | "content">): CallRecord;
}

export function createCallJournal(): CallJournal {
  const calls: CallRecord[] = [];
  return {
    calls,
    open(call) {
      const record: CallRecord = {
        ...call,
        number: calls.length + 1,
        at: Date.now(),
        accepted: false,
        outcome: undefined,
        endedAt: undefined,
        abandoned: false,
      };
      calls.push(record);
      return record;
    },
  };
}
