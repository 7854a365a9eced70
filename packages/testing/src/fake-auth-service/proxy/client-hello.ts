/** What the first message of a TLS client tells before anything is encrypted. */
export interface ClientHello {
  readonly serverName: string | undefined;
  /** In the client's order. */
  readonly alpn: readonly string[];
}

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const ALPN = 16;
const HEADER_LENGTH = 5;

/**
 * Reads a ClientHello from the first bytes of a connection. `incomplete`: more bytes are needed; undefined: this is no
 * TLS. Layout: RFC 8446 §4.1.2, RFC 6066 §3, RFC 7301 §3.1.
 */
export function parseClientHello(bytes: Buffer): ClientHello | "incomplete" | undefined {
  if (bytes.length > 0 && bytes[0] !== HANDSHAKE_RECORD) return undefined;
  if (bytes.length < HEADER_LENGTH) return "incomplete";
  const end = HEADER_LENGTH + bytes.readUInt16BE(3);
  if (bytes.length < end) return "incomplete";
  const hello = createReader(bytes.subarray(HEADER_LENGTH, end));
  if (hello.uint(1) !== CLIENT_HELLO) return undefined;
  hello.skip(3 + 2 + 32);
  hello.vector(1);
  hello.vector(2);
  hello.vector(1);
  return toClientHello(createReader(hello.vector(2)));
}

function toClientHello(extensions: Reader): ClientHello {
  let serverName: string | undefined;
  let alpn: string[] = [];
  while (!extensions.isEmpty()) {
    const type = extensions.uint(2);
    const body = createReader(extensions.vector(2));
    if (type === SERVER_NAME) {
      const names = createReader(body.vector(2));
      names.skip(1);
      serverName = names.vector(2).toString("latin1");
    } else if (type === ALPN) alpn = toNames(createReader(body.vector(2)));
  }
  return { serverName, alpn };
}

function toNames(list: Reader): string[] {
  const names: string[] = [];
  while (!list.isEmpty()) names.push(list.vector(1).toString("latin1"));
  return names;
}

interface Reader {
  isEmpty(): boolean;
  uint(length: 1 | 2): number;
  /** Bytes preceded by their length, which takes `lengthBytes`. */
  vector(lengthBytes: 1 | 2): Buffer;
  skip(count: number): void;
}

/** Throws a RangeError when the bytes end too early. */
function createReader(bytes: Buffer): Reader {
  let position = 0;
  const uint = (length: 1 | 2) => {
    const value = bytes.readUIntBE(position, length);
    position += length;
    return value;
  };
  return {
    isEmpty: () => position >= bytes.length,
    uint,
    vector(lengthBytes) {
      const length = uint(lengthBytes);
      position += length;
      if (position > bytes.length) throw new RangeError("A vector in the ClientHello is longer than its message.");
      return bytes.subarray(position - length, position);
    },
    skip(count) {
      position += count;
    },
  };
}
