import {
  type Call,
  type Check,
  createRateLimiter,
  type Log,
  type LogFields,
  type Messenger,
  PluginError,
  type RateLimiter,
  type Recipient,
  type SentMessage,
} from "@access-plugins/core";
import { createFakeClock, type FakeClock } from "../fake-clock.ts";
import { sampleMessage } from "./sample-messages.ts";
import type { ContractRig, ContractSuite, ShownMessage } from "./suite.ts";

/** What one test of the contract works on. */
export interface Stage {
  readonly rig: ContractRig;
  readonly clock: FakeClock;
  readonly messenger: Messenger;
  /** How often the limiter has let a call go. */
  readonly admissions: () => number;
  /** Everything that was logged, as text. */
  readonly logged: readonly string[];
  /** A messenger as after a restart. */
  restart(): Messenger;
  call(changes?: Partial<Call>): Call;
  /** The first form of the suite, resolved. */
  findAnyone(): Promise<Recipient>;
  /** Posts the sample message to anyone. */
  postSample(): Promise<SentMessage>;
  /** Fails the test when the message is not there. */
  shown(sent: SentMessage): ShownMessage;
}

export type OpenStage = () => Promise<Stage>;

export async function openStage(suite: ContractSuite): Promise<Stage> {
  const rig = await suite.open();
  const clock = createFakeClock();
  const logged: string[] = [];
  const { limiter, admissions } = countAdmissions(createRateLimiter({ clock }));
  const restart = () => rig.createMessenger({ log: createRecordingLog(logged), limiter, clock });
  const messenger = restart();
  const call = (changes: Partial<Call> = {}): Call => ({
    signal: new AbortController().signal,
    lane: "alice7",
    mayStart: () => true,
    ...changes,
  });
  const findAnyone = () => messenger.findRecipient(suite.recipients[0].raw, "any", call());
  return {
    rig,
    clock,
    messenger,
    admissions,
    logged,
    restart,
    call,
    findAnyone,
    postSample: async () => messenger.post(await findAnyone(), sampleMessage(), "key-1", call()),
    shown(sent) {
      const message = rig.find(sent);
      if (message === undefined) throw new Error(`The platform has no message at ${JSON.stringify(sent)}.`);
      return message;
    },
  };
}

/** What the promise rejects with; fails the test when it does not, or with anything but our error. */
export async function failureOf(promise: Promise<unknown>): Promise<PluginError> {
  const thrown = await promise.then(
    () => new Error("It did not fail."),
    (reason: unknown) => reason,
  );
  if (thrown instanceof PluginError) return thrown;
  throw new Error("It did not fail with a PluginError.", { cause: thrown });
}

/** Reads all findings of a check. */
export async function findingsOf(messenger: Messenger, call: Call): Promise<readonly Check[]> {
  const findings: Check[] = [];
  for await (const finding of messenger.check(call)) findings.push(finding);
  return findings;
}

function countAdmissions(limiter: RateLimiter): { readonly limiter: RateLimiter; admissions(): number } {
  let count = 0;
  return {
    limiter: {
      run: (buckets, call, request) =>
        limiter.run(buckets, call, () => {
          count += 1;
          return request();
        }),
    },
    admissions: () => count,
  };
}

function createRecordingLog(lines: string[]): Log {
  const write = (message: string, fields?: LogFields) => void lines.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
  return log;
}
