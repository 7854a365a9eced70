import { crc32, deflateSync } from "node:zlib";

/** A picture: four bytes (red, green, blue, opacity) for each pixel, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const trueColourWithAlpha = 6;

/** A PNG file of 8 bits a channel (https://www.w3.org/TR/png-3/). */
export function encodePng({ width, height, rgba }: Pixels): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, trueColourWithAlpha, 0, 0, 0], 8);
  const rows = Array.from({ length: height }, (_, y) => rgba.subarray(y * width * 4, (y + 1) * width * 4));
  // Every row begins with the number of its filter: none.
  const data = Buffer.concat(rows.flatMap((row) => [Buffer.of(0), row]));
  const chunks = [
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(data, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ];
  return Buffer.concat([signature, ...chunks]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
