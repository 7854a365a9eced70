import { once } from "node:events";
import type { Duplex } from "node:stream";
import type { Stream } from "@microsoft/dev-tunnels-ssh";

const greeting = "SSH-2.0-";

/** A wire as the SSH library wants it. */
export interface LibraryStream extends Stream {
  /** The server has greeted as one of SSH 2. */
  readonly isGreeted: boolean;
}

/**
 * A wire as the SSH library wants it. The library lets errors of its stream end as rejections that nobody handles, so it
 * never learns of them: a read or write that fails stays open for ever, and whoever owns the wire notices its end and
 * disposes of the library's session. `onStranger` is called when the server greets with something else than SSH 2.
 */
export function createLibraryStream(wire: Duplex, onStranger: () => void): LibraryStream {
  const never = new Promise<never>(() => {});
  let greeted = 0;

  function isGreeting(chunk: Buffer): boolean {
    const expected = greeting.slice(greeted, greeted + chunk.length);
    greeted += chunk.length;
    return chunk.toString("latin1", 0, expected.length) === expected;
  }

  async function read(count: number): Promise<Buffer> {
    while (wire.readableLength === 0) {
      if (wire.readableEnded || wire.destroyed) return never;
      // Or a stream that is at its end would not say so.
      wire.read(0);
      await once(wire, "readable").catch(() => never);
    }
    const chunk: unknown = wire.read(Math.min(count, wire.readableLength));
    if (!(chunk instanceof Buffer)) return read(count);
    if (greeted >= greeting.length || isGreeting(chunk)) return chunk;
    onStranger();
    return never;
  }

  return {
    get isGreeted() {
      return greeted >= greeting.length;
    },
    read,
    write(data) {
      const { promise, resolve } = Promise.withResolvers<void>();
      // The library writes its next message into the same bytes.
      wire.write(Buffer.from(data), (error) => (error ? undefined : resolve()));
      return promise;
    },
    async close() {
      wire.destroy();
    },
    dispose() {
      wire.destroy();
    },
    get isDisposed() {
      return wire.destroyed;
    },
    closed: () => ({ dispose: () => {} }),
  };
}
