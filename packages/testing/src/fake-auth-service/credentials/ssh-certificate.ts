import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { blob, sizeOf, split, text, uint32, uint64 } from "./ssh-blob.ts";
import { keyTypeOf, signSsh, toKey, toPublicBlob, toPublicItems, verifySsh } from "./ssh-key.ts";

// Layout: OpenSSH's PROTOCOL.certkeys.
const KINDS = { user: 1, host: 2 } as const;
const CERTIFICATE_SUFFIX = "-cert-v01@openssh.com";

/** What a certificate is for: a user's name, or the names of a host. */
interface SshSubject {
  readonly keyId: string;
  readonly principals: readonly string[];
}

interface SshValidity {
  readonly from: Date;
  readonly until: Date;
}

/**
 * Signs SSH certificates of keys that are RSA, ECDSA P-256 or Ed25519. Teleport's own clients refuse an identity file
 * without a user certificate, also when they only use TLS.
 */
export interface SshAuthority {
  /** PKCS#8, so that an authority survives a restart. */
  readonly privateKeyPem: string;
  /** The authority's public key as in `known_hosts`: type and base64. */
  readonly publicKeyText: string;
  /** One line for an identity file: the certificate of this key for this user. */
  signUser(user: string, key: KeyObject, validity: SshValidity): string;
  /** A host certificate, as a server sends it. */
  signHost(subject: SshSubject, key: KeyObject, validity: SshValidity): Buffer;
  /** The user a certificate is for; undefined when this authority did not sign it for one, or it is not valid now. */
  findUser(certificate: Buffer): { readonly principals: readonly string[]; readonly key: KeyObject } | undefined;
}

export function createSshAuthority(key = generateKeyPairSync("ed25519").privateKey): SshAuthority {
  const publicKey = toPublicBlob(key);
  const certify = (kind: keyof typeof KINDS, subject: SshSubject, certified: KeyObject, validity: SshValidity) => {
    const body = toBody(kind, subject, certified, validity, publicKey);
    return Buffer.concat([body, blob(signSsh(key, body))]);
  };
  return {
    privateKeyPem: key.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKeyText: `${keyTypeOf(key)} ${publicKey.toString("base64")}`,
    signUser(user, userKey, validity) {
      const subject = { keyId: user, principals: [user, "-teleport-internal-join"] };
      const certificate = certify("user", subject, userKey, validity);
      return `${keyTypeOf(userKey)}${CERTIFICATE_SUFFIX} ${certificate.toString("base64")}`;
    },
    signHost: (subject, hostKey, validity) => certify("host", subject, hostKey, validity),
    findUser: (certificate) => readUser(certificate, key, publicKey),
  };
}

/** The certificate up to, without, its signature. */
function toBody(
  kind: keyof typeof KINDS,
  { keyId, principals }: SshSubject,
  key: KeyObject,
  validity: SshValidity,
  authority: Buffer,
): Buffer {
  const extensions = kind === "user" ? Buffer.concat([text("permit-pty"), blob(Buffer.alloc(0))]) : Buffer.alloc(0);
  return Buffer.concat([
    text(`${keyTypeOf(key)}${CERTIFICATE_SUFFIX}`),
    blob(randomBytes(32)),
    toPublicItems(key),
    uint64(1),
    uint32(KINDS[kind]),
    text(keyId),
    blob(Buffer.concat(principals.map(text))),
    uint64(Math.floor(validity.from.getTime() / 1000)),
    uint64(Math.floor(validity.until.getTime() / 1000)),
    blob(Buffer.alloc(0)),
    blob(extensions),
    blob(Buffer.alloc(0)),
    blob(authority),
  ]);
}

function readUser(
  certificate: Buffer,
  authorityKey: KeyObject,
  authority: Buffer,
): ReturnType<SshAuthority["findUser"]> {
  const type = String(split(certificate)[0]);
  // Type, nonce and key are strings, then come serial number (8) and kind (4).
  const head = split(certificate).slice(0, type.startsWith("ssh-ed25519") ? 3 : 4);
  const rest = certificate.subarray(sizeOf(head) + 8);
  const named = split(rest.subarray(4)).slice(0, 2);
  const times = rest.subarray(4 + sizeOf(named));
  const [, , , signer, signature = Buffer.alloc(0)] = split(times.subarray(16));
  const now = BigInt(Math.floor(Date.now() / 1000));
  const isValid = times.readBigUInt64BE(0) <= now && now < times.readBigUInt64BE(8);
  const body = certificate.subarray(0, certificate.length - 4 - signature.length);
  if (rest.readUInt32BE() !== KINDS.user || !isValid || !signer?.equals(authority)) return undefined;
  if (!verifySsh(createPublicKey(authorityKey), body, signature)) return undefined;
  return { principals: split(named[1] ?? Buffer.alloc(0)).map(String), key: toKey(type, head.slice(2)) };
}
