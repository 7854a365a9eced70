import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { blob, number, split, text } from "./ssh-blob.ts";

/** The name SSH has for the type of a key. */
export function keyTypeOf(key: KeyObject): string {
  const names: Readonly<Record<string, string>> = { ed25519: "ssh-ed25519", rsa: "ssh-rsa", ec: "ecdsa-sha2-nistp256" };
  const name = names[key.asymmetricKeyType ?? ""];
  if (name === undefined) throw new Error(`SSH knows no keys of the type ${key.asymmetricKeyType}.`);
  return name;
}

/** A signature as SSH sends it: its kind and its bytes. RSA signs with SHA-512. */
export function signSsh(key: KeyObject, data: Buffer): Buffer {
  const type = keyTypeOf(key);
  if (type === "ssh-ed25519") return Buffer.concat([text(type), blob(sign(null, data, key))]);
  if (type === "ssh-rsa") return Buffer.concat([text("rsa-sha2-512"), blob(sign("sha512", data, key))]);
  const raw = sign("sha256", data, { key, dsaEncoding: "ieee-p1363" });
  return Buffer.concat([text(type), blob(Buffer.concat([number(raw.subarray(0, 32)), number(raw.subarray(32))]))]);
}

/** Whether a signature was made with the private part of this key. */
export function verifySsh(key: KeyObject, data: Buffer, signature: Buffer): boolean {
  const [kind = Buffer.alloc(0), value = Buffer.alloc(0)] = split(signature);
  const type = keyTypeOf(key);
  if (kind.toString() === "rsa-sha2-512" && type === "ssh-rsa") return verify("sha512", data, key, value);
  if (kind.toString() !== type) return false;
  if (type === "ssh-ed25519") return verify(null, data, key, value);
  const raw = Buffer.concat(split(value).map((part) => Buffer.concat([Buffer.alloc(32), part]).subarray(-32)));
  return verify("sha256", data, { key, dsaEncoding: "ieee-p1363" }, raw);
}

/** The public key in a certificate: its type, and what is special to it. */
export function toKey(type: string, items: readonly Buffer[]): KeyObject {
  const encode = (bytes: Buffer | undefined) => bytes?.toString("base64url") ?? "";
  const [first, second = Buffer.alloc(0)] = items;
  const jwk = type.startsWith("ssh-ed25519")
    ? { kty: "OKP", crv: "Ed25519", x: encode(first) }
    : type.startsWith("ssh-rsa")
      ? { kty: "RSA", e: encode(first), n: encode(second) }
      : { kty: "EC", crv: "P-256", x: encode(second.subarray(1, 33)), y: encode(second.subarray(33)) };
  return createPublicKey({ key: jwk, format: "jwk" });
}

/** A public key as SSH sends it. */
export function toPublicBlob(key: KeyObject): Buffer {
  return Buffer.concat([text(keyTypeOf(key)), toPublicItems(key)]);
}

/** What is special to each type of key. */
export function toPublicItems(key: KeyObject): Buffer {
  const { x, y, e, n } = createPublicKey(key).export({ format: "jwk" });
  const decode = (value: string | undefined) => Buffer.from(value ?? "", "base64url");
  if (key.asymmetricKeyType === "ed25519") return blob(decode(x));
  if (key.asymmetricKeyType === "rsa") return Buffer.concat([number(decode(e)), number(decode(n))]);
  return Buffer.concat([text("nistp256"), blob(Buffer.concat([Buffer.from([4]), decode(x), decode(y)]))]);
}
