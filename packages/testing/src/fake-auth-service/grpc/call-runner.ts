import type { DescMethod } from "@bufbuild/protobuf";
import { type Metadata, status } from "@grpc/grpc-js";
import type { ClientIdentity } from "../connection/client-identity.ts";
import type { Connection } from "../connection/tls-listener.ts";
import { type AnyCall, type CallContext, toCallContext } from "./call-context.ts";
import type { CallRecord, CallRecorder } from "./call-journal.ts";
import { toCallSubject } from "./call-subject.ts";
import type { FaultGate } from "./faults.ts";
import { notImplemented, StatusError } from "./status-error.ts";

/** An implementation, its types known only to the wire. */
export type AnyMethod = (request: unknown, context: CallContext, send: (message: unknown) => void) => unknown;

export interface CallRunnerOptions {
  /** Goes out with every answer. */
  readonly header: Metadata;
  readonly recorder: CallRecorder;
  readonly faults: FaultGate;
  findConnection(peer: string): Connection | undefined;
  /** Throws the {@link StatusError} with which calls of this client end before anything else. */
  admit(identity: ClientIdentity, metadata: Metadata): void;
  /** Something is sent to this peer. */
  onAnswer(peer: string): void;
}

/** One call and what serves it. */
export interface RunnableCall {
  readonly method: DescMethod;
  readonly call: AnyCall;
  /** Missing: the call ends as Unimplemented. */
  readonly implementation: AnyMethod | undefined;
  /** Sends one message of a stream. */
  send(message: unknown): void;
}

/** From arrival to answer: journal, faults, admission, the method itself. Gives the answer of a unary method. */
export async function runCall(options: CallRunnerOptions, runnable: RunnableCall): Promise<unknown> {
  const { method, call } = runnable;
  const { recorder, findConnection } = options;
  const context = toCallContext(call, findConnection);
  const record = recorder.begin({
    method: method.name,
    service: method.parent.typeName,
    caller: context.identity.user,
    subject: toCallSubject(call.request),
  });
  try {
    call.sendMetadata(options.header);
    const answer = await execute(options, runnable, record, context);
    recorder.end(record, status.OK);
    options.onAnswer(context.peer);
    return answer;
  } catch (error) {
    recorder.end(record, error instanceof StatusError ? error.code : status.UNKNOWN);
    if (error instanceof StatusError && error.closesConnection) closeSoon(findConnection(context.peer));
    throw error;
  }
}

async function execute(
  { faults, admit, onAnswer }: CallRunnerOptions,
  { method, call, implementation, send }: RunnableCall,
  record: CallRecord,
  context: CallContext,
): Promise<unknown> {
  await faults.before(record, context);
  admit(context.identity, call.metadata);
  if (!implementation) {
    throw notImplemented(`unknown method ${method.name} for service ${method.parent.typeName}`);
  }
  const answer = await implementation(call.request, context, (message) => {
    onAnswer(context.peer);
    send(message);
  });
  await faults.after(record, context);
  return answer;
}

/** A moment later, so that the refusal goes out first. */
function closeSoon(connection: Connection | undefined): void {
  setTimeout(() => connection?.destroy(), CLOSING_GRACE_MS).unref();
}

const CLOSING_GRACE_MS = 50;
