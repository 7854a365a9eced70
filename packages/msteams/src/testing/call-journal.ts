import type { CallShape } from "./faults.ts";

/** One HTTP call to a fake host, as it happened. */
export interface CallRecord extends CallShape {
  /** Counts from 1. */
  readonly number: number;
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  /** Its body when that was JSON; secrets and tokens are never in one. */
  readonly body: unknown;
  /** When its last byte had arrived, in milliseconds since 1970. */
  readonly at: number;
  /** Whether it was carried out. */
  accepted: boolean;
  /** HTTP status and code of the answer, or the fault. */
  outcome: string | undefined;
  /** When its answer was complete, or the connection had gone. */
  endedAt: number | undefined;
  /** The client closed the connection before an answer was complete. */
  abandoned: boolean;
}

export interface CallJournal {
  readonly calls: readonly CallRecord[];
  open(call: CallShape & Pick<CallRecord, "method" | "url" | "body">): CallRecord;
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
