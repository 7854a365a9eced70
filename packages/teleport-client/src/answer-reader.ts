import type { ClientHttp2Stream } from "node:http2";
import { PluginError } from "@access-plugins/core";

/**
 * Gives the stream a reader of ours in place of Node's, for connect-node to use. Node's (24.21) asks whether the stream is
 * `closed` when reading begins, takes yes for "broke off" and throws "Premature close" after the data; but an HTTP/2
 * stream is closed as soon as the server is done with it, read or not. A Go server sends a small answer in one piece, so
 * whenever we are busy that is the case before connect-node gets to read: calls that went well would fail, and the more
 * of them the more there is to do.
 */
export function readByEvents(stream: ClientHttp2Stream): ClientHttp2Stream {
  const reader = createReader(stream);
  stream[Symbol.asyncIterator] = () => reader;
  return stream;
}

function createReader(stream: ClientHttp2Stream): NodeJS.AsyncIterator<Uint8Array> {
  let ended = false;
  let failure: Error | undefined;
  let wake = () => {};

  stream.on("readable", () => wake());
  stream.once("end", () => {
    ended = true;
    wake();
  });
  stream.once("error", (error) => {
    failure ??= error;
    wake();
  });
  // Without `end`, what was sent after the last byte read is lost; a reset has its own error, which comes first.
  stream.once("close", () => {
    if (!ended) failure ??= new PluginError("unavailable", "the answer broke off");
    wake();
  });

  return {
    async next() {
      for (;;) {
        const chunk: Uint8Array | null = stream.read();
        if (chunk !== null) return { done: false, value: chunk };
        if (ended) return { done: true, value: undefined };
        if (failure !== undefined) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      stream.destroy();
    },
  };
}
