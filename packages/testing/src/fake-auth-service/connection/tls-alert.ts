import { createCipheriv, createHmac } from "node:crypto";
import type { TLSSocket, Server as TlsServer } from "node:tls";

/** RFC 8446 §6.2: what a genuine (Go) server answers to a client certificate it does not take. */
export const tlsAlerts = { certificateExpired: 45, unknownCa: 48 } as const;

export type TlsAlert = (typeof tlsAlerts)[keyof typeof tlsAlerts];

const FATAL = 2;
const ALERT_RECORD = 21;

const suites: Readonly<Record<string, { cipher: "aes-128-gcm" | "aes-256-gcm"; hash: string; keyLength: number }>> = {
  TLS_AES_128_GCM_SHA256: { cipher: "aes-128-gcm", hash: "sha256", keyLength: 16 },
  TLS_AES_256_GCM_SHA384: { cipher: "aes-256-gcm", hash: "sha384", keyLength: 32 },
};

/** Collects the key material that {@link sealAlert} needs; call it before the handshake starts, with a server that serves one connection. */
export function watchTrafficSecret(server: TlsServer): () => Buffer | undefined {
  let secret: Buffer | undefined;
  server.on("keylog", (line: Buffer) => {
    const [label, , hex] = line.toString("latin1").trim().split(" ");
    if (label === "SERVER_TRAFFIC_SECRET_0" && hex) secret = Buffer.from(hex, "hex");
  });
  return () => secret;
}

/**
 * A fatal alert as one encrypted TLS 1.3 record, to be written to the wire right after the handshake. Node verifies a
 * client certificate only afterwards and then just closes; a genuine server says why, and clients must understand it.
 * Undefined for cipher suites and TLS versions this does not know.
 */
export function sealAlert(socket: TLSSocket, secret: Buffer | undefined, alert: TlsAlert): Buffer | undefined {
  const suite = suites[socket.getCipher().name];
  if (!suite || !secret) return undefined;
  const key = expandLabel(suite.hash, secret, "key", suite.keyLength);
  // The very first record under this key, because the listener sends no session tickets: the nonce is the plain IV.
  const nonce = expandLabel(suite.hash, secret, "iv", 12);
  const plain = Buffer.from([FATAL, alert, ALERT_RECORD]);
  const header = Buffer.from([23, 3, 3, 0, plain.length + 16]);
  const cipher = createCipheriv(suite.cipher, key, nonce);
  cipher.setAAD(header);
  return Buffer.concat([header, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** HKDF-Expand-Label of RFC 8446 §7.1 with an empty context; one block of output is enough for keys and nonces. */
function expandLabel(hash: string, secret: Buffer, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`, "latin1");
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
  return createHmac(hash, secret).update(info).digest().subarray(0, length);
}
