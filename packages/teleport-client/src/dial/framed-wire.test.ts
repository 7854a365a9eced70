import { duplexPair, PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createFramedWire } from "./framed-wire.ts";

const chunk = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));

test("bytes come out as they went in, whatever pings are between them and wherever they are cut", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(chunk), fc.integer({ min: 1, max: 50 }), async (chunks, cut) => {
      const [wire, server] = duplexPair();
      const framed = createFramedWire(wire);
      // A chunk of no bytes is a ping.
      const sent = Buffer.concat(chunks.map(toFrame));
      for (let at = 0; at < sent.length; at += cut) server.write(sent.subarray(at, at + cut));
      server.end();
      expect(await buffer(framed)).toEqual(Buffer.concat(chunks));
    }),
    { numRuns: 50 },
  );
});

test("every chunk is sent behind its length", async () => {
  const [wire, server] = duplexPair();
  const framed = createFramedWire(wire);
  framed.write("hello");
  framed.end(Buffer.alloc(300, 1));
  expect(await buffer(server)).toEqual(Buffer.concat([toFrame(Buffer.from("hello")), toFrame(Buffer.alloc(300, 1))]));
});

test("it ends with the wire, and the wire with it", async () => {
  const wire = new PassThrough();
  const framed = createFramedWire(wire);
  wire.destroy();
  await expect.poll(() => framed.destroyed).toBe(true);
  const other = new PassThrough();
  createFramedWire(other).destroy();
  await expect.poll(() => other.destroyed).toBe(true);
});

function toFrame(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
