import { textArgument } from "./arguments.ts";

/** One HTTP call to the fake, as it happened. */
export interface CallRecord {
  /** Counts from 1. */
  readonly number: number;
  readonly method: string;
  /** The channel argument, as the call named it; empty for methods without one. */
  readonly channel: string;
  /** Path and query, as they came. */
  readonly url: string;
  /** Arguments by name, without the token. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** When its last byte had arrived, in milliseconds since 1970. */
  readonly at: number;
  /** Whether it was carried out. */
  accepted: boolean;
  /** What it was answered: `ok`, Slack's error code, an HTTP status or the fault. */
  outcome: string | undefined;
  /** When its answer was complete, or the connection had gone. */
  endedAt: number | undefined;
  /** The client closed the connection before an answer was complete. */
  abandoned: boolean;
}

export interface CallJournal {
  readonly calls: readonly CallRecord[];
  open(method: string, url: string, values: Readonly<Record<string, unknown>>): CallRecord;
}

export function createCallJournal(): CallJournal {
  const calls: CallRecord[] = [];
  return {
    calls,
    open(method, url, { token: _, ...values }) {
      const record: CallRecord = {
        number: calls.length + 1,
        method,
        url,
        channel: textArgument(values, "channel"),
        arguments: values,
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
