import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** A TCP connection with a switch: once silenced, nothing gets in or out, and nobody is told. */
export interface WireStream {
  /** What TLS runs on. */
  readonly duplex: Duplex;
  /** Half-open from now on: bytes of the peer stay in the kernel, ours vanish, a FIN or RST of the peer goes unnoticed. */
  silence(): void;
}

export function createWireStream(socket: Socket): WireStream {
  let silent = false;
  const duplex = new Duplex({
    read: () => {
      if (!silent) socket.resume();
    },
    write: (chunk, _encoding, done) => {
      if (silent || socket.destroyed) done();
      else socket.write(chunk, () => done());
    },
    writev: (chunks, done) => {
      const bytes = chunks.map(({ chunk }) => chunk as Uint8Array);
      if (silent || socket.destroyed) done();
      else socket.write(Buffer.concat(bytes), () => done());
    },
    final: (done) => {
      if (!silent) socket.end();
      done();
    },
    destroy: (error, done) => {
      // A silenced connection must not end by a FIN: the peer would notice.
      if (!silent) socket.destroy();
      done(error);
    },
  });
  socket.on("data", (chunk) => {
    if (!silent && !duplex.push(chunk)) socket.pause();
  });
  socket.on("end", () => {
    if (!silent) duplex.push(null);
  });
  socket.on("close", () => {
    if (!silent) duplex.destroy();
  });
  // The peer went away: "close" follows and says all that matters.
  socket.on("error", () => socket.destroy());
  return {
    duplex,
    silence() {
      silent = true;
      socket.pause();
    },
  };
}
