/** Reads what SSH packs into bytes (RFC 4251 §5), item by item. Throws a RangeError when the bytes end too early. */
export interface BlobReader {
  /** How many bytes were read so far. */
  readonly position: number;
  readonly isAtEnd: boolean;
  uint32(): number;
  uint64(): bigint;
  /** Bytes behind their length. */
  string(): Buffer;
  text(): string;
}

export function createBlobReader(blob: Buffer): BlobReader {
  let position = 0;
  const take = (length: number) => {
    if (position + length > blob.length) throw new RangeError("the bytes end too early");
    position += length;
    return blob.subarray(position - length, position);
  };
  const string = () => take(take(4).readUInt32BE());
  return {
    get position() {
      return position;
    },
    get isAtEnd() {
      return position === blob.length;
    },
    uint32: () => take(4).readUInt32BE(),
    uint64: () => take(8).readBigUInt64BE(),
    string,
    text: () => string().toString("utf8"),
  };
}

/** Bytes behind their length. */
export function toBlobString(value: Buffer | string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A positive number as SSH writes it: no needless zeros in front, but one where the first bit is set. */
export function toBlobNumber(value: Buffer): Buffer {
  const start = value.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.alloc(0) : value.subarray(start);
  const sign = (digits[0] ?? 0) >= 0x80 ? Buffer.alloc(1) : Buffer.alloc(0);
  return toBlobString(Buffer.concat([sign, digits]));
}

/** A number of exactly `length` bytes; throws a RangeError when it is larger. */
export function toFixedNumber(value: Buffer, length: number): Buffer {
  const start = value.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.alloc(0) : value.subarray(start);
  if (digits.length > length) throw new RangeError("the number is too large");
  return Buffer.concat([Buffer.alloc(length - digits.length), digits]);
}
