import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { type BlobReader, createBlobReader, toBlobNumber, toBlobString, toFixedNumber } from "./blob.ts";

/** How one kind of SSH signature is made: RFC 8332 (RSA), RFC 5656 (ECDSA), RFC 8709 (Ed25519). No SHA-1. */
interface SignatureKind {
  /** The type of the plain public keys it is made with. */
  readonly keyType: string;
  readonly hash: string | null;
  /** Bytes of each of the two numbers of an ECDSA signature. */
  readonly numberBytes?: number;
}

const kinds: ReadonlyMap<string, SignatureKind> = new Map([
  ["ssh-ed25519", { keyType: "ssh-ed25519", hash: null }],
  ["ecdsa-sha2-nistp256", { keyType: "ecdsa-sha2-nistp256", hash: "sha256", numberBytes: 32 }],
  ["ecdsa-sha2-nistp384", { keyType: "ecdsa-sha2-nistp384", hash: "sha384", numberBytes: 48 }],
  ["ecdsa-sha2-nistp521", { keyType: "ecdsa-sha2-nistp521", hash: "sha512", numberBytes: 66 }],
  ["rsa-sha2-512", { keyType: "ssh-rsa", hash: "sha512" }],
  ["rsa-sha2-256", { keyType: "ssh-rsa", hash: "sha256" }],
]);

/** OpenSSH and Go refuse weaker ones, too. */
const minRsaBits = 2048;

const curves: Readonly<Record<string, string>> = { nistp256: "P-256", nistp384: "P-384", nistp521: "P-521" };

/** Signs with one of the kinds above; the result names its kind. */
export function signBlob(kindName: string, key: KeyObject, data: Buffer): Buffer {
  const { hash, numberBytes } = findKind(kindName);
  const raw = sign(hash, data, { key, dsaEncoding: "ieee-p1363" });
  const value =
    numberBytes === undefined
      ? raw
      : Buffer.concat([toBlobNumber(raw.subarray(0, numberBytes)), toBlobNumber(raw.subarray(numberBytes))]);
  return Buffer.concat([toBlobString(kindName), toBlobString(value)]);
}

/**
 * Whether a signature over the data was made with the key (a plain public key in SSH's form). Throws when the key or the
 * signature cannot be read, or when their kinds do not fit: a weak or unknown kind never verifies.
 */
export function verifyBlob(keyBlob: Buffer, data: Buffer, signature: Buffer): boolean {
  const reader = createBlobReader(signature);
  const { keyType, hash, numberBytes } = findKind(reader.text());
  const value = reader.string();
  if (!reader.isAtEnd) throw new Error("there is more than a signature");
  const key = toPublicKey(keyBlob, keyType);
  const raw = numberBytes === undefined ? value : toRawNumbers(createBlobReader(value), numberBytes);
  return verify(hash, data, { key, dsaEncoding: "ieee-p1363" }, raw);
}

/** The kind of a signature: its first word. */
export function toSignatureKind(signature: Buffer): string {
  return createBlobReader(signature).text();
}

function findKind(name: string): SignatureKind {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(`signatures of the kind "${name.slice(0, 40)}" are not taken`);
  return kind;
}

function toRawNumbers(reader: BlobReader, length: number): Buffer {
  return Buffer.concat([toFixedNumber(reader.string(), length), toFixedNumber(reader.string(), length)]);
}

function toPublicKey(blob: Buffer, expectedType: string): KeyObject {
  const reader = createBlobReader(blob);
  const type = reader.text();
  if (type !== expectedType) throw new Error(`a key of the type "${type.slice(0, 40)}" made no such signature`);
  const key = createPublicKey({ key: toJwk(type, reader), format: "jwk" });
  if (!reader.isAtEnd) throw new Error("there is more than a key");
  if ((key.asymmetricKeyDetails?.modulusLength ?? minRsaBits) < minRsaBits) throw new Error("the RSA key is too short");
  return key;
}

function toJwk(type: string, reader: BlobReader): Record<string, string> {
  const encode = (bytes: Buffer) => bytes.toString("base64url");
  if (type === "ssh-ed25519") return { kty: "OKP", crv: "Ed25519", x: encode(reader.string()) };
  if (type === "ssh-rsa") return { kty: "RSA", e: encode(reader.string()), n: encode(trimSign(reader.string())) };
  const crv = curves[reader.text()];
  const point = reader.string();
  const length = (point.length - 1) / 2;
  if (crv === undefined || point[0] !== 4) throw new Error("the key is on no known curve");
  return { kty: "EC", crv, x: encode(point.subarray(1, 1 + length)), y: encode(point.subarray(1 + length)) };
}

function trimSign(number: Buffer): Buffer {
  return number[0] === 0 ? number.subarray(1) : number;
}
