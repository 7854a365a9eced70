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
import type { Connection } from "../connection/tls-listener.ts";
import type { AnyCall, CallContext } from "./call-context.ts";
import { type AnyMethod, type CallRunnerOptions, runCall } from "./call-runner.ts";
import { StatusError } from "./status-error.ts";

/** A message, or its bytes where they are at hand already. */
type Answer<O extends DescMessage> = MessageShape<O> | Uint8Array;

type UnaryMethod<I extends DescMessage, O extends DescMessage> = (
  request: MessageShape<I>,
  context: CallContext,
) => Answer<O> | Promise<Answer<O>>;

/** Sends any number of messages; the stream ends when it returns. */
type StreamMethod<I extends DescMessage, O extends DescMessage> = (
  request: MessageShape<I>,
  context: CallContext,
  send: (message: Answer<O>) => void,
) => void | Promise<void>;

/** Implementations of a generated service's methods; what is left out answers Unimplemented. */
type ServiceMethods<S extends Pick<DescService, "method">> = {
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

export interface GrpcHostOptions extends Omit<CallRunnerOptions, "header"> {
  /** Sent as response header `version` with every answer. */
  readonly serverVersion: string;
  /** Full paths that answer Unimplemented although implemented. */
  readonly missing: ReadonlySet<string>;
}

export function createGrpcHost(options: GrpcHostOptions): GrpcHost {
  const header = new Metadata();
  header.set("version", options.serverVersion);
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
      runCall({ ...options, header }, { method, call, send, implementation: implemented.get(path) });
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
