import {
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  status,
} from "@grpc/grpc-js";
import type { ClientIdentity } from "../connection/client-identity.ts";
import type { Connection } from "../connection/tls-listener.ts";
import type { CallRecord, CallRecorder } from "./call-journal.ts";
import { toCallSubject } from "./call-subject.ts";
import type { FaultGate } from "./faults.ts";
import { notImplemented, StatusError } from "./status-error.ts";

/** What a method knows about its call besides the request. */
export interface CallContext {
  readonly identity: ClientIdentity;
  /** `address:port` of the client. */
  readonly peer: string;
  /** Aborts when the client cancelled or its connection is gone. */
  readonly signal: AbortSignal;
}

/** A message, or its bytes where they are at hand already. */
export type Answer<O extends DescMessage> = MessageShape<O> | Uint8Array;

export type UnaryMethod<I extends DescMessage, O extends DescMessage> = (
  request: MessageShape<I>,
  context: CallContext,
) => Answer<O> | Promise<Answer<O>>;

/** Sends any number of messages; the stream ends when it returns. */
export type StreamMethod<I extends DescMessage, O extends DescMessage> = (
  request: MessageShape<I>,
  context: CallContext,
  send: (message: Answer<O>) => void,
) => void | Promise<void>;

/** Implementations of a generated service's methods; what is left out answers Unimplemented. */
export type ServiceMethods<S extends Pick<DescService, "method">> = {
  [K in keyof S["method"]]?: S["method"][K] extends { methodKind: "unary"; input: infer I; output: infer O }
    ? UnaryMethod<I & DescMessage, O & DescMessage>
    : S["method"][K] extends { methodKind: "server_streaming"; input: infer I; output: infer O }
      ? StreamMethod<I & DescMessage, O & DescMessage>
      : never;
};

/** The gRPC side of the simulated server: services in, connections in, answers out. */
export interface GrpcHost {
  /** May be called several times for one service, with different methods. */
  serve<S extends Omit<DescService, "method"> & Pick<DescService, "method">>(
    service: S,
    methods: ServiceMethods<S>,
  ): void;
  /** Serves gRPC on a connection. */
  attach(connection: Connection): void;
  close(): void;
}

export interface GrpcHostOptions {
  /** Sent as response header `version` with every answer. */
  readonly serverVersion: string;
  /** Full paths that answer Unimplemented although implemented. */
  readonly missing: ReadonlySet<string>;
  readonly recorder: CallRecorder;
  readonly faults: FaultGate;
  findConnection(peer: string): Connection | undefined;
  /** Throws the {@link StatusError} with which calls of this client end before anything else. */
  admit(identity: ClientIdentity, metadata: Metadata): void;
  /** Something is sent to this peer. */
  onAnswer(peer: string): void;
}

type AnyMethod = (request: unknown, context: CallContext, send: (message: unknown) => void) => unknown;
type AnyCall = ServerUnaryCall<unknown, unknown> | ServerWritableStream<unknown, unknown>;

interface HostOptions extends GrpcHostOptions {
  /** Goes out with every answer. */
  readonly header: Metadata;
}

export function createGrpcHost(given: GrpcHostOptions): GrpcHost {
  const header = new Metadata();
  header.set("version", given.serverVersion);
  const options: HostOptions = { ...given, header };
  const server = new Server({
    "grpc.enable_channelz": 0,
    "grpc.max_concurrent_streams": 1000,
    // The server's own pings, as Teleport sends them.
    "grpc.keepalive_time_ms": 60_000,
    "grpc.keepalive_timeout_ms": 180_000,
  });
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const implemented = new Map<string, AnyMethod>();
  const registered = new Set<string>();

  const register = (method: DescMethod, path: string) => {
    if (registered.has(path)) return;
    registered.add(path);
    const run = (call: AnyCall, send: (message: unknown) => void) =>
      runCall(options, method, call, send, implemented.get(path));
    if (method.methodKind === "server_streaming") registerStream(server, method, path, run);
    else registerUnary(server, method, path, run);
  };
  return {
    serve(service, methods) {
      // The table is typed method by method; from here on only the wire knows the types.
      const table = methods as Readonly<Record<string, AnyMethod | undefined>>;
      for (const method of service.methods) {
        const path = `/${service.typeName}/${method.name}`;
        const implementation = table[method.localName];
        if (implementation && !options.missing.has(path)) implemented.set(path, implementation);
        register(method, path);
      }
    },
    attach: (connection) => injector.injectConnection(connection.socket),
    close: () => server.forceShutdown(),
  };
}

type Run = (call: AnyCall, send: (message: unknown) => void) => Promise<unknown>;

function registerUnary(server: Server, method: DescMethod, path: string, run: Run): void {
  server.register<unknown, unknown>(
    path,
    (call: ServerUnaryCall<unknown, unknown>, done: (error: object | null, value?: unknown) => void) => {
      run(call, () => undefined).then(
        (answer) => done(null, answer),
        (error: unknown) => done(toGrpcError(error)),
      );
    },
    toSerializer(method.output),
    toDeserializer(method.input),
    "unary",
  );
}

function registerStream(server: Server, method: DescMethod, path: string, run: Run): void {
  server.register<unknown, unknown>(
    path,
    (call: ServerWritableStream<unknown, unknown>) => {
      run(call, (message) => call.write(message)).then(
        () => call.end(),
        (error: unknown) => call.emit("error", toGrpcError(error)),
      );
    },
    toSerializer(method.output),
    toDeserializer(method.input),
    "serverStream",
  );
}

/** One call from its arrival to its answer: admission, journal, faults, the method itself. */
async function runCall(
  options: HostOptions,
  method: DescMethod,
  call: AnyCall,
  send: (message: unknown) => void,
  implementation: AnyMethod | undefined,
): Promise<unknown> {
  const context = toContext(call, options);
  const record = options.recorder.begin({
    method: method.name,
    service: method.parent.typeName,
    caller: context.identity.user,
    subject: toCallSubject(call.request),
  });
  try {
    call.sendMetadata(options.header);
    const answer = await execute(options, method, record, call, context, send, implementation);
    options.recorder.end(record, status.OK);
    options.onAnswer(context.peer);
    return answer;
  } catch (error) {
    options.recorder.end(record, error instanceof StatusError ? error.code : status.UNKNOWN);
    if (error instanceof StatusError && error.closesConnection) closeSoon(options.findConnection(context.peer));
    throw error;
  }
}

async function execute(
  { faults, admit, onAnswer }: HostOptions,
  method: DescMethod,
  record: CallRecord,
  call: AnyCall,
  context: CallContext,
  send: (message: unknown) => void,
  implementation: AnyMethod | undefined,
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

const nobody: ClientIdentity = { user: "", roles: [], expires: 0, certificate: "none" };

function toContext(call: AnyCall, { findConnection }: HostOptions): CallContext {
  const peer = call.getPeer();
  let gone: AbortController | undefined;
  return {
    identity: findConnection(peer)?.identity ?? nobody,
    peer,
    // Made on demand: few calls wait for anything, and thousands of controllers are felt.
    get signal() {
      if (!gone) {
        const controller = new AbortController();
        gone = controller;
        if (call.cancelled) controller.abort(CLIENT_GONE);
        else call.once("cancelled", () => controller.abort(CLIENT_GONE));
      }
      return gone.signal;
    },
  };
}

const CLIENT_GONE = "the call is over";

/** A moment later, so that the refusal goes out first. */
function closeSoon(connection: Connection | undefined): void {
  setTimeout(() => connection?.destroy(), CLOSING_GRACE_MS).unref();
}

const CLOSING_GRACE_MS = 50;

function toGrpcError(error: unknown): Error & { code: status; details: string } {
  const code = error instanceof StatusError ? error.code : status.UNKNOWN;
  const details = error instanceof Error ? error.message : String(error);
  return Object.assign(new Error(details), { code, details });
}

function toSerializer(schema: DescMessage): (value: unknown) => Buffer {
  return (value) => {
    const bytes = value instanceof Uint8Array ? value : toBinary(schema, value as MessageShape<DescMessage>);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}

const toDeserializer = (schema: DescMessage) => (bytes: Buffer) => fromBinary(schema, bytes);
