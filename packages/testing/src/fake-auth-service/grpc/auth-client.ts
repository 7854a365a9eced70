import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { Client, type ClientReadableStream, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { StatusError } from "./status-error.ts";

const CALL_TIMEOUT_MS = 10_000;
/** Well above the server's largest answer. */
const MAX_RECEIVE_BYTES = 64 * 1024 * 1024;

/** The method of a generated service, with its message types. */
type Method<I extends DescMessage, O extends DescMessage> = DescMethod & {
  readonly input: I;
  readonly output: O;
};

interface CallOptions {
  /** Extra request headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default 10 s; 0 for none, which only watches may want. */
  readonly timeoutMs?: number;
}

/** A small gRPC client on grpc-js, for the command line and for tests of the service. Failures are {@link StatusError}. */
export interface AuthClient {
  call<I extends DescMessage, O extends DescMessage>(
    method: Method<I, O>,
    request: MessageInitShape<I>,
    options?: CallOptions,
  ): Promise<MessageShape<O>>;
  /** The messages of a server stream, in order; breaking out of the loop cancels the call. */
  stream<I extends DescMessage, O extends DescMessage>(
    method: Method<I, O>,
    request: MessageInitShape<I>,
    options?: CallOptions,
  ): AsyncIterable<MessageShape<O>>;
  close(): void;
}

/** PEM texts; without key and certificate the client is nobody. */
export interface ClientCredentials {
  readonly authorityPems: readonly string[];
  readonly privateKeyPem?: string;
  readonly certificatePem?: string;
}

export function createAuthClient(address: string, from: ClientCredentials): AuthClient {
  const bytes = (pem: string | undefined) => (pem === undefined ? null : Buffer.from(pem));
  const tls = credentials.createSsl(
    Buffer.from(from.authorityPems.join("")),
    bytes(from.privateKeyPem),
    bytes(from.certificatePem),
  );
  const client = new Client(address, tls, {
    "grpc.ssl_target_name_override": "teleport.cluster.local",
    "grpc.max_receive_message_length": MAX_RECEIVE_BYTES,
    // Two clients in one process are two connections.
    "grpc.use_local_subchannel_pool": 1,
  });
  return {
    call: (method, request, options = {}) =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          toPath(method),
          toSerializer(method.input),
          (answer: Buffer) => fromBinary(method.output, answer),
          create(method.input, request),
          toMetadata(options),
          toCallOptions(options),
          (error, answer) => {
            if (error) reject(toStatusError(error));
            else if (answer) resolve(answer);
            else reject(new StatusError(status.INTERNAL, "no answer came"));
          },
        );
      }),
    stream: (method, request, options = {}) =>
      toMessages(
        client.makeServerStreamRequest(
          toPath(method),
          toSerializer(method.input),
          (message: Buffer) => fromBinary(method.output, message),
          create(method.input, request),
          toMetadata(options),
          toCallOptions(options),
        ),
      ),
    close: () => client.close(),
  };
}

async function* toMessages<T>(stream: ClientReadableStream<T>): AsyncIterable<T> {
  try {
    for await (const message of stream) yield message;
  } catch (error) {
    throw toStatusError(error);
  } finally {
    stream.cancel();
  }
}

const toPath = (method: DescMethod) => `/${method.parent.typeName}/${method.name}`;

const toSerializer =
  <I extends DescMessage>(schema: I) =>
  (message: MessageShape<I>) =>
    Buffer.from(toBinary(schema, message));

function toMetadata({ headers = {} }: CallOptions): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return metadata;
}

const toCallOptions = ({ timeoutMs = CALL_TIMEOUT_MS }: CallOptions) =>
  timeoutMs > 0 ? { deadline: Date.now() + timeoutMs } : {};

function toStatusError(error: unknown): unknown {
  if (!isServiceError(error)) return error;
  return new StatusError(error.code, error.details);
}

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && "code" in error && "details" in error && typeof error.code === "number";
