import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from "node:http2";
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import type { Session } from "./session.ts";

const bytesOfPrefix = 5;

const requestHeaders = {
  "content-type": "application/grpc+proto",
  te: "trailers",
  "user-agent": "teleport-access-plugins",
};

/**
 * gRPC's unary calls straight on the session's HTTP/2: one frame of one message each way, uncompressed, and a status in
 * the trailers. That costs less than the general way, which is made of streams (docs/decisions/0061); errors are
 * `ConnectError`s as there, or the reason of the signal.
 */
export function createUnaryCall(session: Session, readMaxBytes: number): Transport["unary"] {
  return async (method, signal, _timeoutMs, _header, input) => {
    const path = `/${method.parent.typeName}/${method.name}`;
    const bytes = await exchange(open(session, path), toFrame(method, input), readMaxBytes, signal);
    return {
      stream: false,
      service: method.parent,
      method,
      message: fromBinary(method.output, bytes),
      // Nobody asks for the metadata of an answer: it is not made in advance.
      get header() {
        return new Headers();
      },
      get trailer() {
        return new Headers();
      },
    };
  };
}

/** A session that has just ended opens no stream. */
function open(session: Session, path: string): ClientHttp2Stream {
  try {
    return session.post(path, requestHeaders);
  } catch (thrown) {
    throw toLoss(thrown);
  }
}

/** A flag that says "not compressed", the length in four bytes, the message. */
function toFrame<I extends DescMessage>(method: DescMethodUnary<I>, input: MessageInitShape<I>): Buffer {
  const message = toBinary(method.input, create(method.input, input));
  const frame = Buffer.allocUnsafe(bytesOfPrefix + message.length);
  frame.writeUInt8(0, 0);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, bytesOfPrefix);
  return frame;
}

/** Sends the one frame and gives the message of the answer's. */
function exchange(
  stream: ClientHttp2Stream,
  frame: Buffer,
  readMaxBytes: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let trailers: IncomingHttpHeaders | undefined;
    const cancel = (reason: unknown) => {
      reject(reason);
      stream.close(constants.NGHTTP2_CANCEL);
    };
    const onAbort = () => cancel(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();

    stream.on("response", (headers) => {
      if (headers["grpc-status"] !== undefined) trailers = headers;
      else if (headers[":status"] !== 200) cancel(new ConnectError(`HTTP ${headers[":status"]}`, Code.Unavailable));
    });
    stream.on("trailers", (headers) => {
      trailers = headers;
    });
    stream.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > readMaxBytes) cancel(tooLarge(readMaxBytes));
    });
    // There may be a second one, when the connection ends under a stream that has failed.
    stream.on("error", (error) => reject(toLoss(error)));
    stream.once("close", () => {
      signal?.removeEventListener("abort", onAbort);
      try {
        resolve(readAnswer(trailers, Buffer.concat(chunks, size)));
      } catch (thrown) {
        reject(thrown);
      }
    });
    stream.end(frame);
  });
}

/** The message; throws the status when it is not OK, and for what is no answer at all. */
function readAnswer(trailers: IncomingHttpHeaders | undefined, body: Buffer): Uint8Array {
  if (trailers === undefined) throw new ConnectError("http/2 stream closed without a status", Code.Unavailable);
  const code = Number(trailers["grpc-status"]);
  // 0 is OK, which is no code of an error.
  if (code !== 0)
    throw new ConnectError(decodeMessage(String(trailers["grpc-message"] ?? "")), code in Code ? code : Code.Unknown);
  const isWhole =
    body.length >= bytesOfPrefix && body.readUInt8(0) === 0 && body.readUInt32BE(1) === body.length - bytesOfPrefix;
  if (!isWhole) throw new ConnectError("protocol error: not one whole, uncompressed message", Code.Unavailable);
  return body.subarray(bytesOfPrefix);
}

/** Percent-encoded UTF-8; what is badly encoded stays as it is. */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function toLoss(thrown: unknown): ConnectError {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new ConnectError(text, Code.Unavailable, undefined, undefined, thrown);
}

function tooLarge(readMaxBytes: number): ConnectError {
  return new ConnectError(`the answer is larger than ${readMaxBytes} bytes`, Code.ResourceExhausted);
}
