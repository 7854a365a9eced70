// SSH's data types (RFC 4251 §5): integers are big-endian, a string is its length (uint32) and its bytes.

/** The strings that follow one another, as far as they are whole. */
export function split(bytes: Buffer): Buffer[] {
  const items: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    items.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return items;
}

/** What strings take with their lengths. */
export const sizeOf = (items: readonly Buffer[]) => items.reduce((sum, item) => sum + 4 + item.length, 0);

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(Math.max(0, value)));
  return bytes;
}

export const blob = (bytes: Uint8Array) => Buffer.concat([uint32(bytes.length), bytes]);
export const text = (value: string) => blob(Buffer.from(value, "utf8"));

/** A positive number: without needless zeros in front, but with one where the first bit is set. */
export function number(bytes: Buffer): Buffer {
  const digits = bytes.subarray(
    Math.max(
      0,
      bytes.findIndex((byte) => byte !== 0),
    ),
  );
  return blob((digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), digits]) : digits);
}
