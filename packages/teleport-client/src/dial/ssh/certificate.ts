import { type BlobReader, createBlobReader, toBlobString } from "./blob.ts";

/** An OpenSSH certificate (PROTOCOL.certkeys), taken apart and not verified. */
export interface SshCertificate {
  /** Such as `ssh-ed25519-cert-v01@openssh.com`. */
  readonly type: string;
  readonly blob: Buffer;
  /** The certified key as a plain public key. */
  readonly publicKey: Buffer;
  readonly kind: "user" | "host" | "unknown";
  readonly keyId: string;
  readonly principals: readonly string[];
  /** Seconds since 1970; valid from the first until before the second. */
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  readonly criticalOptions: readonly string[];
  /** The public key of the authority that signed it. */
  readonly authority: Buffer;
  readonly signature: Buffer;
  /** What was signed. */
  readonly signedPart: Buffer;
}

/** How many items make up the public key of each type. */
const keyItems: Readonly<Record<string, number>> = {
  "ssh-ed25519": 1,
  "ssh-rsa": 2,
  "ecdsa-sha2-nistp256": 2,
  "ecdsa-sha2-nistp384": 2,
  "ecdsa-sha2-nistp521": 2,
};

const suffix = "-cert-v01@openssh.com";

/** Reads a certificate from the bytes SSH sends. Throws an Error that says what is wrong with it. */
export function parseCertificate(blob: Buffer): SshCertificate {
  const reader = createBlobReader(blob);
  const type = reader.text();
  const plainType = toPlainType(type);
  const items = keyItems[plainType];
  if (items === undefined) throw new Error(`it is no certificate but "${type.slice(0, 40)}"`);
  reader.string(); // nonce
  const keyStart = reader.position;
  for (let item = 0; item < items; item += 1) reader.string();
  const publicKey = Buffer.concat([toBlobString(plainType), blob.subarray(keyStart, reader.position)]);
  reader.uint64(); // serial number
  const kind = toKind(reader.uint32());
  const [keyId, principals] = [reader.text(), toList(reader.string())];
  const [validAfter, validBefore] = [reader.uint64(), reader.uint64()];
  const criticalOptions = toOptionNames(reader.string());
  reader.string(); // extensions: permissions only
  reader.string(); // reserved
  const authority = reader.string();
  const signedPart = blob.subarray(0, reader.position);
  const signature = reader.string();
  if (!reader.isAtEnd) throw new Error("there is more than a certificate");
  const validity = { validAfter, validBefore };
  const signed = { authority, signature, signedPart };
  return { type, blob, publicKey, kind, keyId, principals, ...validity, criticalOptions, ...signed };
}

/** Reads a certificate from a line of a file: type, base64, comment. */
export function parseCertificateLine(line: string): SshCertificate {
  return parseCertificate(Buffer.from(line.trim().split(/\s+/u)[1] ?? "", "base64"));
}

/** The type of the plain keys that certificates of this type are about. */
function toPlainType(type: string): string {
  return type.endsWith(suffix) ? type.slice(0, -suffix.length) : "";
}

function toKind(value: number): SshCertificate["kind"] {
  if (value === 1) return "user";
  return value === 2 ? "host" : "unknown";
}

function toList(bytes: Buffer): readonly string[] {
  return readAll(bytes, (reader) => reader.text());
}

function toOptionNames(bytes: Buffer): readonly string[] {
  return readAll(bytes, (reader) => {
    const name = reader.text();
    reader.string();
    return name;
  });
}

function readAll<T>(bytes: Buffer, read: (reader: BlobReader) => T): readonly T[] {
  const reader = createBlobReader(bytes);
  const items: T[] = [];
  while (!reader.isAtEnd) items.push(read(reader));
  return items;
}
