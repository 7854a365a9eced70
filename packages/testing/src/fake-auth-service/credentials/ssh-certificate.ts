import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

// Layout: OpenSSH's PROTOCOL.certkeys. All integers big-endian; a string is its length (uint32) and its bytes.
const CERTIFICATE_TYPE = "ecdsa-sha2-nistp256-cert-v01@openssh.com";
const AUTHORITY_TYPE = "ssh-ed25519";
const USER_CERTIFICATE = 1;

/** Signs SSH user certificates. Teleport's own clients refuse an identity file without one, also when they only use TLS. */
export interface SshAuthority {
  /** PKCS#8, so that an authority survives a restart. */
  readonly privateKeyPem: string;
  /** The authority's public key as in `known_hosts`: type and base64. */
  readonly publicKeyText: string;
  /** One line for an identity file: the certificate of this ECDSA P-256 key for this user. */
  signUser(user: string, key: KeyObject, validity: { readonly from: Date; readonly until: Date }): string;
}

export function createSshAuthority(key = generateKeyPairSync("ed25519").privateKey): SshAuthority {
  const publicKey = Buffer.concat([text(AUTHORITY_TYPE), blob(rawEd25519(key))]);
  return {
    privateKeyPem: key.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKeyText: `${AUTHORITY_TYPE} ${publicKey.toString("base64")}`,
    signUser(user, userKey, validity) {
      const body = userBody(user, userKey, validity, publicKey);
      const signature = Buffer.concat([text(AUTHORITY_TYPE), blob(sign(null, body, key))]);
      return `${CERTIFICATE_TYPE} ${Buffer.concat([body, blob(signature)]).toString("base64")}`;
    },
  };
}

/** The certificate up to, without, its signature. */
function userBody(user: string, key: KeyObject, validity: { from: Date; until: Date }, authority: Buffer): Buffer {
  const principals = Buffer.concat([text(user), text("-teleport-internal-join")]);
  const extensions = Buffer.concat([text("permit-pty"), blob(Buffer.alloc(0))]);
  return Buffer.concat([
    text(CERTIFICATE_TYPE),
    blob(randomBytes(32)),
    text("nistp256"),
    blob(ecPoint(key)),
    uint64(1),
    uint32(USER_CERTIFICATE),
    text(user),
    blob(principals),
    uint64(Math.floor(validity.from.getTime() / 1000)),
    uint64(Math.floor(validity.until.getTime() / 1000)),
    blob(Buffer.alloc(0)),
    blob(extensions),
    blob(Buffer.alloc(0)),
    blob(authority),
  ]);
}

function rawEd25519(key: KeyObject): Buffer {
  return coordinate(createPublicKey(key).export({ format: "jwk" }).x);
}

function ecPoint(key: KeyObject): Buffer {
  const { x, y } = createPublicKey(key).export({ format: "jwk" });
  return Buffer.concat([Buffer.from([4]), coordinate(x), coordinate(y)]);
}

const coordinate = (value: string | undefined) => Buffer.from(value ?? "", "base64url");

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(Math.max(0, value)));
  return bytes;
}

const blob = (bytes: Uint8Array) => Buffer.concat([uint32(bytes.length), bytes]);
const text = (value: string) => blob(Buffer.from(value, "utf8"));
