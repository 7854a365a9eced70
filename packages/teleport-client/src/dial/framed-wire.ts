import { Duplex } from "node:stream";

const prefixBytes = 4;

/**
 * The stream inside Teleport's own framing: every chunk is preceded by its length (uint32, big-endian); a length of
 * zero is a ping and means nothing. Chunks have no meaning of their own.
 */
export function createFramedWire(wire: Duplex): Duplex {
  const unframe = createUnframer();
  const framed = new Duplex({
    read: () => void wire.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      const prefix = Buffer.alloc(prefixBytes);
      prefix.writeUInt32BE(chunk.length);
      wire.write(Buffer.concat([prefix, chunk]), done);
    },
    final: (done) => void wire.end(done),
    destroy: (error, done) => {
      wire.destroy();
      done(error);
    },
  });
  wire.on("data", (chunk: Buffer) => {
    for (const part of unframe(chunk)) if (!framed.push(part)) wire.pause();
  });
  wire.once("end", () => framed.push(null));
  wire.on("error", (error) => framed.destroy(error));
  wire.once("close", () => framed.destroy());
  return framed;
}

/** What is inside of the frames, as it arrives: a frame may be cut anywhere. */
function createUnframer(): (chunk: Buffer) => readonly Buffer[] {
  let prefix = Buffer.alloc(0);
  let left = 0;
  return (chunk) => {
    const parts: Buffer[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      if (left === 0) {
        const missing = prefixBytes - prefix.length;
        prefix = Buffer.concat([prefix, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (prefix.length < prefixBytes) break;
        left = prefix.readUInt32BE();
        prefix = Buffer.alloc(0);
      }
      const part = rest.subarray(0, left);
      if (part.length > 0) parts.push(part);
      left -= part.length;
      rest = rest.subarray(part.length);
    }
    return parts;
  };
}
